//! The mouse: a click focuses and selects, the wheel scrolls. What was where, the last frame told.

use crate::app::model::Model;
use crate::app::msg::{Effect, Mouse};

/// The mouse did something.
pub fn moused(_model: &mut Model, _mouse: Mouse) -> Vec<Effect> {
    Vec::new()
}
