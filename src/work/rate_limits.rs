//! How a job is queued: what it has to pass, whose share it takes, what it makes obsolete. The
//! limits are Slack's documented ones (docs/contracts/slack-limits.json, `rate`); what Slack really
//! allows is often more, so a rest earns a generous burst.

use crate::dialnote::answer::BUCKET as DIALNOTE;
use crate::domain::job::{Job, ListJob};
use crate::domain::message::Message;
use crate::domain::request_context::Via;
use crate::slack::client::RESPONSE_URL;
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

/// The buckets a job has to pass.
pub(crate) fn buckets(job: &Job, pacing: Pacing) -> Vec<RateLimit> {
    let mut buckets = match job {
        Job::Command(_) | Job::Handover(_) | Job::Links(_) | Job::ExternalChange(_) | Job::Form(_) | Job::Look => {
            vec![unlimited(DIALNOTE)]
        }
        Job::Resume(_)
        | Job::Profile(_)
        | Job::List(_)
        | Job::Batch(_)
        | Job::Change(_)
        | Job::Digest(_)
        | Job::Left(_)
        | Job::CaughtUp(_)
        | Job::People(_)
        | Job::Linked(_)
        | Job::Untouched
        | Job::Report(_)
        | Job::Doctor(_)
        | Job::Refresh
        | Job::Shared(_)
        | Job::Removed(_)
        | Job::Ask(_)
        | Job::Message(Message::Reported { .. }) => Vec::new(),
        Job::Message(Message::Private { .. }) => vec![unlimited(RESPONSE_URL)],
        // Tier 3: 50 a minute.
        Job::Message(
            Message::Card { .. }
            | Message::CardAgain { .. }
            | Message::Answered { .. }
            | Message::Marked { .. }
            | Message::Moved { .. }
            | Message::Settled { .. },
        ) => vec![limited("chat.update", 1200, 50)],
        Job::Message(
            Message::Line { channel, .. } | Message::Digest { channel, .. } | Message::Anew { channel, .. },
        ) => posting(channel.as_str()),
        Job::Message(Message::Report { channel, .. }) => {
            let mut posting = posting(channel.as_str());
            posting.push(limited("files.completeUploadExternal", 600, 100));
            posting
        }
        Job::Message(Message::Direct { user, .. }) => posting(user.as_str()),
        // Tier 4: 100 a minute.
        Job::Message(Message::Home { .. }) => vec![limited("views.publish", 600, 100)],
        Job::Message(Message::Window { .. } | Message::Filled { .. } | Message::People { .. }) => {
            vec![limited("views.update", 600, 100)]
        }
        Job::Message(Message::Unfurl { .. }) => vec![limited("chat.unfurl", 1200, 50)],
    };
    if pacing == Pacing::AsAllowed {
        for bucket in &mut buckets {
            bucket.every_ms = 0;
        }
    }
    buckets
}

/// One message a second and channel, several hundred a minute and workspace, bursts tolerated.
fn posting(channel: &str) -> Vec<RateLimit> {
    vec![limited("chat.postMessage", 200, 100), limited(&format!("channel:{channel}"), 1000, 10)]
}

/// Whose share of the work it is: each workspace's, and within what we say each channel's and person's.
pub(crate) fn flow(job: &Job) -> String {
    match job {
        Job::Message(Message::Private { to, .. } | Message::Answered { to, .. }) => to.user.to_string(),
        Job::Message(
            Message::Direct { user, .. }
            | Message::Marked { user, .. }
            | Message::Home { user, .. }
            | Message::Window { user, .. }
            | Message::Filled { user, .. }
            | Message::People { user, .. },
        ) => user.to_string(),
        Job::Message(
            Message::Card { channel, .. }
            | Message::CardAgain { channel, .. }
            | Message::Anew { channel, .. }
            | Message::Moved { channel, .. }
            | Message::Line { channel, .. }
            | Message::Digest { channel, .. }
            | Message::Settled { channel, .. }
            | Message::Report { channel, .. }
            | Message::Unfurl { channel, .. },
        ) => channel.to_string(),
        // A thousand changed profiles are served after the next command.
        Job::Profile(_) => "profiles".to_owned(),
        _ => String::new(),
    }
}

/// Of several updates of one card, home, window, link or digest that wait, only the last matters.
pub(crate) fn fold(job: &Job) -> Option<String> {
    let mark = match job {
        Job::Message(Message::Card { .. }) => "card",
        Job::Message(Message::Home { .. }) => "home",
        Job::Message(Message::Unfurl { card_view, .. }) => return Some(format!("link {}", card_view.conversation.id)),
        Job::Message(Message::Window { .. } | Message::People { .. }) => "window",
        Job::Digest(job) if job.caught_up => "digest",
        Job::CaughtUp(_) => "caught up",
        Job::Look => "look",
        // A home that nobody looks at just now need not be drawn for each of several changes.
        Job::List(ListJob { requester, .. }) if requester.via == Via::Timer => "home",
        _ => return None,
    };
    Some(mark.to_owned())
}

fn unlimited(bucket: &str) -> RateLimit {
    RateLimit { bucket: bucket.to_owned(), every_ms: 0, burst: 1 }
}

fn limited(bucket: &str, every_ms: u32, burst: u32) -> RateLimit {
    RateLimit { bucket: bucket.to_owned(), every_ms, burst }
}
