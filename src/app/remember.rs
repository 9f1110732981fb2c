//! What is remembered from one sitting to the next, taken from the model and put back.

use crate::app::model::Model;
use crate::app::msg::Effect;
use crate::domain::session::Remembered;

/// What is worth remembering now.
pub fn remembered(_model: &Model) -> Remembered {
    Remembered::default()
}

/// Puts the last sitting back, unless the buyer has begun to do something.
pub fn restore(_model: &mut Model, _remembered: Remembered) -> Vec<Effect> {
    Vec::new()
}
