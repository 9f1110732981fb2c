//! What is asked before it is done: joining, leaving, cancelling, receiving, paying. Armed and deaf like the confirm
//! layer (DESIGN 3: every action that spends opens it).

use jiff::Timestamp;

use crate::app::model::{Layer, Model, Tone};
use crate::app::msg::{Effect, OrderDeed};
use crate::app::orders;
use crate::domain::group_buy::GroupBuy;
use crate::domain::id::SpecId;
use crate::domain::money::Money;
use crate::domain::order::{Order, OrderState, PayCheck};
use crate::domain::quantity::Quantity;
use crate::domain::text::Clean;

/// What is asked. Each carries the values that are printed, and exactly these are sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Reserve in a group-buy.
    Join { group: Box<GroupBuy>, spec: Option<(SpecId, Clean)>, quantity: Quantity },
    /// Take our joins back.
    Leave { group: Box<GroupBuy> },
    /// Close an order unpaid.
    Cancel { order: Box<Order> },
    /// The goods came: releases the money to the seller.
    Receive { order: Box<Order> },
    /// Open the cashier for an order, whose total may have changed.
    Pay { check: Box<PayCheck> },
}

/// The question over the panes.
#[derive(Debug, Clone)]
pub struct Decision {
    pub ask: Ask,
    /// Keys count once nothing was pressed for a moment.
    pub quiet_since: Timestamp,
    /// First line in view.
    pub first: usize,
}

/// Puts the question over the panes.
pub fn ask(model: &mut Model, ask: Ask) {
    let quiet_since = model.now;
    model.layers.push(Layer::Decide(Decision { ask, quiet_since, first: 0 }));
}

/// The total that would be accepted with this check; `None` when the order cannot be paid as it is.
pub fn payable(check: &PayCheck) -> Option<Money> {
    let order = &check.order;
    let to_pay = order.state.as_str() == OrderState::ToPay.as_str();
    order.total.filter(|_| to_pay && order.freight.is_some())
}

/// Whether `y` counts in this question; the reason when not.
pub fn enabled(model: &Model) -> Result<(), &'static str> {
    let Some(Layer::Decide(decision)) = model.layers.last() else {
        return Err(model.text().why_nothing_here);
    };
    match &decision.ask {
        Ask::Pay { check } if payable(check).is_none() => Err(orders::why_not_payable(model, &check.order)),
        Ask::Cancel { order } | Ask::Receive { order } if orders::key_of(order).is_none() => {
            Err(model.text().why_no_order)
        }
        _ => Ok(()),
    }
}

/// `y`: does what was asked.
pub fn yes(model: &mut Model) -> Vec<Effect> {
    let Some(Layer::Decide(decision)) = model.layers.pop() else { return Vec::new() };
    model.say(Tone::Info, model.text().asking_market);
    match decision.ask {
        Ask::Join { group, spec, quantity } => {
            model.deals.busy = Some(group.id.clone());
            vec![Effect::Join { id: group.id, spec_id: spec.map(|(id, _)| id), quantity }]
        }
        Ask::Leave { group } => {
            model.deals.busy = Some(group.id.clone());
            vec![Effect::Leave(group.id)]
        }
        Ask::Cancel { order } => act(model, &order, OrderDeed::Cancel),
        Ask::Receive { order } => act(model, &order, OrderDeed::Receive),
        Ask::Pay { check } => {
            let (Some(id), Some(accepted)) = (orders::key_of(&check.order), payable(&check)) else {
                return Vec::new();
            };
            model.orders.busy = Some(id.clone());
            vec![Effect::Pay { id, accepted }]
        }
    }
}

fn act(model: &mut Model, order: &Order, deed: OrderDeed) -> Vec<Effect> {
    let Some(id) = orders::key_of(order) else { return Vec::new() };
    model.orders.busy = Some(id.clone());
    vec![Effect::Order { id, deed }]
}
