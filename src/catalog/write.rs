//! Writing what a market or a file told: one transaction a batch, unchanged listings only touched.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use crate::catalog::merge;
use crate::catalog::rank;
use crate::catalog::store::{Catalog, CatalogError, Failure, next_generation, read_offer};
use crate::domain::id::{OfferKey, SupplierId};
use crate::domain::offer::{Completeness, Offer, OfferKind};
use crate::domain::price_history::Repriced;
use crate::domain::supplier::Supplier;
use crate::query::fold::fold;

/// What a batch did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Upserted {
    /// Offers not known before.
    pub new: usize,
    /// Known offers that differ from what was stored.
    pub changed: usize,
    /// Offers that were on sale and no longer are.
    pub gone: usize,
}

/// The detail is known; only a row is; a later row contradicts the detail.
const DETAILED: i64 = 0;
const ONLY_ROW: i64 = 1;
const OUTDATED: i64 = 2;

struct Stored {
    row: i64,
    gone: bool,
    todo: i64,
    headline: Option<String>,
    fetched_ms: i64,
    body: Vec<u8>,
}

impl Catalog {
    /// Writes offers and suppliers in one transaction, merged with what is stored: a search row never wipes
    /// out a detail. An offer that is gone and was never known is not written.
    pub fn upsert(&self, offers: &[Offer], suppliers: &[Supplier]) -> Result<Upserted, CatalogError> {
        self.write(|transaction| {
            for supplier in suppliers {
                write_supplier(transaction, supplier, false)?;
            }
            let mut batch = Batch {
                transaction,
                generation: if offers.is_empty() { 0 } else { next_generation(transaction)? },
                known: suppliers.iter().map(|s| (s.id.clone(), Some(s.clone()))).collect(),
                done: Upserted::default(),
                repriced: Vec::new(),
            };
            for offer in offers {
                batch.write(offer)?;
            }
            self.keep_prices(&batch.repriced)?;
            Ok(batch.done)
        })
    }

    /// Before the catalog's own commit: a cut in between is made good by the next reading, which keeps nothing twice.
    fn keep_prices(&self, repriced: &[Repriced]) -> Result<(), Failure> {
        match self.inner.history.get() {
            Some((history, market)) => Ok(history.record(market, repriced)?),
            None => Ok(()),
        }
    }

    /// Marks these offers as no longer on sale: the market does not know them any more. Returns how many were.
    pub fn mark_gone(&self, keys: &[OfferKey], now: Timestamp) -> Result<usize, CatalogError> {
        self.write(|transaction| {
            let generation = next_generation(transaction)?;
            let mut rows = Vec::new();
            {
                let mut select =
                    transaction.prepare_cached("SELECT row FROM offers WHERE key = ?1 AND gone = 0")?;
                for key in keys {
                    rows.extend(select.query_row([key.to_string()], |row| row.get::<_, i64>(0)).optional()?);
                }
            }
            set_gone(transaction, &rows, Some(now), generation)
        })
    }

    /// Marks as gone what a full pass that began at `started` has not listed. Imported goods are left alone.
    pub fn mark_unseen_gone(&self, started: Timestamp) -> Result<usize, CatalogError> {
        self.write(|transaction| {
            let rows: Vec<i64> = transaction
                .prepare_cached(
                    "SELECT row FROM offers WHERE gone = 0 AND market_id IS NOT NULL AND seen_at < ?1",
                )?
                .query_map([started.as_millisecond()], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            let generation = next_generation(transaction)?;
            set_gone(transaction, &rows, None, generation)
        })
    }
}

/// `gone` stands in the stored body too: what is read back must say so.
fn set_gone(
    transaction: &Transaction<'_>,
    rows: &[i64],
    now: Option<Timestamp>,
    generation: i64,
) -> Result<usize, Failure> {
    let mut select = transaction.prepare_cached("SELECT key, body, fetched_at FROM offers WHERE row = ?1")?;
    let mut update = transaction.prepare_cached(
        "UPDATE offers SET gone = 1, body = ?2, fetched_at = ?3, generation = ?4 WHERE row = ?1",
    )?;
    for row in rows {
        let (key, body, fetched_ms): (String, Vec<u8>, i64) =
            select.query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut offer = read_offer(&key, &body, fetched_ms)?;
        offer.gone = true;
        let fetched_ms = now.map_or(fetched_ms, |now| now.as_millisecond());
        update.execute(params![row, to_body(offer)?, fetched_ms, generation])?;
    }
    Ok(rows.len())
}

struct Batch<'a> {
    transaction: &'a Transaction<'a>,
    generation: i64,
    /// Suppliers looked up so far; `None` = the catalog has no record of its own.
    known: HashMap<SupplierId, Option<Supplier>>,
    done: Upserted,
    /// Offers that ask another price than before.
    repriced: Vec<Repriced>,
}

