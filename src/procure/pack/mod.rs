//! Packs: a set of listings in one compressed file to hand to a colleague, who needs no network to use it.
//!
//! The file is gzip over lines of JSON: a header ([`PackHeader`]), `{"category":..}`, `{"supplier":..}` and `{"offer":..}` lines, and a
//! last line `{"sha256":".."}` over all bytes before it. It is read twice: once to the end, checking everything, and
//! only then again to take it over; nothing of a damaged pack is ever used. Memory is bounded whatever a pack claims:
//! one line and one small batch at a time.

mod file;
mod read;
mod write;

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Desk, DeskError};
use crate::domain::freight::FreightTerms;
use crate::domain::id::{MarketId, OfferKey, SupplierId};
use crate::domain::offer::Offer;
use crate::domain::search::SearchRequest;
use crate::domain::supplier::Supplier;
use crate::domain::text::Clean;

pub use write::Packed;

/// The form of packs this program writes and reads.
pub const FORMAT: u32 = 1;
/// Longest line, bytes: far above any real listing.
const MOST_LINE: usize = 256 * 1024;
/// Most lines of a kind.
const MOST_LINES: u64 = 5_000_000;
/// Inflated bytes a pack may have for each line it announces, and besides: more is a bomb.
const BYTES_PER_LINE: u64 = 16 * 1024;
const BYTES_BESIDES: u64 = 64 * 1024 * 1024;
/// How many times its size a pack may inflate to, besides: listings make 3 to 10.
const MOST_RATIO: u64 = 100;
/// Listings, and bytes of them, taken over in one transaction.
const BATCH_LINES: usize = 500;
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Readings from the future are nobody's: a colleague's clock may be so far ahead.
const CLOCKS_APART: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);
/// Catalog document: the packs taken over, newest first.
const NOTES: &str = "packs";
/// Most packs remembered.
const MOST_NOTES: usize = 50;

/// Why a pack cannot be written or used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// It is damaged, or no pack at all.
    #[error("{file}: {what}")]
    Bad {
        /// The file.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// It is of another market, and was not asked for as local goods.
    #[error("{file} is a pack of another app or market: {market}")]
    Foreign {
        /// The file.
        file: String,
        /// Whose it is.
        market: MarketId,
        /// Whether nobody's word makes it one of this market: one of the two is a profile's own sandbox.
        never: bool,
    },
    /// It cannot be written there.
    #[error("{file}: {what}")]
    Target {
        /// The file.
        file: String,
        /// Why.
        what: String,
    },
    /// Nothing to pack was found.
    #[error("there is nothing to pack")]
    Empty,
}

/// First line of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackHeader {
    /// [`FORMAT`].
    pub pifa_pack: u32,
    /// Whose listings they are.
    pub market_id: MarketId,
    /// When it was packed.
    pub made_at: Timestamp,
    /// What was packed, in words: a query, suppliers.
    pub what: Clean,
    /// Listings in it.
    pub offers: u64,
    /// Suppliers in it.
    pub suppliers: u64,
    /// Names of categories in it.
    #[serde(default)]
    pub categories: u64,
    /// Whether the market is a profile's own sandbox; packs of before did not say.
    #[serde(default)]
    pub sandbox: Option<bool>,
}

/// How the goods of a pack come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackAs<'a> {
    /// With their ids, where the pack is of this market.
    Own,
    /// With their ids: the buyer says that the other account buys at the same market. A sandbox's never do at another.
    SameMarket,
    /// Where they are of another market, as local goods of this name.
    Local(&'a str),
}

/// What is packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackWhat {
    /// All hits of a query, the buyer's marks obeyed.
    Query(SearchRequest),
    /// Everything these suppliers have on sale.
    Suppliers(Vec<SupplierId>),
}

