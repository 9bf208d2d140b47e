//! What is to be said, as values: decided in `domain::conclude` and its like, kept in the outbox, worded in `view`.

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

/// One thing to be said in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// For one person's eyes, where they asked.
    Private {
        /// To whom.
        to: Addressee,
        /// What.
        say: Reply,
    },
    /// The card of a conversation in a channel: posted once, then kept up to date.
    Card {
        /// Where.
        channel: ChannelId,
        /// What it shows.
        #[serde(alias = "face")]
        card_view: CardView,
        /// Who is told if it cannot be posted.
        #[serde(alias = "asker")]
        requester: Option<Addressee>,
    },
    /// The card as it is known, drawn again, because the channel shows less than before.
    CardAgain {
        /// Where.
        channel: ChannelId,
        /// The card's conversation.
        conversation: ConversationId,
    },
    /// The card once more, at the bottom of its channel, because its contact got in touch after it was done.
    Anew {
        /// Where.
        channel: ChannelId,
        /// What it shows.
        #[serde(alias = "face")]
        card_view: CardView,
    },
    /// What stands where a card was before it was posted anew.
    Moved {
        /// Where.
        channel: ChannelId,
        /// The card's conversation.
        conversation: ConversationId,
        /// What people call it.
        title: String,
        /// Where the card was.
        old: MessageTs,
        /// Where it is.
        new: MessageTs,
    },
    /// A line in the thread of a card.
    Line {
        /// The card's channel.
        channel: ChannelId,
        /// The card's conversation.
        conversation: ConversationId,
        /// What.
        line: ThreadEntry,
    },
    /// What a channel is told at once.
    Digest {
        /// Where.
        channel: ChannelId,
        /// What.
        digest: Box<Digest>,
    },
    /// Something of what a channel was told at once has an owner since, or needs none.
    Settled {
        /// The channel.
        channel: ChannelId,
        /// Which conversation.
        conversation: ConversationId,
        /// What happened; nothing, if it waits again.
        line: Option<ThreadEntry>,
    },
    /// A report with its picture.
    Report {
        /// Where.
        channel: ChannelId,
        /// Who asked for it.
        to: Addressee,
        /// What it says.
        report: Box<Report>,
        /// The picture, once it is uploaded.
        file: Option<FileId>,
    },
    /// A direct message.
    Direct {
        /// To whom.
        user: SlackUserId,
        /// What.
        notice: DirectMessage,
        /// The sender who hears what becomes of it, if one does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        awaited: Option<Box<Awaited>>,
    },
    /// The state of a direct message, for the answer that waits for it.
    Reported {
        /// The answer.
        answer: String,
        /// The state; nothing, if the answer has waited long enough.
        arrival: Option<Box<DeliveryReport>>,
    },
    /// What became of a conversation, for the direct messages that stand about it.
    Marked {
        /// Their reader.
        user: SlackUserId,
        /// The conversation.
        conversation: ConversationId,
        /// What they show of it from now on.
        answer: Answer,
    },
    /// A direct message shows what its reader answered.
    Answered {
        /// The reader, in the direct channel.
        to: Addressee,
        /// The message.
        ts: MessageTs,
        /// About which of its conversations.
        conversation: ConversationId,
        /// What was answered.
        answer: Answer,
        /// What is said instead if the message is too old to be changed.
        otherwise: Box<Reply>,
    },
    /// Somebody's home.
    Home {
        /// Whose.
        user: SlackUserId,
        /// What it shows.
        #[serde(alias = "face")]
        card_view: Box<HomeView>,
    },
    /// A window with a list in it.
    Window {
        /// Who has it open.
        user: SlackUserId,
        /// Which.
        view: ViewId,
        /// What it shows.
        #[serde(alias = "face")]
        card_view: Box<ListView>,
    },
    /// The window that shows who is not linked.
    People {
        /// Who has it open.
        user: SlackUserId,
        /// Which.
        view: ViewId,
        /// What it shows; or why nothing.
        #[serde(alias = "face")]
        card_view: Result<Box<PeopleView>, Refusal>,
    },
    /// A form that was opened before it was known what to show in it.
    Filled {
        /// Who has it open.
        user: SlackUserId,
        /// Which.
        view: ViewId,
        /// What people call the conversation; nothing, if there is none.
        title: Option<String>,
        /// What the form remembers, as JSON (`domain::form::FormContext`).
        context: String,
    },
    /// A link to a conversation becomes its card.
    Unfurl {
        /// Where the link stands.
        channel: ChannelId,
        /// The message with the link in it.
        ts: MessageTs,
        /// The link, to the letter as Slack gave it.
        url: String,
        /// What is shown.
        #[serde(alias = "face")]
        card_view: CardView,
    },
}

impl Message {
    /// A direct message whose sender does not wait to hear what becomes of it.
    pub fn direct(user: SlackUserId, notice: DirectMessage) -> Self {
        Self::Direct { user, notice, awaited: None }
    }
}

/// What somebody answered to what they were given, or what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// They take care of it.
    Accepted,
    /// They gave it back.
    GaveBack,
    /// They resolved it.
    Done,
    /// They are still on it.
    Kept,
    /// They need not answer any more: it is not theirs.
    Gone,
    /// The conversation moved on.
    Ended(Ended),
}

/// The end of what somebody was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// What happened.
    pub what: Ending,
    /// The actor.
    pub by: EndedBy,
    /// When.
    pub at: Timestamp,
}

/// Who ended what somebody was given.
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

/// How what somebody was given ended.
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
    /// It was not accepted in time, and returned to this person, if to one.
    Returned(Option<String>),
}

impl Answer {
    /// Whether nothing is left to be done about it here.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::GaveBack | Self::Done | Self::Ended(_))
    }
}
