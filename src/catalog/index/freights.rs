//! The freight terms of a segment's offers by their numbers in the dictionary: an order by landed cost looks at some
//! hundreds of different ones, and asking the dictionary for each takes ten times as long.

use std::io;

use rusqlite::Connection;
use tantivy::directory::OwnedBytes;

use crate::catalog::body;
use crate::catalog::facts::WordId;
use crate::catalog::index::columns::Columns;
use crate::catalog::index::pieces::{Pieces, number_at};
use crate::catalog::index::schema::Column;
use crate::catalog::index::tables::{Packed, Table, Unpacked};
use crate::catalog::overlay::text_of;
use crate::domain::freight::FreightTerms;

/// The table of a segment: numbers, ascending, and for each where its terms end, as they stand in a body.
pub struct FreightTable {
    bytes: OwnedBytes,
    /// Where the numbers begin among the bytes.
    numbers: usize,
    terms: Pieces,
}

/// Terms as the dictionary has them.
pub fn from_word(word: WordId, connection: &Connection) -> rusqlite::Result<Option<FreightTerms>> {
    let text = text_of(word, connection)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

impl FreightTable {
    /// Writes the terms of a segment's documents; those the dictionary does not know, or a body
    /// would not keep as they are, are left out.
    pub(super) fn pack(
        columns: &Columns,
        documents: u32,
        connection: &Connection,
        packed: Packed<'_>,
    ) -> io::Result<()> {
        let mut known = Vec::new();
        for number in columns.distinct(Column::Freight, documents) {
            // A damaged word is told of by whoever asks the dictionary for it; here it only goes without.
            let Ok(Some(terms)) = from_word(number, connection) else { continue };
            let bytes = body::freight_bytes(&terms);
            if body::freight(&bytes).as_ref() == Some(&terms) {
                known.push((number, bytes));
            }
        }
        pack_all(&known, packed)
    }

    /// The terms of a number; `None` = they are not here.
    pub fn get(&self, wanted: WordId) -> Option<FreightTerms> {
        let number = |nth| number_at(&self.bytes, self.numbers, nth);
        let (mut low, mut high) = (0, self.terms.count());
        while low < high {
            let middle = low.midpoint(high);
            if number(middle)? < wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let is_there = low < self.terms.count() && number(low)? == wanted;
        is_there.then(|| body::freight(self.terms.get(low)?))?
    }
}

fn pack_all(known: &[(WordId, Vec<u8>)], mut packed: Packed<'_>) -> io::Result<()> {
    packed.numbers(known.len(), known.iter().map(|(number, _)| *number))?;
    Pieces::pack(known.iter().map(|(_, terms)| terms.as_slice()), packed)
}

impl Table for FreightTable {
    fn open(bytes: OwnedBytes) -> Option<FreightTable> {
        let mut unpacked = Unpacked::open(&bytes)?;
        let (all, numbers) = unpacked.numbers_at()?;
        let terms = Pieces::read(unpacked, &bytes).filter(|terms| terms.count() == all.len())?;
        Some(FreightTable { bytes: bytes.clone(), numbers, terms })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::freight::{ChargeBy, Fee, Fees, FreightTemplate};

    fn terms() -> impl Strategy<Value = FreightTerms> {
        let fee = (0..9_000_i64, 0..9_000_i64);
        let fee = fee.prop_map(|(first, next)| Fee {
            first: crate::domain::money::Money::from_fen(first),
            next: crate::domain::money::Money::from_fen(next),
        });
        let fees = prop_oneof![
            prop::collection::vec(fee.clone(), 0..9).prop_map(Fees::Zones),
            ("[0-9]{6}", fee).prop_map(|(code, fee)| Fees::District { code, fee }),
        ];
        let charge_by = prop_oneof![Just(ChargeBy::Weight), Just(ChargeBy::Pieces), Just(ChargeBy::Volume)];
        let template = (charge_by, 0..9_999_i64, 0..4_u32, fees, prop::option::of(0..1_000_000_i64));
        let template = template.prop_map(|(charge_by, units, scale, fees, free_from)| FreightTemplate {
            charge_by,
            first_unit: rust_decimal::Decimal::new(units, scale),
            next_unit: rust_decimal::Decimal::new(units / 2, scale),
            fees,
            free_from: free_from.map(crate::domain::money::Money::from_fen),
        });
        prop_oneof![
            Just(FreightTerms::SellerPays),
            Just(FreightTerms::Collect),
            Just(FreightTerms::ByAgreement),
            template.prop_map(FreightTerms::Template)
        ]
    }

    fn packed(known: &BTreeMap<WordId, FreightTerms>) -> Vec<u8> {
        let known: Vec<(WordId, Vec<u8>)> =
            known.iter().map(|(number, terms)| (*number, body::freight_bytes(terms))).collect();
        let mut bytes = Vec::new();
        pack_all(&known, Packed::new(&mut bytes, "").unwrap()).unwrap();
        bytes
    }

    proptest! {
        #[test]
        fn terms_are_found_as_they_were_and_no_others(
            known in prop::collection::btree_map(any::<WordId>(), terms(), 0..60), others in prop::collection::vec(0..70_u32, 0..20),
        ) {
            let table = FreightTable::open(OwnedBytes::new(packed(&known))).unwrap();
            for number in known.keys().copied().chain(others).chain([0, u32::MAX]) {
                prop_assert_eq!(table.get(number), known.get(&number).cloned());
            }
        }

        #[test]
        fn damaged_ones_are_read_to_an_end(known in prop::collection::btree_map(0..9_u32, terms(), 0..9), at in any::<prop::sample::Index>(), bit in 0..8_u32) {
            let mut bytes = packed(&known);
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            for bytes in [bytes.clone(), bytes[..at].to_vec()] {
                let Some(table) = FreightTable::open(OwnedBytes::new(bytes)) else { continue };
                (0..10).for_each(|number| drop(table.get(number)));
            }
        }
    }
}
