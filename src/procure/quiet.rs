//! How long ago a look-up that found nothing was: what the quiet time is measured with (DESIGN 7).
//!
//! A clock on the wall can be set: set forward, a minute would seem to have passed at once, and an order that is only
//! late would be sent a second time. So the process that looked remembers when by a clock that nobody can set. Between
//! two processes there is only the wall's: there a clock that was set back counts as no waiting at all, and one that
//! was set forward between their two looks does shorten the quiet time. That is left so: it takes a lost answer, the
//! end of the program and a wrong clock within one minute, and the market's list is asked twice all the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::{Desk, DeskError};
use crate::ledger::{Action, ActionId};

/// Time since some fixed moment, by a clock that nobody can set: injected, as [`super::Clock`] is.
pub type Steady = Arc<dyn Fn() -> Duration + Send + Sync>;

/// The operating system's. It stands still while the machine sleeps, which makes a quiet time longer, never shorter.
pub fn steady() -> Steady {
    let begun = Instant::now();
    Arc::new(move || begun.elapsed())
}

/// The looks of this process, the last of each action.
#[derive(Debug, Default)]
pub(super) struct Looks(Mutex<HashMap<ActionId, Look>>);

#[derive(Debug, Clone, Copy)]
struct Look {
    /// As the ledger has it, milliseconds: another process may have looked since.
    at_ms: i64,
    steady: Duration,
}

impl Desk {
    /// Writes down that an action was looked up and not found; when that was.
    pub(super) fn note_empty_lookup(&self, id: ActionId) -> Result<Timestamp, DeskError> {
        let (at, steady) = (self.now(), (self.parts.steady)());
        self.parts.ledger.note_empty_lookup(id, at)?;
        let mut looks = self.looks.0.lock().unwrap_or_else(PoisonError::into_inner);
        looks.insert(id, Look { at_ms: at.as_millisecond(), steady });
        Ok(at)
    }

    /// How much of the quiet time since the last empty look-up is left; `None` when nobody knows how long ago that
    /// was, so that it cannot count as one of two.
    pub(super) fn quiet_left(&self, action: &Action) -> Option<Duration> {
        let last = action.looked_up_at.filter(|_| action.empty_lookups > 0)?;
        let looks = self.looks.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = looks.get(&action.id).filter(|look| look.at_ms == last.as_millisecond());
        let waited = match ours {
            Some(look) => (self.parts.steady)().saturating_sub(look.steady),
            None => Duration::try_from(self.now().duration_since(last)).ok()?,
        };
        Some(self.parts.quiet.saturating_sub(waited))
    }
}
