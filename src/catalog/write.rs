//! What is written into the catalog, each call a transaction: listings read, and those that are gone.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use crate::catalog::batch::{Batch, Between, write_batch};
use crate::catalog::body;
use crate::catalog::record;
use crate::catalog::row::{Columns, with_words};
use crate::catalog::sound::sound_offer;
use crate::catalog::store::{Catalog, CatalogError, Failure, lock, next_generation, read_offer};
use crate::catalog::words::Dictionary;
use crate::domain::id::OfferKey;
use crate::domain::offer::Offer;
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

/// What goes into the catalog with a page of offers, or not at all.
#[derive(Debug, Clone, Default)]
pub struct With<'a> {
    /// Notes to write; `None` removes one.
    pub notes: &'a [(&'a str, Option<&'a str>)],
    /// When the full pass began that this page is of: its offers count as seen since then, whatever clocks say.
    pub pass: Option<Timestamp>,
    /// This page ends that pass: what it has not listed is gone.
    pub ends: bool,
}

impl Catalog {
    /// Writes offers and suppliers in one transaction, merged with what is stored: a search row never wipes
    /// out a detail. An offer that is gone and was never known is not written.
    pub fn upsert(&self, offers: &[Offer], suppliers: &[Supplier]) -> Result<Upserted, CatalogError> {
        self.upsert_with(offers, suppliers, &With::default())
    }

    /// The same, and notes in the same transaction: after a cut either the page is there and the note says so, or
    /// neither.
    pub fn upsert_with(
        &self,
        offers: &[Offer],
        suppliers: &[Supplier],
        with: &With<'_>,
    ) -> Result<Upserted, CatalogError> {
        self.write_words(|transaction, words| {
            let writes = !offers.is_empty() || !suppliers.is_empty() || with.ends;
            let generation = if writes { next_generation(transaction)? } else { 0 };
            let pass_ms = with.pass.map_or(i64::MIN, |pass| pass.as_millisecond());
            let between = Between::of(transaction, offers)?;
            let mut done = write_batch(&mut Batch {
                transaction,
                words,
                generation,
                least_seen_ms: pass_ms,
                offers,
                suppliers,
                is_new: &mut |offer| between.is_new(offer),
                prices: self.inner.history.get(),
            })?;
            if with.ends
                && let Some(pass) = with.pass
            {
                done.gone += set_unseen_gone(transaction, pass, generation, words)?;
            }
            for (name, value) in with.notes {
                match value {
                    Some(value) => transaction
                        .prepare_cached("INSERT OR REPLACE INTO meta(name, value) VALUES(?1, ?2)")?
                        .execute([name, value])?,
                    None => {
                        transaction.prepare_cached("DELETE FROM meta WHERE name = ?1")?.execute([name])?
                    }
                };
            }
            Ok(done)
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
        self.write_words(|transaction, words| {
            let generation = next_generation(transaction)?;
            let mut rows = Vec::new();
            {
                let mut select = transaction.prepare_cached(concat!(
                    "SELECT row FROM offers WHERE key = ?1 AND gone = 0 AND ",
                    sound_offer!()
                ))?;
                for key in keys {
                    rows.extend(select.query_row([key.to_string()], |row| row.get::<_, i64>(0)).optional()?);
                }
            }
            set_gone(transaction, &rows, Some(now), generation, words)
        })
    }

    /// Marks as gone what a full pass that began at `started` has not listed. Imported goods are left alone.
    pub fn mark_unseen_gone(&self, started: Timestamp) -> Result<usize, CatalogError> {
        self.write_words(|transaction, words| {
            let generation = next_generation(transaction)?;
            set_unseen_gone(transaction, started, generation, words)
        })
    }
}

fn set_unseen_gone(
    transaction: &Transaction<'_>,
    started: Timestamp,
    generation: i64,
    words: &mut Dictionary,
) -> Result<usize, Failure> {
    let rows: Vec<i64> = transaction
        .prepare_cached("SELECT row FROM offers WHERE gone = 0 AND market_id IS NOT NULL AND seen_at < ?1")?
        .query_map([started.as_millisecond()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    set_gone(transaction, &rows, None, generation, words)
}

/// `gone` stands in the stored body and its facts too: what is read back must say so.
fn set_gone(
    transaction: &Transaction<'_>,
    rows: &[i64],
    now: Option<Timestamp>,
    generation: i64,
    words: &mut Dictionary,
) -> Result<usize, Failure> {
    let mut select = transaction.prepare_cached(concat!(
        "SELECT key, body, fetched_at FROM offers WHERE row = ?1 AND ",
        sound_offer!()
    ))?;
    // The digest goes: the same reading as before means that it is back.
    let mut update = transaction.prepare_cached(
        "UPDATE offers SET gone = 1, body = ?2, facts = ?3, fetched_at = ?4, generation = ?5, digest = 0
         WHERE row = ?1",
    )?;
    for row in rows {
        let (key, stored, fetched_ms): (String, Vec<u8>, i64) =
            select.query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut offer = read_offer(&key, &stored, fetched_ms)?;
        offer.gone = true;
        let fetched_ms = now.map_or(fetched_ms, |now| now.as_millisecond());
        let id = offer.supplier_id.as_ref();
        let record = id.map(|id| record::record(transaction, id)).transpose()?.flatten();
        let facts = Columns::of(&offer, record.as_ref()).named(&offer, words);
        update.execute(params![row, body::write(&offer), facts, fetched_ms, generation])?;
    }
    Ok(rows.len())
}
