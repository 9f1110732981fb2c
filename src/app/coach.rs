//! The tour: one line above the hints that says what to try next. Its steps advance on what the model shows; every
//! key passes through it.

use crate::app::model::Model;
use crate::app::msg::Effect;
use crate::domain::session::TourState;

/// Where the tour is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coach {
    pub state: TourState,
}

/// Begins the tour anew.
pub fn begin(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}

/// Ends it for good.
pub fn end(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}

/// After every message: the tour goes on when the model shows that its step was done.
pub fn watch(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}
