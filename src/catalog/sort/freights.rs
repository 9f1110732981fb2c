//! What freight adds to the price of goods.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::Connection;
use rust_decimal::Decimal;

use crate::catalog::facts::WordId;
use crate::catalog::index::freights::{self, FreightTable};
use crate::catalog::index::schema::Column;
use crate::catalog::index::{Halt, Row};
use crate::domain::freight::{Destination, FreightTerms, Shipment, estimate};
use crate::domain::money::Money;

/// Unit price (millionths of a yuan) times quantity (thousandths), rounded to the fen, in fen.
pub(super) fn goods(price: u64, quantity: u64) -> u64 {
    let exact = u128::from(price) * u128::from(quantity);
    u64::try_from(exact.saturating_add(5_000_000) / 10_000_000).unwrap_or(u64::MAX)
}

/// A unit price (millionths) above which goods, rounded to the fen, surely cost more than these.
pub(super) fn dearest(goods: u64, quantity: u64) -> u64 {
    let fen = u128::from(goods) * 10_000_000 + 5_000_000;
    u64::try_from(fen / u128::from(quantity.max(1))).unwrap_or(u64::MAX).saturating_add(1)
}

/// Freight of offers, each terms read once.
pub(super) struct Freights<'a> {
    connection: &'a Connection,
    destination: &'a Destination,
    known: HashMap<WordId, FreightTerms>,
}

impl<'a> Freights<'a> {
    pub fn new(connection: &'a Connection, destination: &'a Destination) -> Freights<'a> {
        Freights { connection, destination, known: HashMap::new() }
    }

    /// Freight of so much of an offer, in fen, where it is known; `goods` in fen, the quantity in thousandths, and the
    /// table of the segment it is in.
    pub fn of(
        &mut self,
        row: &dyn Row,
        table: Option<&FreightTable>,
        goods: u64,
        quantity: u64,
    ) -> Result<Option<u64>, Halt> {
        let word = row.get(Column::Freight) as WordId;
        let terms = match self.known.entry(word) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let terms = match table.and_then(|table| table.get(word)) {
                    Some(terms) => terms,
                    None => freights::from_word(word, self.connection)?.unwrap_or_default(),
                };
                new.insert(terms)
            }
        };
        let thousandths = |value: u64, scale| Decimal::from_i128_with_scale(i128::from(value), scale);
        let shipment = Shipment {
            quantity: thousandths(quantity, 3),
            weight_kg: row.figure(Column::Weight).map(|grams| thousandths(grams, 3)),
            volume_m3: row.figure(Column::Volume).map(|cm3| thousandths(cm3, 6)),
            goods: Money::from_fen(i64::try_from(goods).unwrap_or(i64::MAX)),
        };
        let freight = estimate(terms, &shipment, self.destination).amount();
        Ok(freight.map(crate::catalog::facts::micro).map(|micro| micro / 10_000))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_costs_no_more_is_never_dearer(
            fen in 0..2_000_000_u64, quantity in 1..2_000_000_u64, above in 0..5_u64,
        ) {
            let dearest = dearest(fen, quantity);
            let price = (dearest + above).saturating_sub(2);
            prop_assert!(goods(price, quantity) > fen || price <= dearest);
        }
    }
}
