//! The market's clock and the switch to stay offline: what a desk knows of its connection beside the connection.
//!
//! A sandbox's clock can be ahead of ours by days, a real market's is off by seconds. Deadlines are told by the
//! market's clock, so whoever counts down to one needs the difference; ages and quiet times are told by ours alone.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Desk, DeskError};
use crate::catalog::Catalog;
use crate::market::{Capabilities, Marketplace};

/// Catalog note: by how many milliseconds the market's clock was ahead when it was last read.
const AHEAD: &str = "clock_ahead_ms";
/// A smaller difference is the way there and back, and not worth a write.
const NOTICED_MS: i64 = 2_000;

/// What changes about a connection while it lasts.
#[derive(Debug, Default)]
pub(super) struct Line {
    ahead_ms: AtomicI64,
}

impl Line {
    /// As last known.
    pub(super) fn of(catalog: &Catalog) -> Line {
        let noted = catalog.meta(AHEAD).unwrap_or_else(|error| {
            tracing::warn!(%error, "the market's clock is not remembered");
            None
        });
        let ahead = noted.and_then(|text| text.parse().ok()).unwrap_or(0);
        Line { ahead_ms: AtomicI64::new(ahead) }
    }
}

impl Desk {
    /// Stays offline, or goes online again: the next call tries the market. What is on its way already is not called
    /// back, and what waits to be asked again is not asked. Without a connection to begin with this changes nothing.
    pub fn set_offline(&self, offline: bool) {
        if let Some(gateway) = &self.parts.gateway {
            gateway.set_off(offline);
        }
    }

    /// By how much the market's clock is ahead of ours (a minus: behind), as last learned.
    pub fn clock_offset(&self) -> SignedDuration {
        SignedDuration::from_millis(self.line.ahead_ms.load(Ordering::SeqCst))
    }

    /// The market's time: what its deadlines are compared with.
    pub fn market_now(&self) -> Timestamp {
        let now = self.now();
        now.checked_add(self.clock_offset()).unwrap_or(now)
    }

    /// Reads the market's clock; proves reachability, key and signature.
    pub async fn market_time(&self) -> Result<Timestamp, DeskError> {
        let time = self.gateway()?.server_time().await?;
        self.learn_clock(time)?;
        Ok(time)
    }

    /// Sets a sandbox's clock forward; its time then.
    pub async fn move_clock(&self, by: Duration) -> Result<Timestamp, DeskError> {
        let time = self.gateway()?.move_clock(by).await?;
        self.learn_clock(time)?;
        Ok(time)
    }

    /// Makes a sandbox's world move: `("count", "200")` or `("percent", "1")` of its offers. The ids, as it says them.
    pub async fn churn_market(
        &self,
        how_much: (&str, &str),
        seed: Option<u64>,
    ) -> Result<serde_json::Value, DeskError> {
        Ok(self.gateway()?.churn(how_much, seed).await?)
    }

    /// What the market offers beyond the documented calls.
    pub async fn capabilities(&self) -> Result<Capabilities, DeskError> {
        let capabilities = self.gateway()?.capabilities().await?;
        if let Some(ahead) = capabilities.clock_offset {
            self.note_ahead(ahead)?;
        }
        Ok(capabilities)
    }

    fn learn_clock(&self, time: Timestamp) -> Result<(), DeskError> {
        self.note_ahead(time.duration_since(self.now()))
    }

    fn note_ahead(&self, ahead: SignedDuration) -> Result<(), DeskError> {
        let ahead = i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX);
        let known = self.line.ahead_ms.swap(ahead, Ordering::SeqCst);
        if known.abs_diff(ahead) > NOTICED_MS.unsigned_abs() {
            self.parts.catalog.set_meta(AHEAD, &ahead.to_string())?;
        }
        Ok(())
    }
}
