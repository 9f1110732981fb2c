//! What the buyer's marks or a condition single out: offers and suppliers, by number.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use tantivy::schema::IndexRecordOption;

use crate::catalog::index::place::Tie;
use crate::catalog::index::schema::{Column, tag};
use crate::catalog::index::segment::{Row, Segment, any_of, of_info};
use crate::catalog::index::stream::{END, Stream};
use crate::catalog::index::{Halt, halt};
use crate::domain::search::Cancel;

/// Offers by number and by supplier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked {
    /// Offers.
    pub offers: HashSet<Tie>,
    /// Suppliers, as words of the dictionary.
    pub suppliers: HashSet<u32, ByNumber>,
}

/// Numbers of the dictionary are given out one after the other: nobody chooses them so that they meet, and a condition
/// on a supplier looks one up for each of a million offers.
pub type ByNumber = BuildHasherDefault<Multiplied>;

/// See [`ByNumber`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Multiplied(u64);

impl Hasher for Multiplied {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Marked {
    /// Whether there is nobody in it.
    pub fn is_empty(&self) -> bool {
        self.offers.is_empty() && self.suppliers.is_empty()
    }

    /// Whether an offer is in it.
    pub fn has(&self, row: &(impl Row + ?Sized)) -> bool {
        (!self.offers.is_empty() && self.offers.contains(&row.place().tie()))
            || (!self.suppliers.is_empty() && self.suppliers.contains(&(row.get(Column::Supplier) as u32)))
    }

    /// Its documents in a segment.
    pub fn stream(&self, segment: &Segment, cancel: &Cancel) -> Result<Stream, Halt> {
        let suppliers = tagged(segment, self.suppliers.iter().map(|word| tag::supplier(*word)), cancel)?;
        if self.offers.is_empty() {
            return Ok(suppliers);
        }
        let mut docs = Vec::with_capacity(self.offers.len());
        for (nth, tie) in self.offers.iter().enumerate() {
            if nth.is_multiple_of(256) {
                halt(cancel)?;
            }
            docs.extend(segment.columns.docs_of(*tie));
        }
        let offers = Stream::list(docs);
        Ok(if self.suppliers.is_empty() { offers } else { Stream::Any(vec![offers, suppliers]) })
    }
}

/// Documents of a segment with any of some tags.
pub fn tagged(
    segment: &Segment,
    tags: impl Iterator<Item = String>,
    cancel: &Cancel,
) -> Result<Stream, Halt> {
    let mut infos = Vec::new();
    for tag in tags {
        halt(cancel)?;
        infos.extend(segment.tags.terms().get(tag.as_bytes())?);
    }
    // Many offers of one document each are a list, not a set.
    if infos.len() > 8 && infos.iter().map(|info| u64::from(info.doc_freq)).sum::<u64>() < 20_000 {
        let mut docs = Vec::new();
        for info in &infos {
            let mut stream = of_info(&segment.tags, info, IndexRecordOption::Basic)?;
            let mut doc = stream.doc();
            while doc != END {
                docs.push(doc);
                doc = stream.seek(doc + 1);
            }
        }
        return Ok(Stream::list(docs));
    }
    any_of(&segment.tags, &infos, segment.max_doc(), cancel)
}
