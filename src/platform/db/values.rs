//! Rows of the app's own tables, and the effects that are stored with a verdict.

use durable_queue::{FollowUp, NewJob};
use jiff::Timestamp;

use crate::core::ids::{ChannelId, ConversationId, DraftId, InstallationId, MessageTs, SlackUserId};
use crate::platform::db::kinds::{CacheKind, CachedFact, StoredDocument};

/// A write in the same transaction as a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A further job.
    Enqueue(NewJob),
    /// A card that is about to be posted, or whose message or content changed.
    PutCard(Card),
    /// A card that was not posted and will not be. A posted card stays.
    DropCard {
        /// The channel of the card.
        channel: ChannelId,
        /// The conversation of the card.
        conversation: ConversationId,
    },
    /// An attempt on a conversation, for the audit log.
    Record(Entry),
    /// A draft, kept until its person picks or retries.
    PutDraft(Draft),
    /// A draft that was used: it cannot be used again.
    DropDraft(DraftId),
    /// A fact that follows from the job.
    CachePut(CacheEntry),
    /// A document.
    PutDocument(Document),
    /// A document that is no longer needed.
    DropDocument {
        /// The document's kind.
        kind: String,
        /// The document's id.
        id: String,
    },
    /// A snapshot of a conversation. A snapshot older than the stored one changes nothing.
    PutSnapshot(Snapshot),
    /// A rate limit of Slack's or dialnote's: no call passes this bucket of the installation before `until`.
    Close {
        /// The bucket.
        bucket: String,
        /// The time at which the bucket opens again; an earlier time than the current one changes nothing.
        until: Timestamp,
    },
}

impl Effect {
    /// Separates the effects that the queue stores from those in the app's own tables.
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

/// The Slack message for a conversation in a channel. At most one per installation, channel and conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The channel of the message.
    pub channel: ChannelId,
    /// The conversation.
    pub conversation: ConversationId,
    /// The message; `None` until it is posted. `None` never replaces a known message.
    pub ts: Option<MessageTs>,
    /// The card's content, as JSON.
    pub card_view: String,
}

/// One line of the append-only audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The time of the action.
    pub at: Timestamp,
    /// The requester.
    pub actor: SlackUserId,
    /// The conversation, if one was found.
    pub conversation: Option<ConversationId>,
    /// The command's verb.
    pub verb: String,
    /// The person, the place, the states before and after and the outcome, as JSON.
    pub detail: String,
}

/// A command kept for later, for its own person only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The draft's id.
    pub id: DraftId,
    /// The person whose command it is.
    pub actor: SlackUserId,
    /// The time at which it was stored.
    pub at: Timestamp,
    /// The command, as JSON.
    pub body: String,
}

/// A fact read from Slack or dialnote, kept so that it need not be read again at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheEntry {
    /// The kind of fact, for example `teammate`.
    pub kind: String,
    /// The subject's id, for example a user id. Unique within installation and kind.
    pub id: String,
    /// A second name to find it by, for example the member id.
    pub alias: Option<String>,
    /// The time at which it was read.
    pub at: Timestamp,
    /// The fact, as JSON.
    pub body: String,
}

impl CacheEntry {
    /// Creates a cache entry without an alias.
    pub(crate) fn new(kind: CacheKind, id: &str, at: Timestamp, body: String) -> Self {
        Self { kind: kind.name().to_owned(), id: id.to_owned(), alias: None, at, body }
    }

    /// Creates a cache entry of a fact, without an alias.
    pub(crate) fn of<T: CachedFact>(id: &str, at: Timestamp, fact: &T) -> Self {
        Self::new(T::KIND, id, at, serde_json::to_string(fact).unwrap_or_default())
    }

    /// Returns the fact, or none if this version cannot read it.
    pub(crate) fn fact<T: CachedFact>(&self) -> Option<T> {
        serde_json::from_str(&self.body).ok()
    }
}

/// A lasting record: a setting, a person's notification preferences, a hand-off that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The kind of document, for example `settings`.
    pub kind: String,
    /// The subject's id, for example a user id. Unique within installation and kind.
    pub id: String,
    /// The time at which it was stored.
    pub at: Timestamp,
    /// The time of the next action on it, if there is one.
    pub due: Option<Timestamp>,
    /// The content, as JSON.
    pub body: String,
}

impl Document {
    /// Creates a document of a kind without a scope.
    pub(crate) fn of<T: StoredDocument>(id: &str, content: &T, at: Timestamp, due: Option<Timestamp>) -> Self {
        let body = serde_json::to_string(content).unwrap_or_default();
        Self { kind: T::KIND.name().to_owned(), id: id.to_owned(), at, due, body }
    }
}

/// A snapshot of a conversation in dialnote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The conversation.
    pub conversation: ConversationId,
    /// The time at which it was read.
    pub at: Timestamp,
    /// The conversation's state, as JSON.
    pub body: String,
}

/// A place among the snapshots, which are read in the order of their times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// The time of the place; earlier snapshots are left out.
    pub at: Timestamp,
    /// The last conversation read at that time; those up to it are left out.
    pub conversation: String,
}

/// A line of the audit log with its place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// The place; it grows from line to line.
    pub id: i64,
    /// The installation.
    pub installation: InstallationId,
    /// The entry.
    pub entry: Entry,
}
