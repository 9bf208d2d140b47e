//! Settings of the work on jobs.

use std::time::Duration;

use jiff::Timestamp;

use crate::core::times;
use crate::jobs::rate_limits::Pacing;

/// The operator's settings for the work on jobs.
#[derive(Clone, Copy, Debug)]
pub struct WorkSettings {
    /// The time after which a command is no longer retried.
    pub give_up_after: Duration,
    /// The time for which a claim holds without a sign of life. The work of an instance that died waits so long.
    pub lease: Duration,
    /// The pace of calls to Slack.
    pub pacing: Pacing,
    /// The number of jobs of a queue that run at once.
    pub parallel: usize,
    /// The retention of the audit log, which is kept forever if this is none.
    pub keep_audit: Option<Duration>,
}

/// The time after the decision within which a call may still be sent. It is less than half of the shortest lease, which
/// is the least that the job has left.
pub(crate) const SENT_WITHIN: Duration = Duration::from_secs(2);

/// The longest duration of a call.
pub(crate) const LONGEST_CALL: Duration = Duration::from_secs(10);

/// Returns the time at which the last call ends of a process that has died by `now`.
pub(crate) fn calls_end(now: Timestamp) -> Timestamp {
    times::later(now, SENT_WITHIN + LONGEST_CALL)
}

impl WorkSettings {
    /// Returns the timeout of a call to Slack or dialnote. It is shorter than a lease, which is checked before each
    /// call that changes something.
    pub(crate) fn call_timeout(&self) -> Duration {
        LONGEST_CALL.min(self.lease / 2)
    }
}

impl Default for WorkSettings {
    fn default() -> Self {
        Self {
            give_up_after: Duration::from_secs(24 * 60 * 60),
            lease: Duration::from_secs(30),
            pacing: Pacing::Documented,
            parallel: 64,
            keep_audit: None,
        }
    }
}
