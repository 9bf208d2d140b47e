//! Settings of the work on jobs.

use std::time::Duration;

use jiff::Timestamp;

use crate::work::rate_limits::Pacing;
use crate::work::times;

/// What can be set about the work.
#[derive(Clone, Copy, Debug)]
pub struct WorkSettings {
    /// How long a command is tried before it is given up.
    pub give_up_after: Duration,
    /// How long a claim holds without a sign of life; what a dead instance was doing waits so long.
    pub lease: Duration,
    /// How fast we speak.
    pub pacing: Pacing,
    /// How many jobs of a queue run at once.
    pub parallel: usize,
    /// For how long the audit log is kept; for ever, if it is not said.
    pub keep_audit: Option<Duration>,
}

/// How long after it was decided a call may still be sent: less than half of the shortest lease, which is
/// what its job has left at least.
pub(crate) const SENT_WITHIN: Duration = Duration::from_secs(2);

/// The longest that a call may take.
pub(crate) const LONGEST_CALL: Duration = Duration::from_secs(10);

/// When the last call ends of a process that has died by `now`.
pub fn calls_end(now: Timestamp) -> Timestamp {
    times::later(now, SENT_WITHIN + LONGEST_CALL)
}

impl WorkSettings {
    /// How long a call to Slack or dialnote may take: never as long as a lease, which is looked at
    /// before each call that changes something.
    pub fn call_timeout(&self) -> Duration {
        LONGEST_CALL.min(self.lease / 2)
    }
}

impl Default for WorkSettings {
    fn default() -> Self {
        Self {
            give_up_after: Duration::from_hours(24),
            lease: Duration::from_secs(30),
            pacing: Pacing::Documented,
            parallel: 64,
            keep_audit: None,
        }
    }
}
