//! Times as databases keep them: milliseconds since 1970 UTC.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

/// A clock, for verbs that wait.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Returns the instant `millis` after the epoch, or the nearest one that can be represented.
pub(crate) fn from_millis(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// Returns the end of a lease that begins now.
pub(crate) fn end_of(lease: Duration, now: Timestamp) -> Timestamp {
    from_millis(now.as_millisecond().saturating_add(millis(lease)))
}

/// Returns a duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Returns a number of rows as databases expect it.
pub(crate) fn rows(max: usize) -> i64 {
    i64::try_from(max).unwrap_or(i64::MAX)
}
