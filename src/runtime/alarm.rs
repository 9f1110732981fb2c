//! What the loop waits for: the next message, or the one moment it is to be woken at. Without a moment there is no
//! timeout, and nothing ticks.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use jiff::Timestamp;

use crate::app::Fact;
use crate::runtime::Wake;

/// The one moment.
#[derive(Debug, Default)]
pub struct Alarm {
    at: Option<Timestamp>,
    /// What the loop tells itself.
    own: Vec<Fact>,
}

/// What ended the waiting.
// Taken apart where it is made.
#[allow(clippy::large_enum_variant)]
pub enum Heard {
    Message(Wake),
    /// The moment has come; there is none any more.
    Alarm,
    /// Nobody is left to send anything.
    Nobody,
}

impl Alarm {
    /// Rings then; an earlier wish is forgotten.
    pub fn set(&mut self, at: Timestamp) {
        self.at = Some(at);
    }

    /// Tells the loop something before it waits again.
    pub fn say(&mut self, fact: Fact) {
        self.own.push(fact);
    }

    /// Waits. The clock of the wall decides, so a machine that slept rings as soon as it is awake and anything
    /// happens.
    pub fn wait(&mut self, wakes: &Receiver<Wake>) -> Heard {
        if !self.own.is_empty() {
            return Heard::Message(Wake::Fact(Timestamp::now(), self.own.remove(0)));
        }
        loop {
            let Some(left) = self.left(Timestamp::now()) else {
                return wakes.recv().map_or(Heard::Nobody, Heard::Message);
            };
            if left.is_zero() {
                self.at = None;
                return Heard::Alarm;
            }
            match wakes.recv_timeout(left) {
                Ok(wake) => return Heard::Message(wake),
                // Looked at again: a wall clock that was set back is not there yet.
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Heard::Nobody,
            }
        }
    }

    /// How long until it rings; `None` = never.
    fn left(&self, now: Timestamp) -> Option<Duration> {
        let at = self.at?;
        Some(Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::sync_channel;
    use std::time::Instant;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn the_moment_is_exact_and_a_later_wish_replaces_it() {
        let mut alarm = Alarm::default();
        assert_eq!(alarm.left(at(0)), None, "no tick without a wish");
        alarm.set(at(100));
        assert_eq!(alarm.left(at(40)), Some(Duration::from_secs(60)));
        alarm.set(at(50));
        assert_eq!(alarm.left(at(40)), Some(Duration::from_secs(10)));
        assert_eq!(alarm.left(at(50)), Some(Duration::ZERO));
        assert_eq!(alarm.left(at(5000)), Some(Duration::ZERO));
    }

    #[test]
    fn it_rings_once_after_its_time_and_messages_come_before() {
        let (sender, wakes) = sync_channel(4);
        let mut alarm = Alarm::default();
        let begun = Instant::now();
        alarm.set(Timestamp::now().checked_add(jiff::SignedDuration::from_millis(40)).unwrap());
        sender.send(Wake::SyncMoved).unwrap();
        assert!(matches!(alarm.wait(&wakes), Heard::Message(Wake::SyncMoved)));
        assert!(matches!(alarm.wait(&wakes), Heard::Alarm));
        assert!(begun.elapsed() >= Duration::from_millis(39));
        alarm.say(Fact::Copied { characters: 3 });
        assert!(matches!(alarm.wait(&wakes), Heard::Message(Wake::Fact(_, Fact::Copied { characters: 3 }))));
        drop(sender);
        assert!(matches!(alarm.wait(&wakes), Heard::Nobody), "it rang twice");
        // A moment that is past rings at once, even under a flood.
        let (sender, wakes) = sync_channel(4);
        sender.send(Wake::SyncMoved).unwrap();
        alarm.set(at(0));
        assert!(matches!(alarm.wait(&wakes), Heard::Alarm));
    }
}