impl Batch<'_> {
    fn write(&mut self, incoming: &Offer) -> Result<(), Failure> {
        let key = incoming.key.to_string();
        let stored = self.stored(&key)?;
        let mut offer = incoming.clone();
        self.meet_supplier(&mut offer)?;
        let seen_ms = incoming.fetched_at.as_millisecond();
        let row_headline =
            if incoming.completeness == Completeness::Row { merge::headline(incoming) } else { None };
        let Some(stored) = stored else {
            if offer.gone && offer.title.is_empty() {
                return Ok(());
            }
            self.insert(&key, &offer, row_headline, seen_ms)?;
            self.done.new += 1;
            return Ok(());
        };
        let mut fetched_ms = seen_ms;
        let mut todo = if offer.completeness == Completeness::Full { DETAILED } else { ONLY_ROW };
        let mut body = to_body(offer.clone())?;
        if body != stored.body {
            // A record that cannot be read any more is simply replaced.
            if let Ok(old) = read_offer(&key, &stored.body, stored.fetched_ms) {
                if old.completeness == Completeness::Full && offer.completeness == Completeness::Row {
                    let contradicted = row_headline.is_some()
                        && stored.headline.is_some()
                        && row_headline != stored.headline;
                    todo = if contradicted { OUTDATED } else { stored.todo };
                }
                let was = old.clone();
                offer = merge::merge(old, offer);
                self.repriced.extend(Repriced::between(&was, &offer));
                fetched_ms = offer.fetched_at.as_millisecond();
                body = to_body(offer.clone())?;
            }
        }
        let headline = row_headline.or(stored.headline);
        let same = body == stored.body;
        if same {
            self.transaction
                .prepare_cached(
                    "UPDATE offers SET fetched_at = ?2, seen_at = ?3, score = ?4, todo = ?5, headline = ?6,
                     generation = ?7 WHERE row = ?1",
                )?
                .execute(params![
                    stored.row,
                    fetched_ms,
                    seen_ms,
                    rank::score(&offer, fetched_ms),
                    todo,
                    headline,
                    self.generation
                ])?;
            return Ok(());
        }
        if offer.gone && !stored.gone {
            self.done.gone += 1;
        } else {
            self.done.changed += 1;
        }
        self.transaction
            .prepare_cached(
                "UPDATE offers SET supplier_id = ?2, kind = ?3, gone = ?4, todo = ?5, headline = ?6, score = ?7,
                 sold = ?8, repeat_ppm = ?9, fetched_at = ?10, seen_at = ?11, generation = ?12, text = ?13,
                 body = ?14 WHERE row = ?1",
            )?
            .execute(params![
                stored.row,
                offer.supplier_id.as_ref().map(SupplierId::as_str),
                kind(&offer),
                offer.gone,
                todo,
                headline,
                rank::score(&offer, fetched_ms),
                sold(&offer),
                offer.repeat_rate.map(rank::ppm),
                fetched_ms,
                seen_ms,
                self.generation,
                search_text(&offer),
                body
            ])?;
        Ok(())
    }

    fn insert(
        &self,
        key: &str,
        offer: &Offer,
        headline: Option<String>,
        seen_ms: i64,
    ) -> Result<(), Failure> {
        let todo = if offer.completeness == Completeness::Full { DETAILED } else { ONLY_ROW };
        let body = to_body(offer.clone())?;
        self.transaction
            .prepare_cached(
                "INSERT INTO offers(key, market_id, supplier_id, kind, gone, todo, headline, score, sold,
                 repeat_ppm, fetched_at, seen_at, generation, text, body)
                 VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            )?
            .execute(params![
                key,
                offer.key.market_id(),
                offer.supplier_id.as_ref().map(SupplierId::as_str),
                kind(offer),
                offer.gone,
                todo,
                headline,
                rank::score(offer, seen_ms),
                sold(offer),
                offer.repeat_rate.map(rank::ppm),
                seen_ms,
                seen_ms,
                self.generation,
                search_text(offer),
                body
            ])?;
        Ok(())
    }

    fn stored(&self, key: &str) -> Result<Option<Stored>, Failure> {
        Ok(self
            .transaction
            .prepare_cached("SELECT row, gone, todo, headline, fetched_at, body FROM offers WHERE key = ?1")?
            .query_row([key], |row| {
                Ok(Stored {
                    row: row.get(0)?,
                    gone: row.get(1)?,
                    todo: row.get(2)?,
                    headline: row.get(3)?,
                    fetched_ms: row.get(4)?,
                    body: row.get(5)?,
                })
            })
            .optional()?)
    }

    /// Completes the offer from its supplier's record, or the suppliers from the offer where there is none.
    fn meet_supplier(&mut self, offer: &mut Offer) -> Result<(), Failure> {
        let Some(id) = offer.supplier_id.clone() else { return Ok(()) };
        if !self.known.contains_key(&id) {
            let record = self
                .transaction
                .prepare_cached("SELECT derived, body FROM suppliers WHERE id = ?1")?
                .query_row([id.as_str()], |row| Ok((row.get::<_, bool>(0)?, row.get::<_, Vec<u8>>(1)?)))
                .optional()?
                .filter(|(derived, _)| !derived)
                .and_then(|(_, body)| serde_json::from_slice(&body).ok());
            if record.is_none()
                && let Some(derived) = merge::supplier_of(offer)
            {
                write_supplier(self.transaction, &derived, true)?;
            }
            self.known.insert(id.clone(), record);
        }
        if let Some(Some(supplier)) = self.known.get(&id) {
            merge::enrich(offer, supplier);
        }
        Ok(())
    }
}

