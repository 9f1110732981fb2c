//! Writing what a market or a file told: one transaction a batch, unchanged listings only touched.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use crate::catalog::history::History;
use crate::catalog::merge;
use crate::catalog::rank;
use crate::catalog::row::{self, Columns, digest, lines, with_words};
use crate::catalog::store::{Catalog, CatalogError, Failure, lock, next_generation, read_offer};
use crate::catalog::words::Dictionary;
use crate::domain::id::{MarketId, OfferKey, SupplierId};
use crate::domain::offer::{Completeness, Offer};
use crate::domain::price_history::Repriced;
use crate::domain::supplier::Supplier;

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

struct Stored {
    row: i64,
    gone: bool,
    todo: i64,
    headline: Option<String>,
    fetched_ms: i64,
    digest: i64,
    /// Whether what is stored is a detail.
    full: bool,
}

impl Catalog {
    /// Writes offers and suppliers in one transaction, merged with what is stored: a search row never wipes
    /// out a detail. An offer that is gone and was never known is not written.
    pub fn upsert(&self, offers: &[Offer], suppliers: &[Supplier]) -> Result<Upserted, CatalogError> {
        self.write_words(|transaction, words| {
            let generation = if offers.is_empty() { 0 } else { next_generation(transaction)? };
            write_batch(transaction, words, generation, offers, suppliers, self.inner.history.get())
        })
    }

