//! Orders: what the ledger knows, refreshed from the market; cancelling, and confirming what was received.

use super::{Desk, DeskError, off_thread};
use crate::domain::id::{OrderId, SupplierId};
use crate::domain::order::{ActionKind, ActionState, Order, OrderState};
use crate::domain::text::Clean;
use crate::ledger::{Action, NewAction, Outcome};
use crate::market::{MarketError, Marketplace, OrderQuery};

/// Orders are read this many pages back at most: 5,000 of them.
const MAX_PAGES: u32 = 100;
const PAGE_SIZE: u32 = 50;

impl Desk {
    /// Everything ordered or meant to be, newest first. The market's own lists name a seller without the id that
    /// everything else goes by; that is taken from the cached listing of what was bought, as far as it is known.
    pub fn orders(&self) -> Result<Vec<Order>, DeskError> {
        let mut orders = self.parts.ledger.orders(&self.parts.market_id)?;
        let named = self.name_sellers(
            &mut orders,
            |order| &mut order.supplier_id,
            |order| order.lines.first().map(|line| &line.offer_id),
        );
        // The catalog may be deleted or damaged; orders never wait for it.
        if let Err(error) = named {
            tracing::warn!(%error, "sellers of orders cannot be looked up");
        }
        Ok(orders)
    }

    /// One order by its id or by our unique number.
    pub fn order(&self, id: &str) -> Result<Order, DeskError> {
        named(&self.orders()?, id).cloned()
    }

    /// Actions that are not finished: queued, sending, unknown, held.
    pub fn outbox(&self) -> Result<Vec<Order>, DeskError> {
        let open = [ActionState::Draft, ActionState::Queued, ActionState::Sending, ActionState::Unknown];
        let actions = self.parts.ledger.actions(&self.parts.market_id, &open)?;
        Ok(actions.iter().map(Action::to_order).collect())
    }

    /// Reads the account's orders of about the last three months from the market; how many.
    pub async fn refresh_orders(&self) -> Result<usize, DeskError> {
        self.read_orders(false).await
    }

    /// Reads the account's orders, those of the last months or those before them; how many.
    pub(super) async fn read_orders(&self, history: bool) -> Result<usize, DeskError> {
        let mut count = 0;
        for page in 1..=MAX_PAGES {
            let query = OrderQuery { page, page_size: PAGE_SIZE, history, ..OrderQuery::default() };
            let found = self.gateway()?.orders(&query).await?;
            let orders: Vec<Order> = found.items.into_iter().map(|item| item.order).collect();
            let read = orders.len();
            let (ledger, market, now) = (self.parts.ledger.clone(), self.parts.market_id.clone(), self.now());
            off_thread(move || ledger.store_orders(&market, &orders, now)).await??;
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
                ActionState::HandedOver => {
                    let reason =
                        Clean::new("taken back after it was handed over; its lines are in the cart again");
                    self.parts.ledger.finish(action.id, &Outcome::Rejected(reason), self.now())?;
                    return self.order(id);
                }
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
        let supplier = self.order(id).ok().and_then(|order| order.supplier_id);
        for order in &self.market_ids(id)? {
            self.act_on(ActionKind::Cancel, order, supplier.clone()).await?;
        }
        self.order(id)
    }

    /// Confirms that an order's goods were received: the market then pays the seller.
    pub async fn receive(&self, id: &str) -> Result<Order, DeskError> {
        let _lease = self.lease().await?;
        self.gateway()?;
        if self.looked_up(id).await?.is_some_and(|action| action.state == ActionState::Unknown) {
            return Err(DeskError::Unknown(Clean::new("it is not known yet whether this order exists")));
        }
        let supplier = self.order(id).ok().and_then(|order| order.supplier_id);
        for order in &self.market_ids(id)? {
            self.act_on(ActionKind::Receive, order, supplier.clone()).await?;
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

    /// Cancels or confirms one order of the market, through the outbox. What is already so is no failure.
    async fn act_on(
        &self,
        kind: ActionKind,
        id: &OrderId,
        supplier_id: Option<SupplierId>,
    ) -> Result<(), DeskError> {
        let gateway = self.gateway()?;
        let new = NewAction {
            supplier_id,
            target: Some(id.as_str().to_owned()),
            ..NewAction::blank(kind, self.fresh_number())
        };
        let ledger = &self.parts.ledger;
        let Some(action) = ledger.queue(&self.parts.market_id, &new, self.now())? else { return Ok(()) };
        ledger.mark_sending(action, id.as_str(), None, self.now())?;
        let result = match kind {
            ActionKind::Receive => gateway.receive(id).await,
            _ => gateway.cancel(id).await,
        };
        let outcome = match &result {
            Ok(()) => Outcome::Done(vec![id.clone()]),
            Err(MarketError::Broken(what) | MarketError::BadAnswer(what)) => Outcome::Unknown(what.clone()),
            Err(error) => Outcome::Rejected(Clean::new(&error.to_string())),
        };
        ledger.finish(action, &outcome, self.now())?;
        if let Err(error @ MarketError::Refused(_)) = result {
            // An earlier one whose answer was lost may have done it, or the market by itself.
            let order = self.fetch_order(id.as_str()).await?;
            return if is_carried_out(kind, &order) { Ok(()) } else { Err(error.into()) };
        }
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

/// Whether an order stands where a cancel or a confirmation was to bring it.
pub(super) fn is_carried_out(kind: ActionKind, order: &Order) -> bool {
    let wanted = match kind {
        ActionKind::Receive => OrderState::Done,
        _ => OrderState::Closed,
    };
    order.state.as_str() == wanted.as_str()
}

/// The one with this id or number of ours.
pub(super) fn named<'a>(orders: &'a [Order], id: &str) -> Result<&'a Order, DeskError> {
    orders.iter().find(|order| is_named(order, id)).ok_or_else(|| no_order(id))
}

fn is_named(order: &Order, id: &str) -> bool {
    order.order_ids.iter().chain(&order.order_id).any(|other| other.as_str() == id)
        || order.out_order_id.as_ref().is_some_and(|number| number.as_str() == id)
}

fn no_order(id: &str) -> DeskError {
    DeskError::NoOrder(Clean::capped(id, 60))
}
