//! Looking up a create that got no clean answer: the market is asked whether it knows our number before anything
//! is sent again (DESIGN 7).

use jiff::{SignedDuration, Timestamp};

use super::{Desk, DeskError};
use crate::domain::id::OrderId;
use crate::domain::order::{Order, OrderLine};
use crate::domain::text::Clean;
use crate::ledger::{Action, Outcome};
use crate::market::{MarketError, MarketOrder, Marketplace, OrderQuery};

/// Longest quiet time that is waited for on the spot; a longer one is waited for between two runs.
const WAITED: std::time::Duration = std::time::Duration::from_secs(5);
/// The newest pages are read as well, should the market's filter by our number lag behind.
const LOOKUP_PAGES: u32 = 4;
const LOOKUP_PAGE_SIZE: u32 = 50;
/// The list is read this far back when the market ignores the filter by our number.
const UNFILTERED_PAGES: u32 = 40;

impl Desk {
    /// Looks an unknown create up: found = done; the second empty look-up, a quiet time after the first,
    /// queues the same number again.
    pub(super) async fn look_up(&self, action: &Action) -> Result<Option<MarketError>, DeskError> {
        let mut action = action.clone();
        loop {
            // The first look-up goes out at once: most lost answers are found by it.
            let left = self.quiet_left(&action);
            if left.is_none() {
                action.empty_lookups = 0;
            }
            if let Some(left) = left.filter(|left| !left.is_zero()) {
                if left > WAITED {
                    return Ok(None);
                }
                tokio::time::sleep(left).await;
            }
            match self.find_created(&action).await {
                Ok(orders) if !orders.is_empty() => {
                    let ids: Vec<OrderId> =
                        orders.iter().filter_map(|order| order.order_id.clone()).collect();
                    self.finish(action.id, Outcome::Done(ids))?;
                    self.parts.ledger.store_orders(&self.parts.market_id, &orders, self.now())?;
                    return Ok(None);
                }
                Ok(_) => {
                    action.looked_up_at = Some(self.note_empty_lookup(action.id)?);
                    action.empty_lookups += 1;
                    if action.empty_lookups >= 2 {
                        self.finish(
                            action.id,
                            Outcome::Queued(Some(Clean::new("looked up twice: not placed"))),
                        )?;
                        return Ok(None);
                    }
                }
                Err(error) => return Ok(Some(error)),
            }
        }
    }

    /// The orders that carry this action's number: by the market's own filter, then, should it ignore
    /// the filter, over the newest pages.
    async fn find_created(&self, action: &Action) -> Result<Vec<Order>, MarketError> {
        let gateway = self.connection()?;
        let query = OrderQuery {
            out_order_id: Some(action.new.out_order_id.clone()),
            page: 1,
            page_size: LOOKUP_PAGE_SIZE,
            ..OrderQuery::default()
        };
        let filtered = gateway.orders(&query).await?.items;
        // Orders of other numbers: the market does not filter, and only the whole list can say no.
        let ignored = !filtered.is_empty();
        let found = self.ours(action, filtered).await?;
        if !found.is_empty() {
            return Ok(found);
        }
        for page in 1..=if ignored { UNFILTERED_PAGES } else { LOOKUP_PAGES } {
            let query = OrderQuery { page, page_size: LOOKUP_PAGE_SIZE, ..OrderQuery::default() };
            let answer = gateway.orders(&query).await?;
            let read = answer.items.len();
            let found = self.ours(action, answer.items).await?;
            if !found.is_empty() {
                return Ok(found);
            }
            if read < LOOKUP_PAGE_SIZE as usize {
                return Ok(Vec::new());
            }
        }
        if ignored {
            let words = "the order list is too long to be read, and cannot be asked for one number";
            return Err(MarketError::BadAnswer(Clean::new(words)));
        }
        Ok(Vec::new())
    }

    /// Those of these orders that carry the action's number. An order of its goods without any number makes the answer
    /// worthless, unless it is plainly older.
    async fn ours(&self, action: &Action, listed: Vec<MarketOrder>) -> Result<Vec<Order>, MarketError> {
        let number = &action.new.out_order_id;
        let orders = listed.into_iter().map(|listed| listed.order);
        let (ours, others): (Vec<Order>, Vec<Order>) =
            orders.partition(|order| order.out_order_id.as_ref() == Some(number));
        let nameless = |order: &&Order| order.out_order_id.is_none() && has_its_goods(order, action);
        if !ours.is_empty() || !others.iter().any(|order| nameless(&order)) {
            return Ok(ours);
        }
        // Its times are by the market's clock, which may be days away from ours.
        let ahead = self.connection()?.server_time().await?.duration_since(self.now());
        if others.iter().filter(nameless).any(|order| !is_plainly_older(order, action, ahead)) {
            let words = "the market lists an order of these goods without its number: it may be this one";
            return Err(MarketError::BadAnswer(Clean::new(words)));
        }
        Ok(ours)
    }
}

/// Whether an order has exactly an action's goods.
fn has_its_goods(order: &Order, action: &Action) -> bool {
    let goods = |lines: &[OrderLine]| {
        let mut goods: Vec<_> =
            lines.iter().map(|line| (line.offer_id.clone(), line.spec_id.clone(), line.quantity)).collect();
        goods.sort();
        goods
    };
    goods(&order.lines) == goods(&action.new.lines)
}

/// Whether an order was made at least a day before an action was sent. `ahead`: by how much the market's clock is ahead
/// of ours now. It may have been moved since the action was sent, so that it has to be older by either reckoning.
fn is_plainly_older(order: &Order, action: &Action, ahead: SignedDuration) -> bool {
    let Some(sent) = action.sent_at else { return false };
    let older = |sent: Timestamp| sent.duration_since(order.created_at).as_hours() >= 24;
    older(sent) && sent.checked_add(ahead).is_ok_and(older)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::OutOrderId;
    use crate::domain::order::{ActionKind, ActionState};
    use crate::ledger::{ActionId, NewAction};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn sent(at: Timestamp) -> Action {
        Action {
            id: ActionId(1),
            new: NewAction::blank(ActionKind::Create, OutOrderId::new("n")),
            state: ActionState::Unknown,
            body: None,
            total: None,
            quoted: None,
            order_ids: Vec::new(),
            reason: None,
            empty_lookups: 0,
            looked_up_at: None,
            sent_at: Some(at),
            created_at: at,
        }
    }

    #[test]
    fn an_order_is_older_only_by_a_clock_that_was_not_moved_in_between() {
        let action = sent(at("2026-11-22T12:00:00Z"));
        let older = |created: &str, ahead_days: i64| {
            let order = Order::blank(Clean::new("to_pay"), at(created));
            is_plainly_older(&order, &action, SignedDuration::from_hours(24 * ahead_days))
        };
        assert!(older("2026-11-21T11:00:00Z", 0) && !older("2026-11-21T13:00:00Z", 0));
        // A market that lives a year behind us: what was made just now carries last year's date.
        assert!(!older("2025-11-22T12:00:01Z", -365) && older("2025-11-20T12:00:00Z", -365));
        // Its clock was moved two days ahead, before the order was sent or after: nobody knows.
        assert!(!older("2026-11-24T12:00:01Z", 2) && !older("2026-11-22T12:00:01Z", 2));
        assert!(older("2026-11-21T11:00:00Z", 2));
    }
}
