//! Limits on how often the other side may be called. They hold for all instances together, so the buckets are in the
//! database. The arithmetic (GCRA) is here, the same for every backend.
//!
//! A bucket admits one call per interval, and a few at once after a rest. A job that finds it full gets a reserved time
//! and comes back then, so a flood of a thousand messages costs a thousand reservations and no more.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::from_millis;

/// A bucket that a job has to pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    /// The name, unique within the tenant.
    pub bucket: String,
    /// Milliseconds that one call takes up; 0 means no limit until the other side sets one.
    pub every_ms: u32,
    /// Number of calls that may come at once after a rest.
    pub burst: u32,
}

/// State of a bucket, as it is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct BucketState {
    /// Milliseconds: the time at which it would be empty if all admitted calls were spread evenly.
    pub(crate) full_until: i64,
    /// Milliseconds: the time before which nothing passes.
    pub(crate) closed_until: i64,
}

/// Decision about a job at its buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It may go now.
    Now,
    /// It has a reserved time.
    Reserved(Timestamp),
    /// It must ask again at this time: a bucket is closed until then.
    Blocked(Timestamp),
}

/// Returns the text by which a bucket is found in the stored rate limits of a job.
pub(crate) fn mention(bucket: &str) -> String {
    let name = serde_json::to_string(bucket).unwrap_or_default();
    format!("\"bucket\":{name}")
}

/// Returns the text that must end the cause of a retry if the other side asked for a wait with a bucket: `30 s with
/// chat.update`. An operator who lifts the limit reaches the job by this text, even if the job has no bucket for the
/// call.
pub fn wait_with(bucket: &str, wait: Duration) -> String {
    format!("{}{}", wait.as_secs(), told_to_wait(bucket))
}

/// Returns the part of [`wait_with`] by which the job is found.
pub(crate) fn told_to_wait(bucket: &str) -> String {
    format!(" s with {bucket}")
}

/// Decides about a job that arrives at these buckets at `now`, and fills them. `reserved` means that its reserved time
/// has come.
pub(crate) fn pass(buckets: &mut [(RateLimit, BucketState)], now: Timestamp, reserved: bool) -> Admission {
    let now = now.as_millisecond();
    let opens = buckets.iter().map(|(_, level)| level.closed_until).max().unwrap_or(0);
    if opens > now {
        return Admission::Blocked(from_millis(opens));
    }
    if reserved {
        return Admission::Now;
    }
    let free = buckets.iter().map(|(rate_limit, level)| free_at(rate_limit, *level)).max().unwrap_or(0);
    for (rate_limit, level) in buckets {
        let begins = level.full_until.max(now);
        level.full_until = begins.saturating_add(i64::from(rate_limit.every_ms));
    }
    if free <= now { Admission::Now } else { Admission::Reserved(from_millis(free)) }
}

fn free_at(rate_limit: &RateLimit, level: BucketState) -> i64 {
    let allowance = i64::from(rate_limit.every_ms).saturating_mul(i64::from(rate_limit.burst.max(1)) - 1);
    level.full_until.saturating_sub(allowance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(every_ms: u32, burst: u32) -> Vec<(RateLimit, BucketState)> {
        vec![(RateLimit { bucket: "b".into(), every_ms, burst }, BucketState::default())]
    }

    fn at(seconds: i64) -> Timestamp {
        from_millis(1_000_000 + seconds * 1000)
    }

    #[test]
    fn a_flood_is_given_appointments() {
        let mut bucket = bucket(1000, 3);
        let passages: Vec<_> = (0..6).map(|_| pass(&mut bucket, at(0), false)).collect();
        let expected = [Admission::Now; 3].into_iter().chain((1..=3).map(|s| Admission::Reserved(at(s))));
        assert_eq!(passages, expected.collect::<Vec<_>>());
        assert_eq!(pass(&mut bucket, at(1), true), Admission::Now, "an appointment is kept");
        assert_eq!(pass(&mut bucket, at(1), false), Admission::Reserved(at(4)), "and nobody comes between");
        assert_eq!(pass(&mut bucket, at(60), false), Admission::Now, "after a rest there is room again");
    }

    #[test]
    fn closed_is_closed_for_everybody() {
        let mut bucket = bucket(0, 1);
        assert_eq!(pass(&mut bucket, at(0), false), Admission::Now);
        for (_, level) in &mut bucket {
            level.closed_until = at(30).as_millisecond();
        }
        for reserved in [false, true] {
            assert_eq!(pass(&mut bucket, at(29), reserved), Admission::Blocked(at(30)));
        }
        assert_eq!(pass(&mut bucket, at(30), false), Admission::Now);
    }

    #[test]
    fn a_bucket_is_mentioned_as_it_is_kept() {
        let rate_limit = RateLimit { bucket: "channel:C\"1".into(), every_ms: 0, burst: 1 };
        let kept = serde_json::to_string(&[&rate_limit]).unwrap_or_default();
        assert!(kept.contains(&mention(&rate_limit.bucket)) && !kept.contains(&mention("channel:C")), "{kept}");
        let cause = wait_with("chat.update", Duration::from_secs(5 * 60));
        assert!(cause.ends_with(&told_to_wait("chat.update")), "{cause}");
    }

    #[test]
    fn the_slowest_of_several_buckets_decides() {
        let mut both = bucket(1000, 1);
        both.extend(bucket(5000, 1));
        assert_eq!(pass(&mut both, at(0), false), Admission::Now);
        assert_eq!(pass(&mut both, at(0), false), Admission::Reserved(at(5)));
    }
}
