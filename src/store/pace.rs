//! How often we may call is Slack's and dialnote's to say, and it holds for all instances together:
//! the buckets lie in the store. What happens in one is decided here, the same for every backend.
//!
//! A bucket lets one call through every so often, and a few at once after a rest. Who finds it
//! full is given a time at which it will be their turn, and comes back then; so a flood of a
//! thousand messages costs a thousand appointments and no more.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::from_millis;

/// A bucket that a job has to pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Its name, unique within the installation.
    pub bucket: String,
    /// How many milliseconds one call takes up; 0 if there is no limit until the other side says so.
    pub every_ms: u32,
    /// How many calls may come at once after a rest.
    pub burst: u32,
}

/// What is kept of a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// Milliseconds: when it would be empty if everything let through were spread evenly.
    pub full_until: i64,
    /// Milliseconds: nothing passes before.
    pub closed_until: i64,
}

/// What a job finds at its buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It may go.
    Open,
    /// It has a reserved time.
    At(Timestamp),
    /// It has to ask again at this time: a bucket is closed until then.
    Closed(Timestamp),
}

/// How a bucket is mentioned in what is kept of a job.
pub(super) fn mention(bucket: &str) -> String {
    let name = serde_json::to_string(bucket).unwrap_or_default();
    format!("\"bucket\":{name}")
}

/// How a bucket is mentioned in why a job was put off: a job may call what it has no bucket for.
pub(super) fn told_to_wait(bucket: &str) -> String {
    format!(" s with {bucket}")
}

/// Decides about a job that comes to these buckets at `now`, and fills them. `reserved` says that
/// the time it was given has come.
pub fn pass(buckets: &mut [(Pace, Level)], now: Timestamp, reserved: bool) -> Passage {
    let now = now.as_millisecond();
    let opens = buckets.iter().map(|(_, level)| level.closed_until).max().unwrap_or(0);
    if opens > now {
        return Passage::Closed(from_millis(opens));
    }
    if reserved {
        return Passage::Open;
    }
    let free = buckets.iter().map(|(pace, level)| free_at(pace, *level)).max().unwrap_or(0);
    for (pace, level) in buckets {
        let begins = level.full_until.max(now);
        level.full_until = begins.saturating_add(i64::from(pace.every_ms));
    }
    if free <= now { Passage::Open } else { Passage::At(from_millis(free)) }
}

fn free_at(pace: &Pace, level: Level) -> i64 {
    let allowance = i64::from(pace.every_ms).saturating_mul(i64::from(pace.burst.max(1)) - 1);
    level.full_until.saturating_sub(allowance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Fault, Service};
    use std::time::Duration;

    fn bucket(every_ms: u32, burst: u32) -> Vec<(Pace, Level)> {
        vec![(Pace { bucket: "b".into(), every_ms, burst }, Level::default())]
    }

    fn at(seconds: i64) -> Timestamp {
        from_millis(1_000_000 + seconds * 1000)
    }

    #[test]
    fn a_flood_is_given_appointments() {
        let mut bucket = bucket(1000, 3);
        let passages: Vec<_> = (0..6).map(|_| pass(&mut bucket, at(0), false)).collect();
        let expected = [Passage::Open; 3].into_iter().chain((1..=3).map(|s| Passage::At(at(s))));
        assert_eq!(passages, expected.collect::<Vec<_>>());
        assert_eq!(pass(&mut bucket, at(1), true), Passage::Open, "an appointment is kept");
        assert_eq!(pass(&mut bucket, at(1), false), Passage::At(at(4)), "and nobody comes between");
        assert_eq!(pass(&mut bucket, at(60), false), Passage::Open, "after a rest there is room again");
    }

    #[test]
    fn closed_is_closed_for_everybody() {
        let mut bucket = bucket(0, 1);
        assert_eq!(pass(&mut bucket, at(0), false), Passage::Open);
        for (_, level) in &mut bucket {
            level.closed_until = at(30).as_millisecond();
        }
        for reserved in [false, true] {
            assert_eq!(pass(&mut bucket, at(29), reserved), Passage::Closed(at(30)));
        }
        assert_eq!(pass(&mut bucket, at(30), false), Passage::Open);
    }

    #[test]
    fn a_bucket_is_mentioned_as_it_is_kept() {
        let pace = Pace { bucket: "channel:C\"1".into(), every_ms: 0, burst: 1 };
        let kept = serde_json::to_string(&[&pace]).unwrap_or_default();
        assert!(kept.contains(&mention(&pace.bucket)) && !kept.contains(&mention("channel:C")), "{kept}");
        let (service, wait) = (Service::Slack, Duration::from_mins(5));
        let told = Fault::RateLimited { service, bucket: "chat.update".into(), wait }.to_string();
        assert!(told.ends_with(&told_to_wait("chat.update")), "{told}");
    }

    #[test]
    fn the_slowest_of_several_buckets_decides() {
        let mut both = bucket(1000, 1);
        both.extend(bucket(5000, 1));
        assert_eq!(pass(&mut both, at(0), false), Passage::Open);
        assert_eq!(pass(&mut both, at(0), false), Passage::At(at(5)));
    }
}
