//! Turning the sandbox's clock forward, so that nobody has to wait ten days for an order to end.

use serde_json::json;

use super::super::envelope::{Fault, Reply};
use super::super::market::Session;
use super::super::params::Params;
use super::super::state;
use super::rfc3339;

/// Furthest in one call.
const MOST_MS: i64 = 60 * 24 * 3600 * 1000;

/// `clock.move`: what falls due on the way is made up for at the next request, in its order.
pub(in super::super) fn move_forward(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let by_ms = params.int("by_ms")?.unwrap_or(0);
    if !(1..=MOST_MS).contains(&by_ms) {
        return Ok(Reply::refusal("CLOCK_MOVE_INVALID", "by_ms: 1 .. 5184000000 (60 days), forward only"));
    }
    state::move_clock(session.tx, by_ms)?;
    let now_ms = session.now_ms.saturating_add(by_ms);
    Ok(Reply::extension(json!({
        "server_time": rfc3339(now_ms),
        "server_time_ms": now_ms,
        "offset_ms": now_ms.saturating_sub(session.wall_ms),
    })))
}
