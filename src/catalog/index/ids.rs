//! The suppliers of a segment by their ids: what the catalog knows a supplier by is a text, what a document carries is
//! its number in the dictionary. A query such as `supplier:有限` names half of all suppliers, and asking the dictionary for
//! each takes ten times as long as reading all their names.

use std::cmp::Ordering;
use std::io;
use std::ops::Range;

use rusqlite::{Connection, OptionalExtension};
use tantivy::directory::OwnedBytes;

use crate::catalog::facts::WordId;
use crate::catalog::index::columns::Columns;
use crate::catalog::index::pieces::{Pieces, number_at};
use crate::catalog::index::schema::Column;
use crate::catalog::index::tables::{Packed, Table, Unpacked};
use crate::catalog::index::{Halt, halt};
use crate::domain::search::Cancel;

/// More drawers than these are not worth the room.
const MOST_BITS: u32 = 16;

/// The table of a segment: ids in drawers by the first bits of their sums, in each by sum and text. However ids were
/// chosen, one is found in as many steps as their number has digits.
pub struct Ids {
    bytes: OwnedBytes,
    /// How many ids, and bits of a sum that tell the drawer.
    count: usize,
    bits: u32,
    /// Where the tables begin among the bytes: begins of the drawers, sums, numbers.
    drawers: usize,
    sums: usize,
    numbers: usize,
    texts: Pieces,
}

fn sum_of(id: &str) -> u32 {
    crc32fast::hash(id.as_bytes())
}

fn drawer_of(sum: u32, bits: u32) -> usize {
    sum.checked_shr(32 - bits).unwrap_or(0) as usize
}

impl Ids {
    /// Writes the suppliers of a segment's documents. Numbers the dictionary does not know are of no supplier.
    pub(super) fn pack(
        columns: &Columns,
        documents: u32,
        connection: &Connection,
        packed: Packed<'_>,
    ) -> io::Result<()> {
        let numbers = columns.distinct(Column::Supplier, documents);
        let mut select =
            connection.prepare_cached("SELECT text FROM words WHERE id = ?1").map_err(io::Error::other)?;
        let mut known: Vec<(String, WordId)> = Vec::with_capacity(numbers.len());
        for number in numbers {
            let id = select.query_row([number], |row| row.get(0)).optional().map_err(io::Error::other)?;
            known.extend(id.map(|id| (id, number)));
        }
        pack_all(known, packed)
    }

    /// Shows which of some ids are in the table, with their numbers, for somebody who may lose interest. Both are in the
    /// order of their sums and texts: what is looked at lies side by side, and is looked at once.
    pub fn find_all(
        &self,
        wanted: &WantedIds,
        cancel: &Cancel,
        found: &mut dyn FnMut(usize, WordId),
    ) -> Result<(), Halt> {
        let (mut from, mut steps) = (0, 0_u32);
        for (nth, (sum, id)) in wanted.with_sums().enumerate() {
            let begin = self.number(self.drawers, drawer_of(sum, self.bits)).unwrap_or_default() as usize;
            from = from.max(begin);
            loop {
                steps += 1;
                if steps.is_multiple_of(256) {
                    halt(cancel)?;
                }
                let its = if from < self.count { self.number(self.sums, from) } else { None };
                let Some(its) = its else { break };
                // Sums lie side by side, texts do not.
                match its.cmp(&sum).then_with(|| self.texts.get(from).cmp(&Some(id.as_bytes()))) {
                    Ordering::Less => from += 1,
                    Ordering::Equal => {
                        self.number(self.numbers, from).into_iter().for_each(|word| found(nth, word));
                        break;
                    }
                    Ordering::Greater => break,
                }
            }
        }
        Ok(())
    }

    fn number(&self, table: usize, nth: usize) -> Option<u32> {
        number_at(&self.bytes, table, nth)
    }
}

/// Ids to be found.
#[derive(Debug)]
pub struct WantedIds {
    texts: String,
    /// Their sums and where they stand among the texts, in drawers by the first bits of the sums.
    drawers: Vec<Vec<(u32, Range<u32>)>>,
}

impl Default for WantedIds {
    fn default() -> WantedIds {
        WantedIds { texts: String::new(), drawers: vec![Vec::new(); 1 << Self::BITS] }
    }
}

impl WantedIds {
    const BITS: u32 = 8;

    /// Adds one.
    pub fn add(&mut self, id: &str) {
        let (sum, from) = (sum_of(id), self.texts.len() as u32);
        self.texts.push_str(id);
        if let Some(drawer) = self.drawers.get_mut(drawer_of(sum, Self::BITS)) {
            drawer.push((sum, from..self.texts.len() as u32));
        }
    }

    /// After the last, before anything is found, for somebody who may lose interest.
    pub fn sort(&mut self, cancel: &Cancel) -> Result<(), Halt> {
        for drawer in &mut self.drawers {
            halt(cancel)?;
            let text = |place: &Range<u32>| self.texts.get(place.start as usize..place.end as usize);
            drawer.sort_unstable_by(|(a, at), (b, bt)| a.cmp(b).then_with(|| text(at).cmp(&text(bt))));
        }
        Ok(())
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.drawers.iter().map(Vec::len).sum()
    }

