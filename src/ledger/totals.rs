//! What the buyer agreed to pay, and their words to sellers.
//!
//! Sellers change prices and freight after ordering (DESIGN 7): the total of an order the buyer last agreed to is kept
//! beside the market's own, so that a changed one is noticed before anything is paid. Messages wait here for the next
//! order to their seller and leave in the transaction that takes its lines.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{Ledger, LedgerError, damaged, millis};
use crate::domain::id::{MarketId, OrderId, SupplierId};
use crate::domain::money::Money;
use crate::domain::text::Clean;

impl Ledger {
    /// The total of this order the buyer last saw and agreed to, yuan; `None` when none is known.
    pub fn accepted_total(&self, market: &MarketId, order: &OrderId) -> Result<Option<Money>, LedgerError> {
        self.read(|connection| {
            let total: Option<String> = connection
                .prepare_cached("SELECT total FROM accepted_total WHERE market_id = ?1 AND order_id = ?2")?
                .query_row([market.as_str(), order.as_str()], |row| row.get(0))
                .optional()?;
            total.map(|total| total.parse().map_err(|error| damaged(&error))).transpose()
        })
    }

    /// Writes down that the buyer agreed to pay these totals, all of them or none.
    pub fn accept_totals(
        &self,
        market: &MarketId,
        totals: &[(OrderId, Money)],
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            totals.iter().try_for_each(|(order, total)| accept(tx, market.as_str(), order, *total, now))
        })
    }

    /// Words that will go with the next order to each supplier.
    pub fn messages(&self, market: &MarketId) -> Result<HashMap<SupplierId, Clean>, LedgerError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT supplier_id, words FROM cart_message WHERE market_id = ?1")?;
            let rows = statement.query_map([market.as_str()], |row| {
                let (supplier, words): (String, String) = (row.get(0)?, row.get(1)?);
                Ok((SupplierId::new(&supplier), Clean::new(&words)))
            })?;
            rows.collect()
        })
    }

    /// Sets or, with `None` or nothing in them, removes the words to a supplier.
    pub fn set_message(
        &self,
        market: &MarketId,
        supplier: &SupplierId,
        words: Option<&Clean>,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            match words.filter(|words| !words.is_empty()) {
                Some(words) => tx.execute(
                    "INSERT INTO cart_message (market_id, supplier_id, words) VALUES (?1, ?2, ?3)
                     ON CONFLICT (market_id, supplier_id) DO UPDATE SET words = excluded.words",
                    [market.as_str(), supplier.as_str(), words.as_str()],
                ),
                None => tx.execute(
                    "DELETE FROM cart_message WHERE market_id = ?1 AND supplier_id = ?2",
                    [market.as_str(), supplier.as_str()],
                ),
            }
            .map(|_| ())
        })
    }
}

/// The buyer agreed to this total.
pub(super) fn accept(
    tx: &Transaction<'_>,
    market: &str,
    order: &OrderId,
    total: Money,
    now: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO accepted_total (market_id, order_id, total, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (market_id, order_id) DO UPDATE SET total = excluded.total, at = excluded.at",
    )?
    .execute(params![market, order.as_str(), total.to_string(), millis(now)])
    .map(|_| ())
}

/// A total met for the first time counts as agreed to: nothing else was ever shown.
pub(super) fn accept_at_first_sight(
    tx: &Transaction<'_>,
    market: &MarketId,
    order: &OrderId,
    total: Money,
    now: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT OR IGNORE INTO accepted_total (market_id, order_id, total, at) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![market.as_str(), order.as_str(), total.to_string(), millis(now)])
    .map(|_| ())
}

