//! When the program wants to be woken: never, unless something in view has to be looked at again, or what changed
//! is to be kept. Every message ends here, so no way in or out of a pane can leave a timer behind.

use jiff::{SignedDuration, Timestamp};

use crate::app::model::{Model, Pane};
use crate::app::msg::Effect;
use crate::app::{deals, orders, reconnect, remember, rest};

/// After every message: the earliest moment somebody wants to be woken at, told once.
pub fn settle(model: &mut Model) -> Vec<Effect> {
    if model.pane != Pane::Deals {
        // Marks of crossed steps stay until the pane is left.
        model.deals.crossed.clear();
    }
    let wishes = [
        deals::wants_waking(model),
        orders::wants_waking(model),
        reconnect::wants_waking(model),
        remember::wants_waking(model),
        rest::wants_waking(model),
    ];
    let wanted = wishes.into_iter().flatten().min();
    if wanted == model.wake {
        return Vec::new();
    }
    model.wake = wanted;
    // A timer nobody needs any more rings once into the void; there is nothing to call it back with.
    wanted.map(Effect::WakeAt).into_iter().collect()
}

/// A moment later than this one; `None` past the end of time.
pub fn after(then: Timestamp, by: SignedDuration) -> Option<Timestamp> {
    then.checked_add(by).ok()
}
