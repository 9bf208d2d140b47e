//! Rate limits of jobs. The limits are the ones that Slack documents (docs/contracts/slack-limits.json, `rate`). Slack
//! often allows more, so a pause earns a generous burst.

use crate::core::ids::ViewId;
use crate::platform::db::rate_limit::RateLimit;
pub(crate) use crate::platform::dialnote::answer::BUCKET as DIALNOTE;

/// The pace of calls to Slack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pacing {
    /// No faster than Slack documents.
    #[default]
    Documented,
    /// As fast as Slack allows: the app waits only when Slack says so.
    AsAllowed,
}

/// Returns the limits for a pace.
pub(crate) fn paced(mut limits: Vec<RateLimit>, pacing: Pacing) -> Vec<RateLimit> {
    if pacing == Pacing::AsAllowed {
        for limit in &mut limits {
            limit.every_ms = 0;
        }
    }
    limits
}

/// Returns the limits for posting: 1 message per second and channel, several hundred per minute and workspace, with
/// bursts.
pub(crate) fn posting(channel: &str) -> Vec<RateLimit> {
    vec![limited("chat.postMessage", 200, 100), limited(&format!("channel:{channel}"), 1000, 10)]
}

/// Returns the limit for updating messages. Tier 3: 50 a minute.
pub(crate) fn updating() -> RateLimit {
    limited("chat.update", 1200, 50)
}

/// Returns the limit for a view that is opened already. Tier 4: 100 a minute.
pub(crate) fn updating_views() -> RateLimit {
    limited("views.update", 600, 100)
}

/// Returns the partition key of everything that is drawn in a view.
pub(crate) fn view_key(view: &ViewId) -> String {
    format!("view:{view}")
}

/// Returns a bucket that only the other side closes.
pub(crate) fn unlimited(bucket: &str) -> RateLimit {
    RateLimit { bucket: bucket.to_owned(), every_ms: 0, burst: 1 }
}

/// Returns a bucket with room for `burst` calls, and for one more every `every_ms` milliseconds.
pub(crate) fn limited(bucket: &str, every_ms: u32, burst: u32) -> RateLimit {
    RateLimit { bucket: bucket.to_owned(), every_ms, burst }
}
