//! How a job is queued: what it has to pass, whose share it takes, what it makes obsolete. The
//! limits are Slack's documented ones (docs/contracts/slack-limits.json, `rate`); what Slack really
//! allows is often more, so a rest earns a generous burst.

pub(crate) use crate::dialnote::answer::BUCKET as DIALNOTE;
use crate::store::rate_limit::RateLimit;

/// How fast we speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pacing {
    /// No faster than Slack documents.
    #[default]
    Documented,
    /// As fast as Slack lets us: we wait only when it says so.
    AsAllowed,
}

/// The limits as they hold at this pace.
pub(crate) fn paced(mut limits: Vec<RateLimit>, pacing: Pacing) -> Vec<RateLimit> {
    if pacing == Pacing::AsAllowed {
        for limit in &mut limits {
            limit.every_ms = 0;
        }
    }
    limits
}

/// One message a second and channel, several hundred a minute and workspace, bursts tolerated.
pub(crate) fn posting(channel: &str) -> Vec<RateLimit> {
    vec![limited("chat.postMessage", 200, 100), limited(&format!("channel:{channel}"), 1000, 10)]
}

/// A bucket that only the other side closes.
pub(crate) fn unlimited(bucket: &str) -> RateLimit {
    RateLimit { bucket: bucket.to_owned(), every_ms: 0, burst: 1 }
}

/// A bucket with room for `burst` calls, and for one more every `every_ms` milliseconds.
pub(crate) fn limited(bucket: &str, every_ms: u32, burst: u32) -> RateLimit {
    RateLimit { bucket: bucket.to_owned(), every_ms, burst }
}