    /// In their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.with_sums().map(|(_, id)| id)
    }

    fn with_sums(&self) -> impl Iterator<Item = (u32, &str)> {
        let text = |place: &Range<u32>| self.texts.get(place.start as usize..place.end as usize);
        self.drawers.iter().flatten().map(move |(sum, place)| (*sum, text(place).unwrap_or_default()))
    }
}

fn pack_all(known: Vec<(String, WordId)>, mut packed: Packed<'_>) -> io::Result<()> {
    let mut known: Vec<(u32, String, WordId)> =
        known.into_iter().map(|(id, number)| (sum_of(&id), id, number)).collect();
    known.sort_unstable();
    let bits = known.len().checked_ilog2().unwrap_or(0).min(MOST_BITS);
    let mut begins = vec![0_u32];
    let mut at = 0;
    for drawer in 0..1_usize << bits {
        while known.get(at).is_some_and(|(sum, ..)| drawer_of(*sum, bits) <= drawer) {
            at += 1;
        }
        begins.push(at as u32);
    }
    packed.numbers(begins.len(), begins.into_iter())?;
    packed.numbers(known.len(), known.iter().map(|(sum, ..)| *sum))?;
    packed.numbers(known.len(), known.iter().map(|(.., number)| *number))?;
    Pieces::pack(known.iter().map(|(_, id, _)| id.as_bytes()), packed)
}

impl Table for Ids {
    fn open(bytes: OwnedBytes) -> Option<Ids> {
        let mut unpacked = Unpacked::open(&bytes)?;
        let (begins, drawers) = unpacked.numbers_at()?;
        let (of_sums, sums) = unpacked.numbers_at()?;
        let (of_numbers, numbers) = unpacked.numbers_at()?;
        let count = of_sums.len();
        let texts = Pieces::read(unpacked, &bytes)?;
        let drawer_count = begins.len().checked_sub(1)?;
        let holds = of_numbers.len() == count
            && texts.count() == count
            && drawer_count.is_power_of_two()
            && drawer_count.ilog2() <= MOST_BITS;
        let bits = drawer_count.checked_ilog2()?;
        holds.then(|| Ids { bytes: bytes.clone(), count, bits, drawers, sums, numbers, texts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn packed(known: &BTreeMap<String, WordId>) -> Vec<u8> {
        let mut bytes = Vec::new();
        pack_all(
            known.iter().map(|(id, number)| (id.clone(), *number)).collect(),
            Packed::new(&mut bytes, "").unwrap(),
        )
        .unwrap();
        bytes
    }

    /// What is found of some ids, asked for all at once.
    fn found<'a>(ids: &Ids, asked: impl Iterator<Item = &'a str>) -> Vec<(String, WordId)> {
        let mut wanted = WantedIds::default();
        asked.for_each(|id| wanted.add(id));
        wanted.sort(&Cancel::default()).ok().unwrap();
        let all: Vec<&str> = wanted.iter().collect();
        let mut found = Vec::new();
        ids.find_all(&wanted, &Cancel::default(), &mut |nth, word| found.push((all[nth].to_owned(), word)))
            .ok()
            .unwrap();
        found.sort();
        found
    }

    proptest! {
        #[test]
        fn every_id_is_found_and_no_other(
            known in prop::collection::btree_map("[a-dB0-3é杯]{0,4}", any::<u32>(), 0..200),
            others in prop::collection::vec("[a-dB0-3é杯]{0,5}", 0..100),
        ) {
            let ids = Ids::open(OwnedBytes::new(packed(&known))).unwrap();
            let asked = || known.keys().step_by(2).chain(&others).map(String::as_str);
            let mut told: Vec<(String, WordId)> =
                asked().filter_map(|id| Some((id.to_owned(), *known.get(id)?))).collect();
            told.sort();
            prop_assert_eq!(found(&ids, asked()), told);
        }

        #[test]
        fn damaged_ones_are_read_to_an_end(at in 0..400_usize, bit in 0..8_u32) {
            let known = ["s1", "s2", "甲", "acme", ""].into_iter().zip(1_u32..).map(|(id, n)| (id.to_owned(), n));
            let mut bytes = packed(&known.collect());
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            for bytes in [bytes.clone(), bytes[..at].to_vec()] {
                let Some(ids) = Ids::open(OwnedBytes::new(bytes)) else { continue };
                found(&ids, ["s1", "s2", "甲", "acme", "", "b2b-1"].into_iter());
            }
        }
    }

    #[test]
    fn ids_of_one_sum_are_told_apart() {
        // CRC-32 of both is the same.
        let (one, other) = ("plumless", "buckeroo");
        assert_eq!(sum_of(one), sum_of(other));
        let ids = Ids::open(OwnedBytes::new(packed(&[(one.to_owned(), 7), (other.to_owned(), 9)].into())));
        let ids = ids.unwrap();
        let told = vec![(other.to_owned(), 9), (one.to_owned(), 7)];
        assert_eq!(found(&ids, [one, other, "s"].into_iter()), told);
    }
}
