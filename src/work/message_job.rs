//! The queueing and pacing of messages. The limits are the ones that Slack documents.

use crate::domain::job::digest_key;
use crate::domain::message::Message;
use crate::ids::{ChannelId, ConversationId};
use crate::slack::client::RESPONSE_URL;
use crate::store::Queue;
use crate::store::rate_limit::RateLimit;
use crate::work::job::JobKind;
use crate::work::rate_limits::{limited, posting, unlimited};

impl JobKind for Message {
    const KIND: &'static str = "message.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        match self {
            Self::Report { to, .. } => format!("report:{}", to.user),
            Self::Digest { channel, .. } | Self::Settled { channel, .. } => digest_key(channel),
            Self::Private { to, .. } => format!("private:{}", to.user),
            Self::Direct { user, .. } | Self::Marked { user, .. } => format!("direct:{user}"),
            Self::Answered { to, .. } => format!("direct:{}", to.user),
            Self::Reported { answer, .. } => format!("answer:{answer}"),
            Self::Home { user, .. } => format!("home:{user}"),
            Self::Window { view, .. } | Self::Filled { view, .. } | Self::People { view, .. } => format!("view:{view}"),
            Self::Unfurl { channel, ts, .. } => format!("links:{channel}:{ts}"),
            Self::Card { channel, card_view, .. } | Self::Anew { channel, card_view } => {
                card_key(channel, &card_view.conversation.id)
            }
            Self::Line { channel, conversation, .. }
            | Self::Moved { channel, conversation, .. }
            | Self::CardAgain { channel, conversation } => card_key(channel, conversation),
        }
    }

    /// Returns the channel or the person, so that each has a fair share of its own.
    fn fairness_key(&self) -> String {
        match self {
            Self::Private { to, .. } | Self::Answered { to, .. } => to.user.to_string(),
            Self::Direct { user, .. }
            | Self::Marked { user, .. }
            | Self::Home { user, .. }
            | Self::Window { user, .. }
            | Self::Filled { user, .. }
            | Self::People { user, .. } => user.to_string(),
            Self::Card { channel, .. }
            | Self::CardAgain { channel, .. }
            | Self::Anew { channel, .. }
            | Self::Moved { channel, .. }
            | Self::Line { channel, .. }
            | Self::Digest { channel, .. }
            | Self::Settled { channel, .. }
            | Self::Report { channel, .. }
            | Self::Unfurl { channel, .. } => channel.to_string(),
            Self::Reported { .. } => String::new(),
        }
    }

    /// Returns the coalesce key of an update of a card, home, window or link. Of several that wait, only the last
    /// matters.
    fn coalesce_key(&self) -> Option<String> {
        match self {
            Self::Card { .. } => Some("card".to_owned()),
            Self::Home { .. } => Some("home".to_owned()),
            Self::Unfurl { card_view, .. } => Some(format!("link {}", card_view.conversation.id)),
            Self::Window { .. } | Self::People { .. } => Some("window".to_owned()),
            _ => None,
        }
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        match self {
            Self::Reported { .. } => Vec::new(),
            Self::Private { .. } => vec![unlimited(RESPONSE_URL)],
            // Tier 3: 50 a minute.
            Self::Card { .. }
            | Self::CardAgain { .. }
            | Self::Answered { .. }
            | Self::Marked { .. }
            | Self::Moved { .. }
            | Self::Settled { .. } => vec![limited("chat.update", 1200, 50)],
            Self::Line { channel, .. } | Self::Digest { channel, .. } | Self::Anew { channel, .. } => {
                posting(channel.as_str())
            }
            Self::Report { channel, .. } => {
                let mut limits = posting(channel.as_str());
                limits.push(limited("files.completeUploadExternal", 600, 100));
                limits
            }
            Self::Direct { user, .. } => posting(user.as_str()),
            // Tier 4: 100 a minute.
            Self::Home { .. } => vec![limited("views.publish", 600, 100)],
            Self::Window { .. } | Self::Filled { .. } | Self::People { .. } => vec![limited("views.update", 600, 100)],
            Self::Unfurl { .. } => vec![limited("chat.unfurl", 1200, 50)],
        }
    }
}

fn card_key(channel: &ChannelId, conversation: &ConversationId) -> String {
    format!("card:{channel}:{conversation}")
}
