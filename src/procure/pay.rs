//! From placed to received: reading an order again before it is paid, the link to pay at, and where its goods are.
//!
//! An order is not paid when it is created, and its total may change until it is (DESIGN 7). So nobody gets a link for
//! a total they did not agree to: the order is read again each time, and the total agreed to is written down first.

use super::{Desk, DeskError};
use crate::domain::id::OrderId;
use crate::domain::money::Money;
use crate::domain::order::{Order, OrderState, PayCheck, PayLink, Shipment};
use crate::domain::text::Clean;
use crate::market::{MarketError, Marketplace};

impl Desk {
    /// Reads an order again (by its id or our number): its total now, and the one last agreed to.
    pub async fn check_pay(&self, id: &str) -> Result<PayCheck, DeskError> {
        let parts = self.read_again(id).await?;
        let accepted = self.parts.ledger.agreed_sum(&self.parts.market_id, &parts)?;
        Ok(PayCheck { order: self.together(id, &parts)?, accepted })
    }

    /// The link at which this order is paid, for exactly the total `accepted`. Any other total is
    /// [`DeskError::Repriced`], and no link is asked for.
    pub async fn pay(&self, id: &str, accepted: Money) -> Result<PayLink, DeskError> {
        let parts = self.read_again(id).await?;
        let order = self.together(id, &parts)?;
        let named = order.order_id.clone().unwrap_or_else(|| OrderId::new(id));
        let state = |state: OrderState| parts.iter().any(|part| part.state.as_str() == state.as_str());
        if let Some(other) = parts.iter().find(|part| {
            let word = part.state.as_str();
            word != OrderState::ToPay.as_str() && word != OrderState::ToPayFreightOpen.as_str()
        }) {
            return Err(DeskError::NotToPay { order: named, state: other.state.clone() });
        }
        if state(OrderState::ToPayFreightOpen) {
            return Err(DeskError::FreightOpen(named));
        }
        let totals: Option<Vec<(OrderId, Money)>> =
            parts.iter().map(|part| part.order_id.clone().zip(part.total)).collect();
        let totals =
            totals.ok_or_else(|| MarketError::BadAnswer(Clean::new("an order without its total")))?;
        let total: Money = totals.iter().map(|(_, total)| *total).sum();
        if total != accepted {
            return Err(DeskError::Repriced { order: named, old: accepted, new: total });
        }
        let gateway = self.gateway()?;
        self.parts.ledger.accept_totals(&self.parts.market_id, &totals, self.now())?;
        let ids: Vec<OrderId> = totals.into_iter().map(|(id, _)| id).collect();
        Ok(gateway.pay_link(&ids).await?)
    }

    /// Pays a sandbox's order without a browser, whatever its total is: no money moves there.
    pub async fn sandbox_pay(&self, id: &str) -> Result<Order, DeskError> {
        let gateway = self.gateway()?;
        for order in self.market_ids(id)? {
            gateway.sandbox_pay(&order).await?;
        }
        let parts = self.read_again(id).await?;
        self.together(id, &parts)
    }

    /// Consignments of an order with where they have been; empty while nothing was shipped.
    pub async fn shipments(&self, id: &str) -> Result<Vec<Shipment>, DeskError> {
        let gateway = self.gateway()?;
        let mut shipments = Vec::new();
        for order in self.market_ids(id)? {
            shipments.extend(gateway.shipments(&order).await?);
        }
        Ok(shipments)
    }

    /// The market's ids behind an id or one of our numbers. One that is not known here may still be the market's.
    pub(super) fn market_ids(&self, id: &str) -> Result<Vec<OrderId>, DeskError> {
        let no_order = || DeskError::NoOrder(Clean::capped(id, 60));
        match self.order(id) {
            Ok(order) => {
                let ids = if order.order_ids.is_empty() {
                    order.order_id.into_iter().collect()
                } else {
                    order.order_ids
                };
                if ids.is_empty() { Err(no_order()) } else { Ok(ids) }
            }
            Err(DeskError::NoOrder(_)) if id.bytes().all(|byte| byte.is_ascii_digit()) && !id.is_empty() => {
                Ok(vec![OrderId::new(id)])
            }
            Err(error) => Err(error),
        }
    }

    async fn read_again(&self, id: &str) -> Result<Vec<Order>, DeskError> {
        let mut parts = Vec::new();
        for order in self.market_ids(id)? {
            parts.push(self.fetch_order(order.as_str()).await?);
        }
        Ok(parts)
    }

    /// One order document for what may be several orders of one create, with their sums.
    fn together(&self, id: &str, parts: &[Order]) -> Result<Order, DeskError> {
        let order = self.order(id)?;
        if parts.len() < 2 {
            return Ok(order);
        }
        let sum = |pick: fn(&Order) -> Option<Money>| parts.iter().map(pick).sum::<Option<Money>>();
        let open = parts.iter().find(|part| part.state.as_str() == OrderState::ToPayFreightOpen.as_str());
        let state = open.or(parts.first()).map_or_else(|| order.state.clone(), |part| part.state.clone());
        Ok(Order {
            state,
            goods: sum(|part| part.goods),
            freight: sum(|part| part.freight),
            total: sum(|part| part.total),
            pay_by: parts.iter().filter_map(|part| part.pay_by).min(),
            ..order
        })
    }
}
