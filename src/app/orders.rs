//! Orders: what waits for the buyer, an order in full, and what can be done with one.

use crate::app::model::Model;
use crate::app::msg::{Effect, OrderDeed, Trouble};
use crate::domain::order::{Order, PayCheck, PayLink, Reordered, Shipment};

/// An order in full over the panes.
#[derive(Debug, Clone)]
pub struct OrderLayer {
    /// Its id, or our number.
    pub id: String,
    /// Where its goods are; `None` until that was read.
    pub shipments: Option<Vec<Shipment>>,
    pub trouble: Option<Trouble>,
    /// First line in view.
    pub first: usize,
}

/// Opens the selected order in full.
pub fn open(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}

/// Reads the selected order again, on the way to its payment.
pub fn pay(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}

/// Puts the lines of the selected order into the cart.
pub fn reorder(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}

/// Asks whether the goods of the selected order came.
pub fn receive(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}

/// Asks whether to cancel the selected order.
pub fn cancel(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}

/// Shows only what waits for the buyer, or everything again.
pub fn toggle_waiting(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}

/// An order was cancelled or received.
pub fn acted(
    _model: &mut Model,
    _id: &str,
    _deed: OrderDeed,
    _result: Result<Order, Trouble>,
) -> Vec<Effect> {
    Vec::new()
}

/// An order was read again before paying.
pub fn checked(_model: &mut Model, _id: &str, _result: Result<Box<PayCheck>, Trouble>) -> Vec<Effect> {
    Vec::new()
}

/// Where to pay came.
pub fn linked(_model: &mut Model, _id: &str, _result: Result<PayLink, Trouble>) -> Vec<Effect> {
    Vec::new()
}

/// Where an order's goods are came.
pub fn tracked(_model: &mut Model, _id: &str, _result: Result<Vec<Shipment>, Trouble>) -> Vec<Effect> {
    Vec::new()
}

/// Past orders were put into the cart.
pub fn reordered(_model: &mut Model, _result: Result<Reordered, Trouble>) -> Vec<Effect> {
    Vec::new()
}
