//! What the buyer's marks or a condition single out: offers and suppliers, by number.

use std::collections::HashSet;

use tantivy::schema::IndexRecordOption;

use crate::catalog::index::place::Tie;
use crate::catalog::index::schema::{Column, tag};
use crate::catalog::index::segment::{Row, Segment, any_of, of_info};
use crate::catalog::index::stream::{END, Stream, ones};
use crate::catalog::index::{Halt, halt};
use crate::domain::search::Cancel;

/// Offers by number and by supplier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked {
    /// Offers.
    pub offers: HashSet<Tie>,
    /// Suppliers, as words of the dictionary.
    pub suppliers: Suppliers,
}

/// Suppliers, as words of the dictionary. Those are numbered one after the other, so a bit each is little, and a condition
/// on a supplier asks of each of a million offers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suppliers {
    low: Vec<u64>,
    /// What a damaged dictionary may number.
    high: HashSet<u32>,
    count: usize,
}

impl Suppliers {
    /// Numbers that have a bit.
    const LOW: u32 = 1 << 22;

    /// Adds one.
    pub fn insert(&mut self, word: u32) {
        if word >= Self::LOW {
            self.count += usize::from(self.high.insert(word));
            return;
        }
        let at = (word / 64) as usize;
        if self.low.len() <= at {
            self.low.resize(at + 1, 0);
        }
        if let Some(bits) = self.low.get_mut(at) {
            let bit = 1 << (word % 64);
            self.count += usize::from(*bits & bit == 0);
            *bits |= bit;
        }
    }

    /// Whether one is in it.
    #[inline]
    pub fn contains(&self, word: u32) -> bool {
        match self.low.get((word / 64) as usize) {
            Some(bits) => bits >> (word % 64) & 1 == 1,
            None => word >= Self::LOW && self.high.contains(&word),
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        let low = (0_u32..).zip(&self.low).flat_map(|(at, bits)| ones(*bits).map(move |bit| at * 64 + bit));
        low.chain(self.high.iter().copied())
    }
}

impl FromIterator<u32> for Suppliers {
    fn from_iter<I: IntoIterator<Item = u32>>(words: I) -> Suppliers {
        let mut suppliers = Suppliers::default();
        suppliers.extend(words);
        suppliers
    }
}

impl Extend<u32> for Suppliers {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, words: I) {
        words.into_iter().for_each(|word| self.insert(word));
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
            || (!self.suppliers.is_empty() && self.suppliers.contains(row.get(Column::Supplier) as u32))
    }

    /// Its documents in a segment.
    pub fn stream(&self, segment: &Segment, cancel: &Cancel) -> Result<Stream, Halt> {
        let suppliers = tagged(segment, self.suppliers.iter().map(tag::supplier), cancel)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn suppliers_are_a_set(
            words in prop::collection::vec(prop_oneof![0..300_u32, (1_u32 << 22) - 2..(1 << 22) + 3, Just(u32::MAX)], 0..60), more in any::<u32>(),
        ) {
            let told: HashSet<u32> = words.iter().copied().collect();
            let suppliers: Suppliers = words.iter().copied().collect();
            prop_assert_eq!(suppliers.len(), told.len());
            prop_assert_eq!(suppliers.is_empty(), told.is_empty());
            prop_assert_eq!(suppliers.iter().collect::<HashSet<_>>(), told.clone());
            for word in words.iter().copied().chain([more, 0, 299, (1 << 22) - 1, 1 << 22]) {
                prop_assert_eq!(suppliers.contains(word), told.contains(&word));
            }
            prop_assert_eq!(&suppliers, &words.iter().rev().copied().collect());
        }
    }
}
