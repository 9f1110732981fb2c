//! The plain gateway's patience: five calls a second for the app, with a small burst.

use std::sync::{Mutex, PoisonError};

/// Calls a second.
const RATE: i64 = 5;
/// Calls at once after a rest.
const BURST: i64 = 5;
const TOKEN: i64 = 1000;

/// A token bucket over the wall clock. Kept a process: two servers on one state are as patient each.
#[derive(Debug)]
pub(super) struct Throttle(Mutex<Bucket>);

#[derive(Debug)]
struct Bucket {
    /// Thousandths of a call.
    level: i64,
    at_ms: i64,
}

impl Throttle {
    pub fn new(wall_ms: i64) -> Self {
        Throttle(Mutex::new(Bucket { level: BURST * TOKEN, at_ms: wall_ms }))
    }

    /// Whether one more call is let through at this wall time.
    pub fn admit(&self, wall_ms: i64) -> bool {
        let mut bucket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = wall_ms.saturating_sub(bucket.at_ms).max(0);
        bucket.level = bucket.level.saturating_add(passed.saturating_mul(RATE)).min(BURST * TOKEN);
        bucket.at_ms = wall_ms;
        let admitted = bucket.level >= TOKEN;
        if admitted {
            bucket.level -= TOKEN;
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_a_second_after_a_burst_of_five() {
        let throttle = Throttle::new(0);
        assert_eq!((0..10).filter(|_| throttle.admit(0)).count(), 5);
        assert_eq!((0..10).filter(|_| throttle.admit(1_000)).count(), 5);
        assert!(!throttle.admit(1_100));
        assert!(throttle.admit(1_200));
        assert_eq!((0..99).filter(|_| throttle.admit(60_000)).count(), 5);
    }
}
