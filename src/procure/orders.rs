//! Orders: what the ledger knows, refreshed from the market, and cancelling.

use super::{Desk, DeskError};
use crate::domain::id::{OrderId, SupplierId};
use crate::domain::order::{ActionKind, ActionState, Order};
use crate::domain::text::Clean;
use crate::ledger::{Action, NewAction, Outcome, Policy};
use crate::market::{MarketError, Marketplace, OrderQuery};

/// Orders are refreshed this many pages back at most.
const MAX_PAGES: u32 = 10;
const PAGE_SIZE: u32 = 50;

impl Desk {
    /// Everything ordered or meant to be, newest first.
    pub fn orders(&self) -> Result<Vec<Order>, DeskError> {
        Ok(self.parts.ledger.orders(&self.parts.market_id)?)
    }

    /// One order by its id or by our unique number.
    pub fn order(&self, id: &str) -> Result<Order, DeskError> {
        self.orders()?.into_iter().find(|order| is_named(order, id)).ok_or_else(|| no_order(id))
    }

    /// Actions that are not finished: queued, sending, unknown, held.
    pub fn outbox(&self) -> Result<Vec<Order>, DeskError> {
        let open = [ActionState::Draft, ActionState::Queued, ActionState::Sending, ActionState::Unknown];
        let actions = self.parts.ledger.actions(&self.parts.market_id, &open)?;
        Ok(actions.iter().map(Action::to_order).collect())
    }

    /// Reads the account's orders from the market; how many.
    pub async fn refresh_orders(&self) -> Result<usize, DeskError> {
        let gateway = self.gateway()?;
        let mut count = 0;
        for page in 1..=MAX_PAGES {
            let found =
                gateway.orders(&OrderQuery { page, page_size: PAGE_SIZE, ..OrderQuery::default() }).await?;
            let orders: Vec<Order> = found.items.into_iter().map(|item| item.order).collect();
            let read = orders.len();
            self.parts.ledger.store_orders(&self.parts.market_id, &orders, self.now())?;
            count += read;
            if read < PAGE_SIZE as usize {
                break;
            }
        }
        Ok(count)
    }

    /// Cancels an unpaid order at the market, or takes back an intent that has not been sent.
    pub async fn cancel(&self, id: &str) -> Result<Order, DeskError> {
        // Nobody sends or settles meanwhile: neither this intent nor the cancel of its order.
        let _lease = self.lease().await?;
        if let Some(action) = self.looked_up(id).await? {
            match action.state {
                ActionState::Draft | ActionState::Queued => {
                    let reason = Clean::new("taken back before it was sent; its lines are in the cart again");
                    self.parts.ledger.finish(action.id, &Outcome::Rejected(reason), self.now())?;
                    return self.order(id);
                }
                ActionState::Unknown | ActionState::Sending => {
                    return Err(DeskError::Unknown(Clean::new(
                        "it is not known yet whether this order exists",
                    )));
                }
                ActionState::Done | ActionState::Rejected => {}
            }
        }
        let order = match self.order(id) {
            Ok(order) => order,
            Err(_) => self.fetch_order(id).await?,
        };
        let ids = if order.order_ids.is_empty() {
            order.order_id.iter().cloned().collect()
        } else {
            order.order_ids
        };
        if ids.is_empty() {
            return Err(no_order(id));
        }
        for order_id in &ids {
            self.cancel_one(order_id, order.supplier_id.clone()).await?;
        }
        self.order(id)
    }

    /// The intent of this number; one whose outcome is unknown is looked up first. It is never sent here.
    async fn looked_up(&self, number: &str) -> Result<Option<Action>, DeskError> {
        let (market, ledger) = (&self.parts.market_id, &self.parts.ledger);
        if self.is_online() {
            ledger.recover_sending(market, self.now())?;
        }
        let Some(action) = ledger.action_by_number(market, number)? else { return Ok(None) };
        if action.state != ActionState::Unknown || action.new.kind != ActionKind::Create || !self.is_online()
        {
            return Ok(Some(action));
        }
        match self.look_up(&action).await? {
            Some(error) => Err(error.into()),
            None => Ok(ledger.action(action.id)?),
        }
    }

    async fn cancel_one(&self, id: &OrderId, supplier_id: Option<SupplierId>) -> Result<(), DeskError> {
        let gateway = self.gateway()?;
        let new = NewAction {
            kind: ActionKind::Cancel,
            out_order_id: self.fresh_number(),
            supplier_id,
            supplier_name: None,
            target: Some(id.as_str().to_owned()),
            address: None,
            lines: Vec::new(),
            goods: None,
            freight: None,
            message: None,
            policy: Policy::default(),
        };
        let ledger = &self.parts.ledger;
        let Some(action) = ledger.queue(&self.parts.market_id, &new, self.now())? else { return Ok(()) };
        ledger.mark_sending(action, id.as_str(), None, self.now())?;
        let result = gateway.cancel(id).await;
        let outcome = match &result {
            Ok(()) => Outcome::Done(vec![id.clone()]),
            Err(MarketError::Broken(what) | MarketError::BadAnswer(what)) => Outcome::Unknown(what.clone()),
            Err(error) => Outcome::Rejected(Clean::new(&error.to_string())),
        };
        ledger.finish(action, &outcome, self.now())?;
        result?;
        self.fetch_order(id.as_str()).await?;
        Ok(())
    }

    /// Reads one order from the market into the ledger.
    pub async fn fetch_order(&self, id: &str) -> Result<Order, DeskError> {
        let found = self.gateway()?.order(&OrderId::new(id)).await?.ok_or_else(|| no_order(id))?;
        self.parts.ledger.store_orders(
            &self.parts.market_id,
            std::slice::from_ref(&found.order),
            self.now(),
        )?;
        Ok(found.order)
    }
}

fn is_named(order: &Order, id: &str) -> bool {
    order.order_ids.iter().chain(&order.order_id).any(|other| other.as_str() == id)
        || order.out_order_id.as_ref().is_some_and(|number| number.as_str() == id)
}

fn no_order(id: &str) -> DeskError {
    DeskError::NoOrder(Clean::capped(id, 60))
}
