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

/// The tolerated time by which a clock may go back, or another machine's may be ahead. Nothing is done about it.
pub(crate) const TOLERATED: Duration = Duration::from_secs(5);

/// Answers whether less than `period` has passed since `since`. A time that lies ahead was written before the clock was
/// set back, and counts as past.
pub(crate) fn is_within(since: Timestamp, period: Duration, now: Timestamp) -> bool {
    since <= later(now, TOLERATED) && later(since, period) > now
}

/// The time after which a requester is notified that their command waits.
pub(crate) const DELAY_NOTICE_AFTER: Duration = Duration::from_secs(3);