/// A pack taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackNote {
    /// Name of the file.
    pub file: Clean,
    /// Its hash, hexadecimal.
    pub sha256: String,
    /// Whose listings they were.
    pub market_id: MarketId,
    /// What was packed.
    pub what: Clean,
    /// When it was packed.
    pub made_at: Timestamp,
    /// When it was taken over.
    pub taken_at: Timestamp,
    /// Name its goods go under, where they were taken as local ones.
    pub source: Option<Clean>,
    /// Listings in it.
    pub offers: u64,
    /// Listings not known before.
    pub new: u64,
    /// Listings it had a newer reading of.
    pub updated: u64,
    /// Listings left as they were.
    pub kept: u64,
    /// Suppliers in it.
    pub suppliers: u64,
}

impl Desk {
    /// Packs listings of the catalog into a file; one that is no pack already is never written over.
    pub fn pack(&self, path: &Path, what: &PackWhat) -> Result<Packed, DeskError> {
        let (keys, words) = match what {
            PackWhat::Query(request) => (self.all_hits(request)?, Clean::new(&request.text)),
            PackWhat::Suppliers(ids) => {
                let mut keys = Vec::new();
                for id in ids {
                    self.supplier(id)?.ok_or_else(|| DeskError::NoSupplier(id.clone()))?;
                    keys.extend(
                        self.parts.catalog.offers_of(id, usize::MAX)?.into_iter().map(|offer| offer.key),
                    );
                }
                keys.sort_unstable();
                keys.dedup();
                let ids: Vec<String> = ids.iter().map(|id| format!("supplier:{id}")).collect();
                (keys, Clean::new(&ids.join(" ")))
            }
        };
        if keys.is_empty() {
            return Err(PackError::Empty.into());
        }
        write::write(self, path, &keys, words)
    }

    /// Takes a pack over. A pack of another app than this account's may be of another market: it is refused, unless the
    /// buyer says that it is of the same one, or wants its goods as local ones, which can be searched and compared and
    /// never be ordered as they are.
    pub fn unpack(&self, path: &Path, goods: PackAs<'_>) -> Result<PackNote, DeskError> {
        read::unpack(self, path, goods)
    }

    /// The packs taken over, newest first.
    pub fn packs(&self) -> Result<Vec<PackNote>, DeskError> {
        Ok(self.parts.catalog.document(NOTES)?.map(|(notes, _)| notes).unwrap_or_default())
    }

    fn note_pack(&self, note: &PackNote) -> Result<(), DeskError> {
        let mut notes = self.packs()?;
        notes.insert(0, note.clone());
        notes.truncate(MOST_NOTES);
        Ok(self.parts.catalog.set_document(NOTES, &notes, Some(note.taken_at))?)
    }
}

/// Goods of another market under a name of their own: nothing in them may be taken for an id of this market.
fn as_local(offer: &mut Offer, source: &str) {
    let item_no = match &offer.key {
        OfferKey::Market(id) => id.to_string(),
        OfferKey::Local { source, item_no } => format!("{source}:{item_no}"),
    };
    offer.key = OfferKey::Local { source: source.to_owned(), item_no };
    offer.supplier_id = offer.supplier_id.take().map(|id| local_supplier(&id, source));
    // Zones and templates are those of the other market, categories too.
    offer.freight = match std::mem::take(&mut offer.freight) {
        FreightTerms::Template(_) => FreightTerms::Unknown,
        terms => terms,
    };
    offer.category_id = None;
}

fn supplier_as_local(supplier: &mut Supplier, source: &str) {
    supplier.id = local_supplier(&supplier.id, source);
}

fn local_supplier(id: &SupplierId, source: &str) -> SupplierId {
    // Ids are ASCII: a source in Chinese is told by its bytes.
    let ascii: String = source
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("{b:02x}") })
        .collect();
    SupplierId::new(&format!("L:{}:{id}", ascii.chars().take(40).collect::<String>()))
}

#[cfg(test)]
#[path = "../pack_tests.rs"]
mod tests;
