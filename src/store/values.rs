//! Rows of the app's own tables, and what is stored with a verdict.

use durable_queue::{FollowUp, NewJob};
use jiff::Timestamp;

use crate::ids::{ChannelId, ConversationId, DraftId, InstallationId, MessageTs, SlackUserId};

/// What is stored in the same transaction as a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A further job.
    Enqueue(NewJob),
    /// A card is about to be posted, its place in Slack became known, or what it shows changed.
    PutCard(Card),
    /// The card was not posted and will not be. One that stands in Slack is left alone.
    DropCard {
        /// The channel it was to stand in.
        channel: ChannelId,
        /// The conversation it was to stand for.
        conversation: ConversationId,
    },
    /// Something was attempted on a conversation.
    Record(Entry),
    /// A command to be kept until its person picks or retries.
    PutDraft(Draft),
    /// A kept command was taken up: it cannot be taken up again.
    DropDraft(DraftId),
    /// A fact that follows from what was done.
    CachePut(CacheEntry),
    /// Something to be kept until somebody changes it.
    PutDocument(Document),
    /// Something need not be kept any longer.
    DropDocument {
        /// What sort of thing.
        kind: String,
        /// What it is about.
        id: String,
    },
    /// A conversation was seen. An older sight than the one that is kept changes nothing.
    Mirror(Snapshot),
    /// The other side wants no more calls for a while: nothing passes this bucket of the
    /// installation's before `until`.
    Close {
        /// The bucket.
        bucket: String,
        /// When it opens again; an earlier time than one that holds already changes nothing.
        until: Timestamp,
    },
}

impl Effect {
    /// Parts what the queue stores from what the app's own tables hold.
    pub(crate) fn part(effects: Vec<Self>) -> (Vec<FollowUp>, Vec<Self>) {
        let (mut follow_ups, mut own) = (Vec::new(), Vec::new());
        for effect in effects {
            match effect {
                Self::Enqueue(job) => follow_ups.push(FollowUp::Enqueue(job)),
                Self::Close { bucket, until } => follow_ups.push(FollowUp::Close { bucket, until }),
                effect => own.push(effect),
            }
        }
        (follow_ups, own)
    }
}

/// The Slack message that stands for a conversation in a channel. At most one per installation,
/// channel and conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The channel it stands in.
    pub channel: ChannelId,
    /// The conversation it stands for.
    pub conversation: ConversationId,
    /// The message; `None` while it waits to be posted. A known one is never forgotten for `None`.
    pub ts: Option<MessageTs>,
    /// What it shows, as JSON.
    pub card_view: String,
}

/// One line of the append-only audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it was done.
    pub at: Timestamp,
    /// Who asked for it.
    pub actor: SlackUserId,
    /// On which conversation, if one was found.
    pub conversation: Option<ConversationId>,
    /// The command's verb.
    pub verb: String,
    /// Who, from where, before, after and outcome, as JSON.
    pub detail: String,
}

/// A command kept for later, with the only person who may take it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its name.
    pub id: DraftId,
    /// The person whose command it is.
    pub actor: SlackUserId,
    /// When it was kept.
    pub at: Timestamp,
    /// The command, as JSON.
    pub body: String,
}

/// A fact read from Slack or dialnote, kept so that it need not be read again at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheEntry {
    /// What sort of fact, for example `teammate`.
    pub kind: String,
    /// What it is about, for example a user id. Unique within installation and kind.
    pub id: String,
    /// A second name to find it by, for example the member id.
    pub alias: Option<String>,
    /// When it was read.
    pub at: Timestamp,
    /// The fact, as JSON.
    pub body: String,
}

/// Something kept until somebody changes it: a setting, a person's wish, a hand-over that waits for an
/// answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What sort of thing, for example `settings`.
    pub kind: String,
    /// What it is about, for example a user id. Unique within installation and kind.
    pub id: String,
    /// When it was kept.
    pub at: Timestamp,
    /// When something is to be done about it, if ever.
    pub due: Option<Timestamp>,
    /// What is kept, as JSON.
    pub body: String,
}

/// A conversation as it was seen in dialnote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Which.
    pub conversation: ConversationId,
    /// When it was seen.
    pub at: Timestamp,
    /// How, as JSON.
    pub body: String,
}

/// A place in the mirror, which is read in the order of seeing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// Not what was seen before.
    pub at: Timestamp,
    /// Of what was seen then, not the conversations up to this one.
    pub conversation: String,
}

/// A line of the audit log with its place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// Grows from line to line.
    pub id: i64,
    /// Whose.
    pub installation: InstallationId,
    /// What.
    pub entry: Entry,
}