fn write_supplier(transaction: &Transaction<'_>, supplier: &Supplier, derived: bool) -> Result<(), Failure> {
    let parts = [Some(&supplier.name), supplier.name_en.as_ref(), supplier.belt.as_ref()];
    let search = lines(parts.map(|part| part.map_or("", |part| part.as_str())));
    let body = serde_json::to_vec(&Supplier { offers: 0, ..supplier.clone() })
        .map_err(|source| Failure::Record { what: format!("supplier {}", supplier.id), source })?;
    transaction
        .prepare_cached(
            "INSERT INTO suppliers(id, derived, search, body) VALUES(?1, ?2, ?3, ?4)
             ON CONFLICT(id) DO UPDATE SET derived = excluded.derived, search = excluded.search,
             body = excluded.body WHERE excluded.derived <= suppliers.derived",
        )?
        .execute(params![supplier.id.as_str(), derived, search, body])?;
    Ok(())
}

/// The stored form: without the time, which stands in a column, so that an unchanged listing has the same bytes.
fn to_body(offer: Offer) -> Result<Vec<u8>, Failure> {
    let offer = Offer { fetched_at: Timestamp::UNIX_EPOCH, ..offer };
    serde_json::to_vec(&offer)
        .map_err(|source| Failure::Record { what: format!("offer {}", offer.key), source })
}

fn kind(offer: &Offer) -> i64 {
    match offer.kind {
        OfferKind::Goods => 0,
        OfferKind::Fee => 1,
    }
}

fn sold(offer: &Offer) -> Option<i64> {
    offer.sold_30d.map(|sold| i64::try_from(sold).unwrap_or(i64::MAX))
}

/// What words are looked for in, four lines: title, translated title, supplier, belt.
fn search_text(offer: &Offer) -> String {
    lines([
        offer.title.as_str(),
        offer.title_en.as_ref().map_or("", |text| text.as_str()),
        offer.supplier_name.as_ref().map_or("", |text| text.as_str()),
        offer.belt.as_ref().map_or("", |text| text.as_str()),
    ])
}

/// Clean text has no line breaks, so no word matches across two lines.
fn lines<const N: usize>(parts: [&str; N]) -> String {
    parts.map(fold).join("\n")
}
