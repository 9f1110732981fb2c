//! Orders as the market last told them.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use rusqlite::params;

use super::{Ledger, LedgerError, from_json, millis, to_json, totals};
use crate::domain::id::{MarketId, OrderId};
use crate::domain::order::{ActionKind, ActionState, Order, OrderLine};

impl Ledger {
    /// Keeps orders as read from the market. A total seen for the first time counts as accepted, within
    /// what was confirmed of it.
    pub fn store_orders(
        &self,
        market: &MarketId,
        orders: &[Order],
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            let mut statement = tx.prepare_cached(
                "INSERT INTO market_order (market_id, order_id, out_order_id, state, body, fetched_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (market_id, order_id) DO UPDATE SET out_order_id = excluded.out_order_id,
                     state = excluded.state, body = excluded.body, fetched_at = excluded.fetched_at",
            )?;
            for order in orders {
                let Some(id) = &order.order_id else { continue };
                statement.execute(params![
                    market.as_str(),
                    id.as_str(),
                    order.out_order_id.as_ref().map(|number| number.as_str().to_owned()),
                    order.state.as_str(),
                    to_json(order)?,
                    millis(now),
                ])?;
                totals::accept_at_first_sight(tx, market, order, now)?;
            }
            Ok(())
        })?;
        self.marked();
        Ok(())
    }

    /// All orders of the market, newest first: our intents, carrying the market's word where it told one,
    /// and orders of the account that did not come from here.
    pub fn orders(&self, market: &MarketId) -> Result<Vec<Order>, LedgerError> {
        let told: Vec<Order> = self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT body FROM market_order WHERE market_id = ?1")?;
            let rows = statement.query_map([market.as_str()], |row| row.get::<_, String>(0))?;
            rows.map(|body| from_json(&body?)).collect()
        })?;
        let place: HashMap<&OrderId, usize> =
            (0..).zip(&told).filter_map(|(nth, part)| Some((part.order_id.as_ref()?, nth))).collect();
        let mut claimed = HashSet::new();
        let mut orders: Vec<Order> = Vec::new();
        for action in self.actions(market, &[])?.into_iter().filter(|a| a.new.kind == ActionKind::Create) {
            let mut order = action.to_order();
            if action.state == ActionState::Done {
                let ids = action.order_ids.iter().filter_map(|id| place.get(id).copied());
                let parts: BTreeSet<usize> = ids.collect();
                if let Some(part) = parts.first().and_then(|nth| told.get(*nth)) {
                    match parts.len() {
                        1 => tell(&mut order, part),
                        _ => order.state = part.state.clone(),
                    }
                }
                claimed.extend(parts);
            }
            orders.push(order);
        }
        let others = (0..).zip(told).filter(|(nth, part)| part.order_id.is_some() && !claimed.contains(nth));
        orders.extend(others.map(|(_, part)| part));
        orders.sort_by(|a, b| b.created_at.cmp(&a.created_at).then(b.order_id.cmp(&a.order_id)));
        Ok(orders)
    }
}

/// Puts what the market tells of an order into the intent it came from.
fn tell(order: &mut Order, told: &Order) {
    order.state = told.state.clone();
    order.goods = told.goods.or(order.goods);
    order.freight = told.freight;
    order.total = told.total.or(order.total);
    order.discount = told.discount;
    order.reason = told.reason.clone().or(order.reason.take());
    order.message = order.message.take().or(told.message.clone());
    order.pay_by = told.pay_by;
    order.paid_at = told.paid_at;
    order.shipped_at = told.shipped_at;
    order.completed_at = told.completed_at;
    order.seller_login = told.seller_login.clone();
    // By the market's clock, as all its other times and the orders that did not come from here.
    order.created_at = told.created_at;
    let mut theirs: Vec<_> = told.lines.iter().collect();
    for line in &mut order.lines {
        let same = |other: &&OrderLine| {
            other.offer_id == line.offer_id
                && other.spec_id == line.spec_id
                && other.quantity == line.quantity
        };
        // Two lines of one SKU take theirs in turn.
        if let Some(at) = theirs.iter().position(same) {
            line.shipping = theirs.remove(at).shipping;
        }
    }
}