/// An action became this one order: what was confirmed of it is what the buyer agreed to pay, whatever the market
/// says of it by now. Of several orders nobody knows how it is divided.
pub(super) fn accept_confirmed(
    tx: &Transaction<'_>,
    action: i64,
    orders: &[OrderId],
    now: Timestamp,
) -> rusqlite::Result<()> {
    let [order] = orders else { return Ok(()) };
    let found: Option<(String, Option<String>)> = tx
        .query_row(
            "SELECT market_id, total FROM action WHERE action_id = ?1 AND kind = 'create'",
            [action],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((market, Some(total))) = found else { return Ok(()) };
    accept(tx, &market, order, total.parse().map_err(|error: rust_decimal::Error| damaged(&error))?, now)
}

/// These words leave with an order. Others that were written since stay for the next.
pub(super) fn take_message(
    tx: &Transaction<'_>,
    market: &MarketId,
    supplier: &SupplierId,
    words: &str,
) -> rusqlite::Result<()> {
    tx.execute(
        "DELETE FROM cart_message WHERE market_id = ?1 AND supplier_id = ?2 AND words = ?3",
        [market.as_str(), supplier.as_str(), words],
    )
    .map(|_| ())
}

/// The words of a refused order come back with its lines, unless there are newer ones.
pub(super) fn give_message_back(tx: &Transaction<'_>, action: i64) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT OR IGNORE INTO cart_message (market_id, supplier_id, words)
         SELECT market_id, supplier_id, message FROM action
         WHERE action_id = ?1 AND kind = 'create' AND supplier_id IS NOT NULL AND message IS NOT NULL",
        [action],
    )
    .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::super::{Edit, NewAction, Outcome, Policy};
    use super::*;
    use crate::domain::id::{OfferKey, OutOrderId};
    use crate::domain::offer::Offer;
    use crate::domain::order::{ActionKind, Order};
    use crate::domain::quantity::Quantity;

    fn market() -> MarketId {
        MarketId::new("1234567/b2b-1")
    }

    fn yuan(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn told(id: &str, total: &str) -> Order {
        Order {
            order_id: Some(OrderId::new(id)),
            order_ids: vec![OrderId::new(id)],
            total: Some(yuan(total)),
            ..Order::blank(Clean::new("to_pay"), at(0))
        }
    }

    fn create(supplier: &SupplierId, message: Option<&str>) -> NewAction {
        NewAction {
            kind: ActionKind::Create,
            out_order_id: OutOrderId::new(&format!("n-{}", message.unwrap_or_default().len())),
            supplier_id: Some(supplier.clone()),
            supplier_name: None,
            target: None,
            address: None,
            lines: Vec::new(),
            goods: None,
            freight: None,
            total: None,
            message: message.map(str::to_owned),
            policy: Policy::default(),
        }
    }

    #[test]
    fn the_first_total_seen_stands_until_another_is_accepted() {
        let ledger = Ledger::in_memory().unwrap();
        let id = OrderId::new("7");
        assert_eq!(ledger.accepted_total(&market(), &id).unwrap(), None);
        ledger.store_orders(&market(), &[told("7", "44.00")], at(1)).unwrap();
        ledger.store_orders(&market(), &[told("7", "52.00")], at(2)).unwrap();
        assert_eq!(ledger.accepted_total(&market(), &id).unwrap(), Some(yuan("44.00")));
        ledger.accept_totals(&market(), &[(id.clone(), yuan("52.00"))], at(3)).unwrap();
        assert_eq!(ledger.accepted_total(&market(), &id).unwrap(), Some(yuan("52.00")));
        let elsewhere = MarketId::new("9/other");
        assert_eq!(ledger.accepted_total(&elsewhere, &id).unwrap(), None, "no other market's order");
    }

    #[test]
    fn what_was_confirmed_counts_even_if_the_market_was_faster() {
        let ledger = Ledger::in_memory().unwrap();
        let supplier = SupplierId::new("s");
        let action = ledger.queue(&market(), &create(&supplier, None), at(1)).unwrap().unwrap();
        let quoted = Order { total: Some(yuan("44.00")), ..Order::blank(Clean::new("queued"), at(1)) };
        assert!(ledger.mark_sending(action, "{}", Some(&quoted), at(2)).unwrap());
        // Another window reads the order list first, and the seller changed the price before that.
        ledger.store_orders(&market(), &[told("7", "50.00")], at(3)).unwrap();
        ledger.finish(action, &Outcome::Done(vec![OrderId::new("7")]), at(4)).unwrap();
        assert_eq!(ledger.accepted_total(&market(), &OrderId::new("7")).unwrap(), Some(yuan("44.00")));
    }

    #[test]
    fn a_message_leaves_with_its_order_and_comes_back_when_that_is_refused() {
        let ledger = Ledger::in_memory().unwrap();
        let supplier = SupplierId::new("s");
        let words = Clean::new("尽快发货");
        ledger.set_message(&market(), &supplier, Some(&words)).unwrap();
        let action = ledger.queue(&market(), &create(&supplier, Some("尽快发货")), at(1)).unwrap().unwrap();
        assert!(ledger.messages(&market()).unwrap().is_empty());
        ledger.finish(action, &Outcome::Rejected(Clean::new("no")), at(2)).unwrap();
        assert_eq!(ledger.messages(&market()).unwrap().get(&supplier), Some(&words));
        // Newer words are neither taken with older ones nor written over by them.
        let newer = Clean::new("请用纸箱");
        let older = create(&supplier, Some("x"));
        ledger.set_message(&market(), &supplier, Some(&newer)).unwrap();
        let action = ledger.queue(&market(), &older, at(3)).unwrap().unwrap();
        assert_eq!(ledger.messages(&market()).unwrap().get(&supplier), Some(&newer));
        ledger.finish(action, &Outcome::Rejected(Clean::new("no")), at(4)).unwrap();
        assert_eq!(ledger.messages(&market()).unwrap().get(&supplier), Some(&newer));
        ledger.set_message(&market(), &supplier, Some(&Clean::new("  "))).unwrap();
        assert!(ledger.messages(&market()).unwrap().is_empty());
    }

    #[test]
    fn a_queue_that_fails_leaves_the_message() {
        let ledger = Ledger::in_memory().unwrap();
        let supplier = SupplierId::new("s");
        let offer = Box::new(Offer::blank(OfferKey::Market(1), Clean::new("杯"), at(0)));
        let edit = Edit::Add { offer, spec_id: None, quantity: Quantity::whole(5) };
        let line = ledger.edit_cart(&market(), "add", &[edit], at(0)).unwrap().unwrap()[0];
        ledger.set_message(&market(), &supplier, Some(&Clean::new("x"))).unwrap();
        let mut new = create(&supplier, Some("x"));
        new.lines = vec![crate::domain::order::OrderLine {
            line_id: Some(line),
            offer_id: OfferKey::Market(1),
            spec_id: None,
            title: Clean::new("杯"),
            spec_name: Clean::default(),
            unit: None,
            quantity: Quantity::whole(6),
            unit_price: None,
            amount: None,
            shipping: None,
        }];
        assert_eq!(ledger.queue(&market(), &new, at(1)).unwrap(), None, "the line has five");
        assert_eq!(ledger.messages(&market()).unwrap().len(), 1);
    }
}
