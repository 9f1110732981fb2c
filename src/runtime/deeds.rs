//! The effects beside searching, the cart and sending: suppliers, marks, deals, orders after they were placed, the
//! browser, the sandbox's clock, the session.

use crate::app::Effect;
use crate::runtime::execute::Executor;

impl Executor {
    /// Starts one of these effects.
    pub(super) fn run_deed(&mut self, effect: Effect) {
        tracing::warn!(?effect, "not known here");
    }
}
