//! What is asked before it is done: joining, leaving, cancelling, receiving, paying. Armed and deaf like the confirm
//! layer (DESIGN 3: every action that spends opens it).

use jiff::Timestamp;

use crate::app::model::Model;
use crate::app::msg::Effect;
use crate::domain::group_buy::GroupBuy;
use crate::domain::id::SpecId;
use crate::domain::order::{Order, PayCheck};
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

/// Whether `y` counts in this question; the reason when not.
pub fn enabled(_model: &Model) -> Result<(), &'static str> {
    Ok(())
}

/// `y`: does what was asked.
pub fn yes(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}
