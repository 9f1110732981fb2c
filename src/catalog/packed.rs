//! Taking over what a colleague packed: of two readings of a listing the newer one counts, whoever made it.
//!
//! A market's own words are written as they come (what was written last counts); a pack is old by the time it
//! arrives, so each listing is weighed against the stored one, in the transaction that writes it.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, Transaction};

use crate::catalog::batch::{Batch, Between, write_batch};
use crate::catalog::sound::sound_offer;
use crate::catalog::store::{Catalog, CatalogError, Failure, next_generation, read_offer};
use crate::domain::offer::{Completeness, Offer};
use crate::domain::supplier::Supplier;

/// What was taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    /// Offers not known before.
    pub new: usize,
    /// Known offers of which the pack had a newer reading, or a detail where only a row was known.
    pub updated: usize,
    /// Offers left as they were: what is known is as new, or newer.
    pub kept: usize,
    /// Suppliers not known before, or only by an offer of theirs.
    pub suppliers: usize,
}

impl Catalog {
    /// Merges packed listings, in one transaction: the newer reading wins, so that an offer known to be gone does not
    /// come back by an older one. A detail of older date completes a newer row, which then stands over it. Records of
    /// suppliers carry no date: ours stay.
    pub fn take_packed(&self, offers: &[Offer], suppliers: &[Supplier]) -> Result<Taken, CatalogError> {
        self.write_words(|transaction, words| {
            let mut taken = Taken::default();
            let mut wanted: Vec<Offer> = Vec::with_capacity(offers.len());
            let mut seen: HashSet<String> = HashSet::new();
            for offer in offers {
                match stored(transaction, offer)? {
                    None => {
                        taken.new += usize::from(seen.insert(offer.key.to_string()));
                        wanted.push(offer.clone());
                    }
                    Some(known) if known.fetched_at < offer.fetched_at => {
                        taken.updated += 1;
                        wanted.push(offer.clone());
                    }
                    Some(known) if is_detail_of(offer, &known) => {
                        taken.updated += 1;
                        wanted.extend([offer.clone(), known]);
                    }
                    Some(_) => taken.kept += 1,
                }
            }
            let mut strangers = Vec::new();
            for supplier in suppliers {
                if is_stranger(transaction, supplier)? {
                    strangers.push(supplier.clone());
                }
            }
            taken.suppliers = strangers.len();
            let generation =
                if wanted.is_empty() && strangers.is_empty() { 0 } else { next_generation(transaction)? };
            let between = Between::of(transaction, &wanted)?;
            write_batch(&mut Batch {
                transaction,
                words,
                generation,
                least_seen_ms: i64::MIN,
                offers: &wanted,
                suppliers: &strangers,
                is_new: &mut |offer| between.is_new(offer),
                prices: self.inner.history.get(),
            })?;
            Ok(taken)
        })
    }
}

/// The listing as stored; one that cannot be read any more is as good as none.
fn stored(transaction: &Transaction<'_>, offer: &Offer) -> Result<Option<Offer>, Failure> {
    let key = offer.key.to_string();
    let found = transaction
        .prepare_cached(concat!("SELECT body, fetched_at FROM offers WHERE key = ?1 AND ", sound_offer!()))?
        .query_row([&key], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?)))
        .optional()?;
    Ok(found.and_then(|(body, fetched)| read_offer(&key, &body, fetched).ok()))
}

fn is_detail_of(packed: &Offer, known: &Offer) -> bool {
    packed.completeness == Completeness::Full
        && known.completeness == Completeness::Row
        && !packed.gone
        && !known.gone
}

fn is_stranger(transaction: &Transaction<'_>, supplier: &Supplier) -> Result<bool, Failure> {
    let derived: Option<bool> = transaction
        .prepare_cached(
            "SELECT derived FROM suppliers WHERE id = ?1 AND sound(sum, id, derived, search, body, number)",
        )?
        .query_row([supplier.id.as_str()], |row| row.get(0))
        .optional()?;
    Ok(derived.unwrap_or(true))
}
