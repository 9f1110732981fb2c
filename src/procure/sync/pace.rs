//! How fast a sync goes, how long it will take, and how fast it may go.
//!
//! Everything here is told the time, so it can be tested without waiting.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

/// The rate is that of this many milliseconds: long enough to be calm, short enough to follow a market that slows.
const WINDOW_MS: i64 = 8_000;
/// Calls a gateway grants an app in a day, about (GATEWAY.md 1.6).
pub(super) const CALLS_A_DAY: u64 = 100_000;
/// Calls that may go without a wait after a rest; after them, as many as keep within the day's.
const BURST: f64 = 600.0;
/// The least pause between two calls after the market has asked to slow down, and the longest.
const FIRST_GAP: Duration = Duration::from_millis(250);
const LONGEST_GAP: Duration = Duration::from_secs(60);

/// What a wish costs on a market that counts calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// Calls, about.
    pub calls: u64,
    /// Seconds they take at [`Estimate::calls_a_day`].
    pub seconds: u64,
    /// Calls a day that are reckoned with.
    pub calls_a_day: u64,
}

impl Estimate {
    /// Of so many calls.
    pub fn of(calls: u64) -> Estimate {
        let seconds = (u128::from(calls) * 86_400).div_ceil(u128::from(CALLS_A_DAY));
        Estimate { calls, seconds: u64::try_from(seconds).unwrap_or(u64::MAX), calls_a_day: CALLS_A_DAY }
    }
}

/// The rate over a sliding window.
#[derive(Debug, Default)]
pub(super) struct Pace {
    seen: VecDeque<(i64, u64)>,
}

impl Pace {
    /// Notes that `done` were done at `now`; how many a second that makes. `None` while it is too early to tell, and
    /// after the clock went back.
    pub fn rate(&mut self, now: Timestamp, done: u64) -> Option<u64> {
        let now = now.as_millisecond();
        if self.seen.back().is_some_and(|(at, before)| *at > now || *before > done) {
            self.seen.clear();
        }
        self.seen.push_back((now, done));
        // The oldest reading kept is the last one outside of the window.
        while self.seen.get(1).is_some_and(|(at, _)| *at <= now - WINDOW_MS) {
            self.seen.pop_front();
        }
        let (since, before) = self.seen.front()?;
        let (took, more) = (now - since, done - before);
        if took < 200 || more == 0 {
            return None;
        }
        Some((u128::from(more) * 1_000 / u128::from(took.unsigned_abs())) as u64)
    }
}

/// Time left for `rest` at a rate, in whole seconds, rounded up.
pub(super) fn left(rest: u64, rate: Option<u64>) -> Option<Duration> {
    let rate = rate.filter(|rate| *rate > 0)?;
    Some(Duration::from_secs(rest.div_ceil(rate)))
}

/// Who may call, and when: a bucket of tokens that fills as the day goes, and a pause that the market asked for.
#[derive(Debug)]
pub(super) struct Bucket {
    tokens: f64,
    at: Duration,
    gap: Duration,
    free_at: Duration,
}

impl Bucket {
    /// A full one, `at` since some beginning.
    pub fn new(at: Duration) -> Bucket {
        Bucket { tokens: BURST, at, gap: Duration::ZERO, free_at: Duration::ZERO }
    }

    /// Takes a token; how long to wait before using it.
    pub fn take(&mut self, now: Duration) -> Duration {
        let a_second = CALLS_A_DAY as f64 / 86_400.0;
        let passed = now.saturating_sub(self.at);
        self.at = self.at.max(now);
        self.tokens = (self.tokens + passed.as_secs_f64() * a_second).min(BURST) - 1.0;
        let short =
            if self.tokens < 0.0 { Duration::from_secs_f64(-self.tokens / a_second) } else { Duration::ZERO };
        let start = (now + short).max(self.free_at);
        self.free_at = start + self.gap;
        start.saturating_sub(now)
    }

    /// The market turned a call away: pause as long as it asks, at least as long as our own gap, which doubles.
    pub fn turned_away(&mut self, now: Duration, asked: Option<Duration>) {
        self.gap = (self.gap * 2).clamp(FIRST_GAP, LONGEST_GAP);
        // Asked for an hour, we wait an hour: it is the market's to say.
        let pause = asked.unwrap_or_default().max(self.gap);
        self.free_at = self.free_at.max(now + pause);
    }

    /// A call went through: the gap shrinks slowly, so that the next refusal comes late.
    pub fn went_well(&mut self) {
        self.gap = if self.gap < Duration::from_millis(20) { Duration::ZERO } else { self.gap * 19 / 20 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_760_000_000_000 + ms).unwrap()
    }

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let mut pace = Pace::default();
        assert_eq!(pace.rate(at(0), 0), None);
        assert_eq!(pace.rate(at(100), 900), None, "too early");
        assert_eq!(pace.rate(at(1_000), 9_000), Some(9_000));
        for second in 2..=60 {
            pace.rate(at(second * 1_000), 9_000 + (second as u64 - 1) * 100);
        }
        assert_eq!(pace.rate(at(61_000), 9_000 + 60 * 100), Some(100), "what was long ago does not count");
        assert_eq!(pace.rate(at(5_000), 10), None, "the clock went back");
        assert_eq!(left(1_001, Some(100)), Some(Duration::from_secs(11)));
        assert_eq!(left(1, None), None);
    }

    #[test]
    fn a_wish_is_reckoned_in_calls_of_a_day() {
        assert_eq!(Estimate::of(100_000).seconds, 86_400);
        assert_eq!(Estimate::of(3_200).seconds, 2_765);
        assert_eq!(Estimate::of(1_000_000).seconds / 86_400, 10);
    }

    #[test]
    fn a_burst_goes_at_once_and_then_as_the_day_allows() {
        let mut bucket = Bucket::new(Duration::ZERO);
        for _ in 0..600 {
            assert_eq!(bucket.take(Duration::ZERO), Duration::ZERO);
        }
        let mut now = Duration::ZERO;
        for _ in 0..100 {
            now += bucket.take(now);
        }
        let wanted = 100.0 * 0.864;
        assert!((now.as_secs_f64() - wanted).abs() < 1.0, "{now:?}");
    }

    #[test]
    fn a_market_that_says_slower_is_obeyed() {
        let mut bucket = Bucket::new(Duration::ZERO);
        assert_eq!(bucket.take(Duration::ZERO), Duration::ZERO);
        bucket.turned_away(Duration::ZERO, Some(Duration::from_secs(7)));
        assert_eq!(bucket.take(Duration::ZERO), Duration::from_secs(7));
        assert_eq!(bucket.take(Duration::from_secs(7)), FIRST_GAP, "and not too fast after it");
        bucket.turned_away(Duration::from_secs(8), None);
        assert_eq!(bucket.take(Duration::from_secs(8)), FIRST_GAP * 2);
        for _ in 0..200 {
            bucket.went_well();
        }
        let later = Duration::from_secs(100);
        assert_eq!((bucket.take(later), bucket.take(later)), (Duration::ZERO, Duration::ZERO));
    }
}
