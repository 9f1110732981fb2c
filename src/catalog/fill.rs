//! Filling the catalog with many offers at once: a file of listings, a million of them.
//!
//! All batches are one transaction, and where they outnumber what is stored, the indexes over the offers are taken
//! away for as long and made anew at the end, which costs a fraction of adding to them row by row. Readers go on
//! seeing the catalog as it was until all of it is there, and a cut leaves it as it was.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use rusqlite::{OptionalExtension, Transaction};

use crate::catalog::batch::{Batch, write_batch};
use crate::catalog::file::TakenAway;
use crate::catalog::store::{Catalog, CatalogError, Failure, next_generation};
use crate::catalog::write::Upserted;
use crate::domain::id::OfferKey;
use crate::domain::offer::Offer;

/// Fewer offers than these are added to the indexes as they come.
const WORTH_IT: usize = if cfg!(test) { 20 } else { 5_000 };

impl Catalog {
    /// Writes batches of offers in one transaction, merged with what is stored as by [`Catalog::upsert`]. `expected`:
    /// about how many there will be. Other writers wait meanwhile.
    pub fn fill(
        &self,
        expected: usize,
        batches: impl IntoIterator<Item = Vec<Offer>>,
    ) -> Result<Upserted, CatalogError> {
        self.write_words(|transaction, words| {
            let mut keys = Keys::of(transaction)?;
            let mut away = None;
            let outnumbers = expected >= WORTH_IT && !has_more_than(transaction, expected)?;
            let mut all = Upserted::default();
            for offers in batches {
                if outnumbers && away.is_none() {
                    away = Some(TakenAway::from(transaction, keys.is_empty)?);
                }
                let is_new: Vec<bool> = offers.iter().map(|offer| keys.is_new(&offer.key)).collect();
                if is_new.contains(&false)
                    && let Some(away) = &mut away
                {
                    away.put_back_keys(transaction)?;
                }
                let mut is_new = is_new.into_iter();
                let done = write_batch(&mut Batch {
                    transaction,
                    words,
                    // One of its own each: an index is brought up to the rows by whole generations.
                    generation: next_generation(transaction)?,
                    least_seen_ms: i64::MIN,
                    offers: &offers,
                    suppliers: &[],
                    is_new: &mut |_| is_new.next().unwrap_or(false),
                    prices: self.inner.history.get(),
                })?;
                all.new += done.new;
                all.changed += done.changed;
                all.gone += done.gone;
            }
            if let Some(away) = away {
                away.put_back(transaction)?;
            }
            Ok(all)
        })
    }
}

/// Which keys are stored, as far as that can be told without looking each of them up.
struct Keys {
    /// Nothing is.
    is_empty: bool,
    /// Some of a market are.
    has_market: bool,
    /// Sources of those that are imported.
    sources: HashSet<String>,
    /// Hashes of those written since.
    met: HashSet<u64>,
    hasher: RandomState,
}

impl Keys {
    fn of(transaction: &Transaction<'_>) -> Result<Keys, Failure> {
        let some = |sql| transaction.query_row(sql, [], |_| Ok(())).optional();
        let sources: HashSet<String> = Catalog::sources(transaction)?.into_iter().collect();
        Ok(Keys {
            is_empty: some("SELECT 1 FROM offers LIMIT 1")?.is_none(),
            has_market: some("SELECT 1 FROM offers WHERE key < 'L:' LIMIT 1")?.is_some(),
            sources,
            met: HashSet::new(),
            hasher: RandomState::new(),
        })
    }

    /// Whether a key is certainly not stored; it is from now on.
    fn is_new(&mut self, key: &OfferKey) -> bool {
        let was_met = !self.met.insert(self.hasher.hash_one(key));
        let may_be_stored = match key {
            OfferKey::Market(_) => self.has_market,
            OfferKey::Local { source, .. } => self.sources.contains(source),
        };
        !was_met && !may_be_stored
    }
}

fn has_more_than(transaction: &Transaction<'_>, rows: usize) -> Result<bool, Failure> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let found =
        transaction.query_row("SELECT 1 FROM offers LIMIT 1 OFFSET ?1", [rows], |_| Ok(())).optional()?;
    Ok(found.is_some())
}
