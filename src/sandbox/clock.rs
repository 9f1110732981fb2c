//! The marketplace's time: a straight line over the wall clock, kept in the state so that every process
//! serving it agrees, and so that it goes on while nothing runs.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Sandbox time as a function of wall time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clock {
    /// Wall clock at the anchor, Unix milliseconds.
    pub anchor_wall_ms: i64,
    /// Sandbox clock at the anchor, Unix milliseconds.
    pub anchor_ms: i64,
    /// Sandbox milliseconds a wall millisecond.
    pub speed: Decimal,
}

impl Clock {
    /// The sandbox's Unix milliseconds at this wall time. A wall clock set back does not turn it back
    /// beyond the anchor.
    pub fn at(&self, wall_ms: i64) -> i64 {
        let passed = Decimal::from(wall_ms.saturating_sub(self.anchor_wall_ms).max(0));
        let scaled = passed.saturating_mul(self.speed).to_i64().unwrap_or(i64::MAX);
        self.anchor_ms.saturating_add(scaled)
    }

    /// The same time at this wall moment, running at another speed from now on.
    pub fn with_speed(&self, speed: Decimal, wall_ms: i64) -> Clock {
        Clock { anchor_wall_ms: wall_ms, anchor_ms: self.at(wall_ms), speed }
    }

    /// The same clock, so much later.
    pub fn moved(&self, by_ms: i64) -> Clock {
        Clock { anchor_ms: self.anchor_ms.saturating_add(by_ms), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_beside_the_wall_clock_scaled_and_frozen() {
        let clock = Clock { anchor_wall_ms: 1_000, anchor_ms: 50_000, speed: Decimal::new(15, 1) };
        assert_eq!(clock.at(1_000), 50_000);
        assert_eq!(clock.at(3_000), 53_000);
        assert_eq!(clock.at(0), 50_000);
        let frozen = clock.with_speed(Decimal::ZERO, 3_000);
        assert_eq!(frozen.at(9_000_000), 53_000);
    }

    #[test]
    fn changing_the_speed_does_not_jump() {
        let clock = Clock { anchor_wall_ms: 0, anchor_ms: 0, speed: Decimal::from(60) };
        let slower = clock.with_speed(Decimal::ONE, 10);
        assert_eq!(slower.at(10), clock.at(10));
        assert_eq!(slower.at(20), 610);
    }
}
