//! Looking up a create that got no clean answer: the market is asked whether it knows our number before anything
//! is sent again (DESIGN 7).

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
        let mut empty = action.empty_lookups;
        let mut last = action.looked_up_at.or(action.sent_at);
        loop {
            if let Some(last) = last {
                let waited = self.now().duration_since(last);
                if waited.is_negative() {
                    // The clock was set back: nobody knows how long ago that was, so this counts as the first.
                    empty = 0;
                }
                let left = self.parts.quiet.saturating_sub(waited.unsigned_abs());
                // The first look-up goes out at once: most lost answers are found by it.
                if empty > 0 && !left.is_zero() {
                    if left > WAITED {
                        return Ok(None);
                    }
                    tokio::time::sleep(left).await;
                }
            }
            match self.find_created(action).await {
                Ok(orders) if !orders.is_empty() => {
                    let ids: Vec<OrderId> =
                        orders.iter().filter_map(|order| order.order_id.clone()).collect();
                    self.finish(action.id, Outcome::Done(ids))?;
                    self.parts.ledger.store_orders(&self.parts.market_id, &orders, self.now())?;
                    return Ok(None);
                }
                Ok(_) => {
                    self.parts.ledger.note_empty_lookup(action.id, self.now())?;
                    empty += 1;
                    last = Some(self.now());
                    if empty >= 2 {
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
        let Some(gateway) = &self.parts.gateway else {
            return Err(MarketError::Unreachable(Clean::new("offline")));
        };
        let number = &action.new.out_order_id;
        let query = OrderQuery {
            out_order_id: Some(number.clone()),
            page: 1,
            page_size: LOOKUP_PAGE_SIZE,
            ..OrderQuery::default()
        };
        let ours = |orders: Vec<MarketOrder>| -> Result<Vec<Order>, MarketError> {
            let orders = orders.into_iter().map(|listed| listed.order);
            let (ours, others): (Vec<Order>, Vec<Order>) =
                orders.partition(|order| order.out_order_id.as_ref() == Some(number));
            if ours.is_empty() && others.iter().any(|order| may_be(order, action)) {
                let words = "the market lists an order of these goods without its number: it may be this one";
                return Err(MarketError::BadAnswer(Clean::new(words)));
            }
            Ok(ours)
        };
        let filtered = gateway.orders(&query).await?.items;
        // Orders of other numbers: the market does not filter, and only the whole list can say no.
        let ignored = !filtered.is_empty();
        let found = ours(filtered)?;
        if !found.is_empty() {
            return Ok(found);
        }
        for page in 1..=if ignored { UNFILTERED_PAGES } else { LOOKUP_PAGES } {
            let query = OrderQuery { page, page_size: LOOKUP_PAGE_SIZE, ..OrderQuery::default() };
            let answer = gateway.orders(&query).await?;
            let read = answer.items.len();
            let found = ours(answer.items)?;
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
}

/// Whether a listed order without a number has exactly an action's goods and is not plainly older: then nobody
/// can say that the action was not placed.
fn may_be(order: &Order, action: &Action) -> bool {
    let goods = |lines: &[OrderLine]| {
        let mut goods: Vec<_> =
            lines.iter().map(|line| (line.offer_id.clone(), line.spec_id.clone(), line.quantity)).collect();
        goods.sort();
        goods
    };
    // Two clocks, and one of them a foreign one.
    let before = action.sent_at.is_some_and(|sent| sent.duration_since(order.created_at).as_hours() >= 24);
    order.out_order_id.is_none() && !before && goods(&order.lines) == goods(&action.new.lines)
}
