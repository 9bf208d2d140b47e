//! Jobs that post and update the cards of conversations, and the entries in their threads.

use serde::{Deserialize, Serialize};

use crate::core::auto_assign::PickDelay;
use crate::core::card_view::CardView;
use crate::core::event::ThreadEntry;
use crate::core::ids::{ChannelId, ConversationId, MessageTs};
use crate::core::request_context::Addressee;
use crate::jobs::job::JobKind;
use crate::jobs::rate_limits;
use crate::platform::db::Queue;
use crate::platform::db::rate_limit::RateLimit;

/// The card of a conversation in a channel: posted once, then kept up to date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PostCard {
    /// The channel.
    pub channel: ChannelId,
    /// The content of the card.
    pub card_view: CardView,
    /// The requester, who is notified if the card cannot be posted; `None` if no one asked.
    pub requester: Option<Addressee>,
}

/// A card to redraw from its stored content, because its channel shows less than before, or because time passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RedrawCard {
    /// The channel.
    pub channel: ChannelId,
    /// The card's conversation.
    pub conversation: ConversationId,
}

/// A line to show on the card of an unassigned conversation, or to remove from it: the reason why it is not assigned
/// yet. A card that shows another state by then stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShowDelay {
    /// The channel.
    pub channel: ChannelId,
    /// The card's conversation.
    pub conversation: ConversationId,
    /// The reason; `None` if there is none any longer.
    pub delay: Option<PickDelay>,
}

/// A card to post again at the bottom of its channel, because its contact got in touch after it was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RepostCard {
    /// The channel.
    pub channel: ChannelId,
    /// The content of the card.
    pub card_view: CardView,
}

/// A pointer to the new card, in place of the old one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RetireCard {
    /// The channel.
    pub channel: ChannelId,
    /// The card's conversation.
    pub conversation: ConversationId,
    /// The conversation's name for people.
    pub title: String,
    /// The message of the old card.
    pub old: MessageTs,
    /// The message of the new card.
    pub new: MessageTs,
}

/// A thread entry under a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PostEntry {
    /// The card's channel.
    pub channel: ChannelId,
    /// The card's conversation.
    pub conversation: ConversationId,
    /// The entry.
    pub entry: ThreadEntry,
}

/// Returns the partition key of everything that is posted about a conversation in a channel.
pub(crate) fn card_key(channel: &ChannelId, conversation: &ConversationId) -> String {
    format!("card:{channel}:{conversation}")
}

impl JobKind for PostCard {
    const KIND: &'static str = "post_card.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        card_key(&self.channel, &self.card_view.conversation.id)
    }

    fn fairness_key(&self) -> String {
        self.channel.to_string()
    }

    /// Returns one key for all updates of the card: of several that wait, only the last matters.
    fn coalesce_key(&self) -> Option<String> {
        Some("card".to_owned())
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::updating()]
    }
}

impl JobKind for RedrawCard {
    const KIND: &'static str = "redraw_card.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        card_key(&self.channel, &self.conversation)
    }

    fn fairness_key(&self) -> String {
        self.channel.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::updating()]
    }
}

impl JobKind for ShowDelay {
    const KIND: &'static str = "show_delay.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        card_key(&self.channel, &self.conversation)
    }

    fn fairness_key(&self) -> String {
        self.channel.to_string()
    }

    fn coalesce_key(&self) -> Option<String> {
        Some("delay".to_owned())
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::updating()]
    }
}

impl JobKind for RepostCard {
    const KIND: &'static str = "repost_card.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        card_key(&self.channel, &self.card_view.conversation.id)
    }

    fn fairness_key(&self) -> String {
        self.channel.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        rate_limits::posting(self.channel.as_str())
    }
}

impl JobKind for RetireCard {
    const KIND: &'static str = "retire_card.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        card_key(&self.channel, &self.conversation)
    }

    fn fairness_key(&self) -> String {
        self.channel.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::updating()]
    }
}

impl JobKind for PostEntry {
    const KIND: &'static str = "post_entry.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        card_key(&self.channel, &self.conversation)
    }

    fn fairness_key(&self) -> String {
        self.channel.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        rate_limits::posting(self.channel.as_str())
    }
}
