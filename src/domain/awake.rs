//! The time in which the app did not run, or the machine slept: what waits then is not given up for that.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A longer time without a sign of life is one in which the app did not run. It gives one a minute.
const SLEPT: SignedDuration = SignedDuration::from_mins(5);

/// How often a sign of life is worth keeping.
const OFTEN: SignedDuration = SignedDuration::from_secs(50);

/// How many times in which it did not run are kept: what waits does so for some days at most.
const MAX_ABSENCES: usize = 50;

/// When the app ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awake {
    /// The last sign of life.
    last: Option<Timestamp>,
    /// The times in which it did not run, oldest first.
    asleep: Vec<(Timestamp, Timestamp)>,
}

impl Awake {
    /// What it is kept under (`store::Document`), by its own name.
    pub const KIND: &str = "awake";

    /// Notes a sign of life. Answers whether there is something to keep.
    pub fn is_alive(&mut self, now: Timestamp) -> bool {
        if self.last.is_some_and(|last| now.duration_since(last) < OFTEN) {
            return false;
        }
        self.asleep.extend(self.open_gap(now));
        let too_many = self.asleep.len().saturating_sub(MAX_ABSENCES);
        self.asleep.drain(..too_many);
        self.last = Some(now);
        true
    }

    /// How long it did not run between `from` and `now`.
    pub fn asleep_since(&self, from: Timestamp, now: Timestamp) -> Duration {
        let all = self.asleep.iter().copied().chain(self.open_gap(now));
        let within = all.map(|(begin, end)| end.min(now).duration_since(begin.max(from)));
        within.filter_map(|slept| Duration::try_from(slept).ok()).sum()
    }

    /// The time without a sign of life up to now, if it was long.
    fn open_gap(&self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        self.last.filter(|last| now.duration_since(*last) > SLEPT).map(|last| (last, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap_or_default()
    }

    #[test]
    fn only_long_silences_count() {
        let mut awake = Awake::default();
        for minute in [0, 1, 2, 6, 7, 100, 101] {
            assert!(awake.is_alive(at(minute)), "{minute}");
        }
        assert!(!awake.is_alive(at(101)));
        assert_eq!(awake.asleep_since(at(0), at(101)), Duration::from_mins(93));
        assert_eq!(awake.asleep_since(at(50), at(101)), Duration::from_mins(50));
        assert_eq!(awake.asleep_since(at(100), at(101)), Duration::ZERO);
        // The silence that has just ended is not kept yet.
        assert_eq!(awake.asleep_since(at(101), at(201)), Duration::from_mins(100));
    }
}
