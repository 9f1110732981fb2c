//! What the buyer agreed to pay, and their words to sellers.
//!
//! Sellers change prices and freight after ordering (DESIGN 7): the total of an order the buyer last agreed to is kept
//! beside the market's own, so that a changed one is noticed before anything is paid. Messages wait here for the next
//! order to their seller and leave in the transaction that takes its lines.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Ledger, LedgerError, damaged, from_json, millis};
use crate::domain::id::{MarketId, OrderId, OutOrderId, SupplierId};
use crate::domain::money::Money;
use crate::domain::order::Order;
use crate::domain::text::Clean;

impl Ledger {
    /// The total of this order the buyer last saw and agreed to, yuan; `None` when none is known.
    pub fn accepted_total(&self, market: &MarketId, order: &OrderId) -> Result<Option<Money>, LedgerError> {
        self.read(|connection| accepted(connection, market.as_str(), order))
    }

    /// What the buyer agreed to pay for all of these orders together, yuan: the sum of what they accepted of each; where
    /// one of them was never accepted, what they confirmed of the create that became all of them. `None` when neither
    /// is known.
    pub fn agreed_sum(&self, market: &MarketId, orders: &[Order]) -> Result<Option<Money>, LedgerError> {
        self.read(|connection| {
            let mut sum = Some(Money::ZERO);
            let mut confirmed = None;
            for order in orders {
                let Some(id) = &order.order_id else { return Ok(None) };
                sum = sum.zip(accepted(connection, market.as_str(), id)?).map(|(sum, total)| sum + total);
                let agreed = agreement(connection, market.as_str(), id, order.out_order_id.as_ref())?;
                confirmed = confirmed.or(agreed.and_then(|agreed| agreed.total));
            }
            Ok(sum.or(confirmed))
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

/// A total met for the first time counts as agreed to: nothing else was ever shown. Of an order that was confirmed
/// here something was: it counts only as long as all that its create became stays within what was confirmed.
pub(super) fn accept_at_first_sight(
    tx: &Transaction<'_>,
    market: &MarketId,
    order: &Order,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let (Some(id), Some(total)) = (&order.order_id, order.total) else { return Ok(()) };
    if accepted(tx, market.as_str(), id)?.is_some() {
        return Ok(());
    }
    if let Some(agreed) = agreement(tx, market.as_str(), id, order.out_order_id.as_ref())?
        && let Some(most) = agreed.total
    {
        let mut sum = total;
        for part in agreed.parts.iter().filter(|part| *part != id) {
            sum += accepted(tx, market.as_str(), part)?.unwrap_or(Money::ZERO);
        }
        if sum > most {
            return Ok(());
        }
    }
    accept(tx, market.as_str(), id, total, now)
}

fn accepted(tx: &Connection, market: &str, order: &OrderId) -> rusqlite::Result<Option<Money>> {
    let total: Option<String> = tx
        .prepare_cached("SELECT total FROM accepted_total WHERE market_id = ?1 AND order_id = ?2")?
        .query_row([market, order.as_str()], |row| row.get(0))
        .optional()?;
    total.map(|total| total.parse().map_err(|error| damaged(&error))).transpose()
}

/// What was confirmed of a create, and the orders of the market that it became as far as they are known.
struct Agreement {
    total: Option<Money>,
    parts: Vec<OrderId>,
}

/// The agreement an order of the market falls under: its create is known by the orders it gave, or, before its answer
/// came, by our number.
fn agreement(
    tx: &Connection,
    market: &str,
    order: &OrderId,
    number: Option<&OutOrderId>,
) -> rusqlite::Result<Option<Agreement>> {
    // A number is looked up by its index; the search through what creates gave is for markets that name none.
    let (by, key) = match number {
        Some(number) => ("out_order_id = ?2", number.as_str()),
        None => (
            "instr(order_ids, ?2) > 0 AND EXISTS (SELECT 1 FROM json_each(order_ids) WHERE value = ?2)",
            order.as_str(),
        ),
    };
    let found: Option<(String, Option<String>, String)> = tx
        .prepare_cached(&format!(
            "SELECT out_order_id, total, order_ids FROM action WHERE market_id = ?1 AND kind = 'create' AND {by}"
        ))?
        .query_row([market, key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((number, total, ids)) = found else { return Ok(None) };
    let mut parts: Vec<OrderId> = from_json(&ids)?;
    let mut told =
        tx.prepare_cached("SELECT order_id FROM market_order WHERE market_id = ?1 AND out_order_id = ?2")?;
    for id in told.query_map([market, &number], |row| row.get::<_, String>(0))? {
        let id = OrderId::new(&id?);
        if !parts.contains(&id) {
            parts.push(id);
        }
    }
    let total = total.map(|total| total.parse().map_err(|error: rust_decimal::Error| damaged(&error)));
    Ok(Some(Agreement { total: total.transpose()?, parts }))
}

/// It is known now which orders an action became. Of one order what was confirmed is what the buyer agreed to pay,
/// whatever the market says of it by now. Of several nobody knows how it is divided: totals that were met before their
/// action was known stay agreed to only as long as their sum is within it.
pub(super) fn accept_confirmed(
    tx: &Transaction<'_>,
    action: i64,
    orders: &[OrderId],
    now: Timestamp,
) -> rusqlite::Result<()> {
    let found: Option<(String, Option<String>)> = tx
        .query_row(
            "SELECT market_id, total FROM action WHERE action_id = ?1 AND kind = 'create'",
            [action],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((market, Some(total))) = found else { return Ok(()) };
    let agreed: Money = total.parse().map_err(|error: rust_decimal::Error| damaged(&error))?;
    if let [order] = orders {
        return accept(tx, &market, order, agreed, now);
    }
    let mut sum = Money::ZERO;
    for order in orders {
        let Some(total) = accepted(tx, &market, order)? else { continue };
        if sum + total <= agreed {
            sum += total;
        } else {
            tx.prepare_cached("DELETE FROM accepted_total WHERE market_id = ?1 AND order_id = ?2")?
                .execute([market.as_str(), order.as_str()])?;
        }
    }
    Ok(())
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
    use super::super::{Edit, NewAction, Outcome};
    use super::*;
    use crate::domain::id::OfferKey;
    use crate::domain::offer::Offer;
    use crate::domain::order::ActionKind;
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
        let number = OutOrderId::new(&format!("n-{}", message.unwrap_or_default().len()));
        NewAction {
            supplier_id: Some(supplier.clone()),
            message: message.map(str::to_owned),
            ..NewAction::blank(ActionKind::Create, number)
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

    /// A create confirmed at 50.00 that is on its way.
    fn confirmed_at_fifty(ledger: &Ledger) -> super::super::ActionId {
        let new = NewAction { total: Some(yuan("50.00")), ..create(&SupplierId::new("s"), None) };
        let action = ledger.queue(&market(), &new, at(1)).unwrap().unwrap();
        let quoted = Order { total: Some(yuan("51.00")), ..Order::blank(Clean::new("queued"), at(1)) };
        assert!(ledger.mark_sending(action, "{}", Some(&quoted), at(2)).unwrap());
        action
    }

    fn ids(names: &[&str]) -> Vec<OrderId> {
        names.iter().map(|name| OrderId::new(name)).collect()
    }

    fn numbered(id: &str, total: &str) -> Order {
        Order { out_order_id: Some(OutOrderId::new("n-0")), ..told(id, total) }
    }

    #[test]
    fn parts_of_one_create_are_agreed_to_as_long_as_their_sum_is() {
        let ledger = Ledger::in_memory().unwrap();
        let accepted = |id: &str| ledger.accepted_total(&market(), &OrderId::new(id)).unwrap();
        let action = confirmed_at_fifty(&ledger);
        ledger.finish(action, &Outcome::Done(ids(&["7", "8"])), at(3)).unwrap();
        ledger.store_orders(&market(), &[told("7", "30.00")], at(4)).unwrap();
        // The seller raised the second before it was read for the first time.
        ledger.store_orders(&market(), &[told("8", "35.00")], at(5)).unwrap();
        assert_eq!((accepted("7"), accepted("8")), (Some(yuan("30.00")), None));
        let both = [told("7", "30.00"), told("8", "35.00")];
        assert_eq!(ledger.agreed_sum(&market(), &both).unwrap(), Some(yuan("50.00")));
        // It comes back within what was confirmed, or the buyer agrees to more.
        ledger.store_orders(&market(), &[told("8", "20.00")], at(6)).unwrap();
        assert_eq!(accepted("8"), Some(yuan("20.00")));
        assert_eq!(ledger.agreed_sum(&market(), &both).unwrap(), Some(yuan("50.00")));
        ledger.accept_totals(&market(), &[(OrderId::new("8"), yuan("35.00"))], at(7)).unwrap();
        assert_eq!(ledger.agreed_sum(&market(), &both).unwrap(), Some(yuan("65.00")));
        // An order nobody here confirmed: its first total.
        ledger.store_orders(&market(), &[told("9", "900.00")], at(8)).unwrap();
        assert_eq!(ledger.agreed_sum(&market(), &[told("9", "1.00")]).unwrap(), Some(yuan("900.00")));
        assert_eq!(ledger.agreed_sum(&market(), &[told("10", "1.00")]).unwrap(), None);
    }

    #[test]
    fn parts_that_were_read_before_their_create_was_answered_are_held_to_it_too() {
        // By our number they are known at once; without it when the answer comes.
        for (first, second) in
            [(numbered("7", "30.00"), numbered("8", "35.00")), (told("7", "30.00"), told("8", "35.00"))]
        {
            let ledger = Ledger::in_memory().unwrap();
            let action = confirmed_at_fifty(&ledger);
            ledger.store_orders(&market(), &[first.clone(), second.clone()], at(3)).unwrap();
            ledger.finish(action, &Outcome::Done(ids(&["7", "8"])), at(4)).unwrap();
            let accepted = |id: &str| ledger.accepted_total(&market(), &OrderId::new(id)).unwrap();
            assert_eq!((accepted("7"), accepted("8")), (Some(yuan("30.00")), None));
            assert_eq!(ledger.agreed_sum(&market(), &[first, second]).unwrap(), Some(yuan("50.00")));
        }
        // One that alone is dearer than what was confirmed, read while nobody knows yet what the create became.
        let ledger = Ledger::in_memory().unwrap();
        confirmed_at_fifty(&ledger);
        let dear = numbered("7", "52.00");
        ledger.store_orders(&market(), std::slice::from_ref(&dear), at(3)).unwrap();
        assert_eq!(ledger.accepted_total(&market(), &OrderId::new("7")).unwrap(), None);
        assert_eq!(ledger.agreed_sum(&market(), &[dear]).unwrap(), Some(yuan("50.00")));
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
