//! Arithmetic on times that neither overflows nor trusts a clock that was set back.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

pub(crate) fn earlier(at: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

pub(crate) fn later(at: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// By how much a clock may go back, or another machine's be ahead, without anything being done about it.
pub(crate) const TOLERATED: Duration = Duration::from_secs(5);

/// Whether less than `period` has passed since then. A time that lies ahead was written before the clock was set back.
pub(crate) fn is_within(since: Timestamp, period: Duration, now: Timestamp) -> bool {
    since <= later(now, TOLERATED) && later(since, period) > now
}

/// A command that is not finished after this long is said to wait.
pub(crate) const DELAY_NOTICE_AFTER: Duration = Duration::from_secs(3);
