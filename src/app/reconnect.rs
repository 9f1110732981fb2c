//! What waits because the market cannot be reached is tried again by itself, quietly, until it went out. Nothing
//! waits, or the buyer chose to work offline: nobody is woken.

use jiff::{SignedDuration, Timestamp};

use crate::app::model::Model;
use crate::app::msg::Effect;
use crate::app::wake;

/// Between two tries, seconds.
const EVERY: i64 = 30;

/// When to try again; `None` = there is no reason to.
pub fn wants_waking(model: &Model) -> Option<Timestamp> {
    let status = model.status.as_ref()?;
    let waits = status.online == Some(false) && !status.offline_by_wish && status.unsent > status.held;
    if !waits || model.orders.pending || model.cart.submitting {
        return None;
    }
    let since = model.retried_at.or(status.offline_since).unwrap_or(model.now);
    wake::after(since, SignedDuration::from_secs(EVERY))
}

/// The moment asked for came: the outbox is worked through once more.
pub fn woke(model: &mut Model) -> Vec<Effect> {
    match wants_waking(model) {
        Some(due) if model.now >= due => {
            model.retried_at = Some(model.now);
            model.retrying = true;
            model.orders.pending = true;
            vec![Effect::Settle]
        }
        _ => Vec::new(),
    }
}

/// A pass over the outbox ended; whether the buyer asked for it, and so wants to hear of its failure.
pub fn settled(model: &mut Model) -> bool {
    !std::mem::take(&mut model.retrying)
}
