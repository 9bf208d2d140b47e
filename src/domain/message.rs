//! Messages as values: decided in `domain::conclude` and its siblings, kept in the outbox, worded in `view`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::card_view::{CardView, Digest};
use crate::domain::delivery::{Awaited, DeliveryReport};
use crate::domain::direct_message::DirectMessage;
use crate::domain::event::ThreadEntry;
use crate::domain::refusal::Refusal;
use crate::domain::reply::{HomeView, ListView, PeopleView, Reply};
use crate::domain::report::Report;
use crate::domain::request_context::Addressee;
use crate::ids::{ChannelId, ConversationId, FileId, MessageTs, SlackUserId, ViewId};

/// A message for one place in Slack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// An answer that only the requester sees, where they asked.
    Private {
        /// The receiver.
        to: Addressee,
        /// The answer.
        say: Reply,
    },
    /// The card of a conversation in a channel: posted once, then kept up to date.
    Card {
        /// The channel.
        channel: ChannelId,
        /// The content of the card.
        #[serde(alias = "face")]
        card_view: CardView,
        /// The requester, who is notified if the card cannot be posted; `None` if no one asked.
        #[serde(alias = "asker")]
        requester: Option<Addressee>,
    },
    /// The card redrawn from its stored content, because the channel shows less than before.
    CardAgain {
        /// The channel.
        channel: ChannelId,
        /// The card's conversation.
        conversation: ConversationId,
    },
    /// The card posted again at the bottom of its channel, because its contact got in touch after it was done.
    Anew {
        /// The channel.
        channel: ChannelId,
        /// The content of the card.
        #[serde(alias = "face")]
        card_view: CardView,
    },
    /// A pointer to the new card, in place of the old one.
    Moved {
        /// The channel.
        channel: ChannelId,
        /// The card's conversation.
        conversation: ConversationId,
        /// The conversation's name for people.
        title: String,
        /// The message of the old card.
        old: MessageTs,
        /// The message of the new card.
        new: MessageTs,
    },
    /// A thread entry under a card.
    Line {
        /// The card's channel.
        channel: ChannelId,
        /// The card's conversation.
        conversation: ConversationId,
        /// The entry.
        line: ThreadEntry,
    },
    /// A digest or reminder for a channel.
    Digest {
        /// The channel.
        channel: ChannelId,
        /// The content.
        digest: Box<Digest>,
    },
    /// An update of a channel's digest: one of its conversations got an owner, or no longer needs one.
    Settled {
        /// The channel.
        channel: ChannelId,
        /// The conversation.
        conversation: ConversationId,
        /// The change; `None` if the conversation is unassigned again.
        line: Option<ThreadEntry>,
    },
    /// A report with its picture.
    Report {
        /// The channel.
        channel: ChannelId,
        /// The requester.
        to: Addressee,
        /// The content of the report.
        report: Box<Report>,
        /// The picture, once it is uploaded.
        file: Option<FileId>,
    },
    /// A direct message.
    Direct {
        /// The receiver.
        user: SlackUserId,
        /// The content.
        notice: DirectMessage,
        /// The sender to whom the delivery is reported, if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        awaited: Option<Box<Awaited>>,
    },
    /// The delivery state of a direct message, for the pending answer.
    Reported {
        /// The id of the pending answer.
        answer: String,
        /// The state; `None` if the answer has waited long enough.
        arrival: Option<Box<DeliveryReport>>,
    },
    /// A new state of a conversation, for the direct messages about it.
    Marked {
        /// Their reader.
        user: SlackUserId,
        /// The conversation.
        conversation: ConversationId,
        /// The state that they show from now on.
        answer: Answer,
    },
    /// A reader's answer, shown in the direct message that asked for it.
    Answered {
        /// The reader, in the direct channel.
        to: Addressee,
        /// The message.
        ts: MessageTs,
        /// The conversation that was answered; the message may list several.
        conversation: ConversationId,
        /// The answer.
        answer: Answer,
        /// The reply that is sent instead if the message is too old to be changed.
        otherwise: Box<Reply>,
    },
    /// A person's Home tab.
    Home {
        /// The person.
        user: SlackUserId,
        /// The content of the tab.
        #[serde(alias = "face")]
        card_view: Box<HomeView>,
    },
    /// A window with a list in it.
    Window {
        /// The person who has the window open.
        user: SlackUserId,
        /// The window's view.
        view: ViewId,
        /// The content of the list.
        #[serde(alias = "face")]
        card_view: Box<ListView>,
    },
    /// The window that shows the unlinked people.
    People {
        /// The person who has the window open.
        user: SlackUserId,
        /// The window's view.
        view: ViewId,
        /// The content of the window, or the reason why there is none.
        #[serde(alias = "face")]
        card_view: Result<Box<PeopleView>, Refusal>,
    },
    /// A form that was opened before its content was known.
    Filled {
        /// The person who has the form open.
        user: SlackUserId,
        /// The form's view.
        view: ViewId,
        /// The conversation's name for people; `None` if there is no conversation.
        title: Option<String>,
        /// The form's context, as JSON (`domain::form::FormContext`).
        context: String,
    },
    /// A link to a conversation, unfurled as its card.
    Unfurl {
        /// The channel with the link.
        channel: ChannelId,
        /// The message with the link in it.
        ts: MessageTs,
        /// The link, exactly as Slack gave it.
        url: String,
        /// The content of the card.
        #[serde(alias = "face")]
        card_view: CardView,
    },
}

impl Message {
    /// Returns a direct message whose sender does not wait for its delivery state.
    pub fn direct(user: SlackUserId, notice: DirectMessage) -> Self {
        Self::Direct { user, notice, awaited: None }
    }
}

/// A reader's answer to an assignment, or a later state of its conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The reader accepted it.
    Accepted,
    /// The reader declined it.
    GaveBack,
    /// The reader marked it done.
    Done,
    /// The reader is still working on it.
    Kept,
    /// The reader need not answer: the conversation is no longer theirs.
    Gone,
    /// The conversation moved on without the reader's answer.
    Ended(Ended),
}

/// The end of a reader's assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The kind of end.
    pub what: Ending,
    /// The actor.
    pub by: EndedBy,
    /// The time of the end.
    pub at: Timestamp,
}

/// The actor who ended a reader's assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The reader.
    You,
    /// A colleague, by name.
    Colleague(String),
    /// Someone in dialnote.
    Dialnote,
    /// No one: time passed.
    Time,
}

/// The kind of end of a reader's assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It has another owner.
    Reassigned(String),
    /// Another person took it over.
    LeaseLost,
    /// It is unassigned.
    Unassigned,
    /// It is done.
    Done,
    /// It was not accepted in time, and returned to this person; `None` if to no one.
    Returned(Option<String>),
}

impl Answer {
    /// Answers whether the reader has nothing left to do about it in this message.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::GaveBack | Self::Done | Self::Ended(_))
    }
}
