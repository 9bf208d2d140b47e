//! What is to be said, as values: decided in `domain::plan`, kept in the outbox, worded in `view`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::asker::Addressee;
use crate::domain::conversation::Conversation;
use crate::domain::refusal::{About, Refusal};
use crate::ids::{ChannelId, ConversationId, DraftId, SlackUserId};

/// One thing to be said in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// For one person's eyes, where they asked.
    Private {
        /// To whom.
        to: Addressee,
        /// What.
        say: Say,
    },
    /// The card of a conversation in a channel: posted once, then kept up to date.
    Card {
        /// Where.
        channel: ChannelId,
        /// What it shows.
        face: Face,
        /// Who is told if it cannot be posted.
        asker: Option<Addressee>,
    },
    /// A line in the thread of a card.
    Line {
        /// The card's channel.
        channel: ChannelId,
        /// The card's conversation.
        conversation: ConversationId,
        /// What.
        line: Line,
    },
    /// A direct message.
    Direct {
        /// To whom.
        user: SlackUserId,
        /// What.
        notice: Notice,
    },
}

/// What a card shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Face {
    /// The conversation as it is now.
    pub conversation: Conversation,
    /// What colleagues call the owner.
    pub owner: Option<String>,
}

/// What is said to one person in answer to what they asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Say {
    /// It was done.
    Done(Deed),
    /// It was not done.
    Refused {
        /// Why not.
        why: Refusal,
        /// The note that came with it, so that it is not lost; empty if there was none.
        note: String,
    },
    /// It was done, but the note was not written.
    NoteRefused {
        /// What was done.
        deed: Deed,
        /// Why the note was not.
        why: Refusal,
        /// The note, so that it is not lost.
        note: String,
    },
    /// Several conversations fit.
    Pick {
        /// The kept command.
        draft: DraftId,
        /// The ones to choose from.
        choices: Vec<Choice>,
        /// How many more fit.
        more: usize,
    },
    /// What happened to a conversation through this app.
    History {
        /// Which.
        about: About,
        /// What, newest first.
        deeds: Vec<Told>,
    },
    /// It will be done when dialnote answers again.
    Waiting,
    /// It was tried for long and given up.
    GivenUp {
        /// What the operator can search the log for.
        reference: String,
        /// The kept command, for another try.
        draft: DraftId,
    },
    /// The card cannot be posted where the command was given.
    CardNotPosted {
        /// Where.
        channel: ChannelId,
    },
}

/// A conversation to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Which.
    pub about: About,
    /// What colleagues call the owner.
    pub owner: Option<String>,
    /// When something last happened.
    pub last_activity: Option<Timestamp>,
}

/// Something that was done, told to the one who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// To which conversation.
    pub about: About,
    /// What.
    pub what: What,
    /// What colleagues call the owner before, if there was one.
    pub from: Option<String>,
    /// Whether a note was written along with it.
    pub noted: bool,
    /// How the owner was picked, if nobody was named.
    #[serde(default)]
    pub picked: Option<Picked>,
}

/// Why it was this one of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picked {
    /// The group.
    pub group: String,
    /// How many open conversations the one who was picked had.
    pub open: usize,
}

/// What was done, seen by the one who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// I became the owner.
    Mine,
    /// Somebody else became the owner, and was told.
    Theirs(String),
    /// Somebody else became the owner together with my note, and was told.
    HandedTo(String),
    /// It went back to the queue.
    Unassigned,
    /// It is done.
    Done,
    /// It is open again.
    Reopened,
    /// It comes back then.
    Snoozed(Timestamp),
    /// It is back.
    Woken,
    /// What I did last was taken back.
    Undone(Again),
    /// A note was written, as asked.
    Noted,
    /// Nothing changed but for the note that was added.
    OnlyNoted,
}

/// What happened, for everybody who reads the card's thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What colleagues call the one who did it.
    pub actor: String,
    /// What.
    pub what: Event,
    /// The note; empty if there is none.
    pub note: String,
}

/// What happened to a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The actor took it.
    Took {
        /// The owner before.
        from: Option<String>,
    },
    /// The actor gave it to somebody.
    Assigned {
        /// The owner before.
        from: Option<String>,
        /// The owner now.
        to: String,
    },
    /// The actor handed it over with a note.
    HandedOff {
        /// The owner now.
        to: String,
    },
    /// The actor put it back into the queue.
    Unassigned {
        /// The owner before.
        from: Option<String>,
    },
    /// The actor resolved it.
    Done,
    /// The actor opened it again.
    Reopened,
    /// The actor put it away until then.
    Snoozed(Timestamp),
    /// The actor brought it back.
    Woke,
    /// The actor took back what they did last.
    Undone(Again),
    /// The actor wrote a note.
    Noted,
}

/// How something is after what was done to it was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// Owned by this person.
    OwnedBy(String),
    /// Owned by nobody.
    Queued,
    /// Open.
    Open,
    /// Done.
    Done,
    /// Snoozed.
    Snoozed,
}

/// Something that happened, as a history tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// What colleagues call the one who did it.
    pub by: String,
    /// What.
    pub what: Event,
}

/// A direct message to somebody whom another's action concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// You own it now.
    YoursNow {
        /// What colleagues call the one who did it.
        actor: String,
        /// The conversation as it is now.
        conversation: Box<Conversation>,
        /// Why; empty if nothing was said.
        note: String,
        /// Whether it was handed over rather than assigned.
        handoff: bool,
    },
    /// You own it no more.
    NotYoursNow {
        /// What colleagues call the one who did it.
        actor: String,
        /// Which.
        about: About,
        /// What colleagues call the owner now.
        to: Option<String>,
    },
    /// Somebody wrote a note on what you own.
    Noted {
        /// What colleagues call the one who did it.
        actor: String,
        /// Which.
        about: About,
        /// The note.
        note: String,
    },
}
