//! The periods in which the app was offline or the machine slept. This time does not count against waiting jobs.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::platform::db::{DocumentKind, StoredDocument};

/// The longest time between two signs of life while the app runs. The app gives one sign of life a minute.
const SLEPT: SignedDuration = SignedDuration::from_mins(5);

/// The shortest time between two stored signs of life.
const OFTEN: SignedDuration = SignedDuration::from_secs(50);

/// The number of offline periods that are kept. No job waits longer than some days, so older ones are not needed.
const MAX_ABSENCES: usize = 50;

/// A record of the times in which the app was offline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Awake {
    /// The last sign of life.
    last: Option<Timestamp>,
    /// The offline periods (begin, end), oldest first.
    asleep: Vec<(Timestamp, Timestamp)>,
}

impl StoredDocument for Awake {
    const KIND: DocumentKind = DocumentKind::Awake;
}

impl Awake {
    /// Records a sign of life at `now`. Returns whether the record changed and has to be stored.
    pub(crate) fn is_alive(&mut self, now: Timestamp) -> bool {
        if self.last.is_some_and(|last| now.duration_since(last) < OFTEN) {
            return false;
        }
        self.asleep.extend(self.open_gap(now));
        let too_many = self.asleep.len().saturating_sub(MAX_ABSENCES);
        self.asleep.drain(..too_many);
        self.last = Some(now);
        true
    }

    /// Returns how long the app was offline between `from` and `now`.
    pub(crate) fn asleep_since(&self, from: Timestamp, now: Timestamp) -> Duration {
        let all = self.asleep.iter().copied().chain(self.open_gap(now));
        let within = all.map(|(begin, end)| end.min(now).duration_since(begin.max(from)));
        within.filter_map(|slept| Duration::try_from(slept).ok()).sum()
    }

    /// Returns the time since the last sign of life, if it is long enough to count as an offline period.
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
        assert_eq!(awake.asleep_since(at(0), at(101)), Duration::from_secs(93 * 60));
        assert_eq!(awake.asleep_since(at(50), at(101)), Duration::from_secs(50 * 60));
        assert_eq!(awake.asleep_since(at(100), at(101)), Duration::ZERO);
        // The offline period up to `now` counts although it is not recorded yet.
        assert_eq!(awake.asleep_since(at(101), at(201)), Duration::from_secs(100 * 60));
    }
}