    /// Runs `job` in a transaction of its own, with the dictionary.
    pub(super) fn write_words<T>(
        &self,
        job: impl FnOnce(&Transaction<'_>, &mut Dictionary) -> Result<T, Failure>,
    ) -> Result<T, CatalogError> {
        let mut words = lock(&self.inner.words);
        let done =
            self.write(|transaction| with_words(&mut words, transaction, |words| job(transaction, words)))?;
        words.committed();
        Ok(done)
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

/// Writes offers and suppliers inside a transaction. Changed prices are kept in `prices` before it is committed: a cut
/// in between is made good by the next reading, which keeps nothing twice.
pub(super) fn write_batch(
    transaction: &Transaction<'_>,
    words: &mut Dictionary,
    generation: i64,
    offers: &[Offer],
    suppliers: &[Supplier],
    prices: Option<&(History, MarketId)>,
) -> Result<Upserted, Failure> {
    for supplier in suppliers {
        write_supplier(transaction, supplier, false)?;
    }
    let mut batch = Batch {
        transaction,
        words,
        generation,
        known: suppliers.iter().map(|s| (s.id.clone(), Some(s.clone()))).collect(),
        done: Upserted::default(),
        repriced: Vec::new(),
    };
    for offer in offers {
        batch.write(offer)?;
    }
    if let Some((history, market)) = prices {
        history.record(market, &batch.repriced)?;
    }
    Ok(batch.done)
}

struct Batch<'a> {
    transaction: &'a Transaction<'a>,
    words: &'a mut Dictionary,
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
        let is_row = incoming.completeness == Completeness::Row;
        let row_headline = if is_row { merge::headline(incoming) } else { None };
        let mut body = to_body(offer.clone())?;
        let read = digest(&body);
        let Some(stored) = stored else {
            if offer.gone && offer.title.is_empty() {
                return Ok(());
            }
            self.insert(&key, &offer, row_headline, seen_ms, read, &body)?;
            self.done.new += 1;
            return Ok(());
        };
        let mut todo = row::todo(&offer);
        if stored.full && is_row {
            let contradicted =
                row_headline.is_some() && stored.headline.is_some() && row_headline != stored.headline;
            todo = if contradicted { row::OUTDATED } else { stored.todo };
        }
        let headline = row_headline.or(stored.headline);
        // The prices of a detail are as old as the detail, however often a row of it is seen; one that is gone
        // was looked at now.
        let mut fetched_ms = if stored.full && is_row && !offer.gone { stored.fetched_ms } else { seen_ms };
        if read == stored.digest && offer.gone == stored.gone {
            self.touch(stored.row, fetched_ms, seen_ms, todo, headline.as_deref(), &offer)?;
            return Ok(());
        }
        // A record that cannot be read any more is simply replaced.
        let old_body: Vec<u8> = self
            .transaction
            .prepare_cached("SELECT body FROM offers WHERE row = ?1")?
            .query_row([stored.row], |row| row.get(0))?;
        if let Ok(old) = read_offer(&key, &old_body, stored.fetched_ms) {
            let was = old.clone();
            offer = merge::merge(old, offer);
            self.repriced.extend(Repriced::between(&was, &offer));
            fetched_ms = offer.fetched_at.as_millisecond();
            body = to_body(offer.clone())?;
        }
        if body != old_body {
            if offer.gone && !stored.gone {
                self.done.gone += 1;
            } else {
                self.done.changed += 1;
            }
        }
        let columns = self.columns(&offer);
        self.transaction
            .prepare_cached(
                "UPDATE offers SET supplier_id = ?2, kind = ?3, gone = ?4, todo = ?5, headline = ?6, score = ?7,
                 sold = ?8, repeat_ppm = ?9, fetched_at = ?10, seen_at = ?11, generation = ?12, digest = ?13,
                 facts = ?14, text = ?15, traits = ?16, body = ?17 WHERE row = ?1",
            )?
            .execute(params![
                stored.row,
                offer.supplier_id.as_ref().map(SupplierId::as_str),
                row::kind(&offer),
                offer.gone,
                todo,
                headline,
                rank::score(&offer, fetched_ms),
                row::sold(&offer),
                row::repeat(&offer),
                fetched_ms,
                seen_ms,
                self.generation,
                read,
                columns.facts,
                columns.text,
                columns.traits,
                body
            ])?;
        Ok(())
    }

    /// The same reading again: it is younger, nothing else.
    fn touch(
        &self,
        row: i64,
        fetched_ms: i64,
        seen_ms: i64,
        todo: i64,
        headline: Option<&str>,
        offer: &Offer,
    ) -> Result<(), Failure> {
        self.transaction
            .prepare_cached(
                "UPDATE offers SET fetched_at = ?2, seen_at = ?3, score = ?4, todo = ?5, headline = ?6,
                 generation = ?7 WHERE row = ?1",
            )?
            .execute(params![
                row,
                fetched_ms,
                seen_ms,
                rank::score(offer, fetched_ms),
                todo,
                headline,
                self.generation
            ])?;
        Ok(())
    }

    fn columns(&mut self, offer: &Offer) -> Columns {
        let record = offer.supplier_id.as_ref().and_then(|id| self.known.get(id)).and_then(Option::as_ref);
        Columns::of(offer, record, self.words)
    }

    fn insert(
        &mut self,
        key: &str,
        offer: &Offer,
        headline: Option<String>,
        seen_ms: i64,
        read: i64,
        body: &[u8],
    ) -> Result<(), Failure> {
        let columns = self.columns(offer);
        self.transaction
            .prepare_cached(
                "INSERT INTO offers(key, market_id, supplier_id, kind, gone, todo, headline, score, sold,
                 repeat_ppm, fetched_at, seen_at, generation, digest, facts, text, traits, body)
                 VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
            )?
            .execute(params![
                key,
                offer.key.market_id(),
                offer.supplier_id.as_ref().map(SupplierId::as_str),
                row::kind(offer),
                offer.gone,
                row::todo(offer),
                headline,
                rank::score(offer, seen_ms),
                row::sold(offer),
                row::repeat(offer),
                seen_ms,
                seen_ms,
                self.generation,
                read,
                columns.facts,
                columns.text,
                columns.traits,
                body
            ])?;
        Ok(())
    }

    fn stored(&self, key: &str) -> Result<Option<Stored>, Failure> {
        Ok(self
            .transaction
            .prepare_cached(
                "SELECT row, gone, todo, headline, fetched_at, digest FROM offers WHERE key = ?1",
            )?
            .query_row([key], |row| {
                let todo = row.get(2)?;
                Ok(Stored {
                    row: row.get(0)?,
                    gone: row.get(1)?,
                    todo,
                    headline: row.get(3)?,
                    fetched_ms: row.get(4)?,
                    digest: row.get(5)?,
                    full: todo != row::ONLY_ROW,
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
