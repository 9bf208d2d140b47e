//! What goes into a store and comes out of it.

use jiff::Timestamp;

use crate::ids::{ChannelId, ConversationId, DraftId, InstallationId, JobId, MessageTs, SlackUserId};
use crate::store::rate_limit::RateLimit;

/// The two queues. They are claimed apart, so that a flood of messages never keeps commands from being carried
/// out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Commands: what people asked for.
    Work,
    /// Messages: what is to be said in Slack.
    Outbox,
}

/// Who waits for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A person. Served before everything of the other class.
    Person,
    /// Nobody in particular: a machine noticed something.
    Machine,
}

/// One verified inbound request, named by what makes it unique (a trigger id, an event id).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Whose request.
    pub installation: InstallationId,
    /// Unique within the installation; a second delivery with this key is a duplicate.
    pub key: String,
}

/// Whether a delivery was seen for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// Its jobs are stored: from here on nothing is lost.
    New,
    /// It was accepted before: nothing was stored.
    Duplicate,
}

/// A job to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// Whose job.
    pub installation: InstallationId,
    /// Which queue.
    pub queue: Queue,
    /// Ordering key: jobs of one installation and queue with the same key run one at a time, oldest first.
    pub key: String,
    /// If an unfinished job with *this* key exists, the job queues up behind it under that key
    /// instead: it may have to wait for what the other one finds out.
    pub after_key: Option<String>,
    /// Whose share of our work it takes from, within installation and queue: of two flows that both
    /// have jobs waiting, neither is served much more than the other.
    pub fairness_key: String,
    /// Whether it is served in the turn of the job that leaves it behind when it is settled, if both are of one
    /// queue: what was begun is finished before more is begun.
    pub inherits_priority: bool,
    /// Who waits for it.
    pub class: Class,
    /// The buckets it has to pass before it is claimed.
    pub rate_limits: Vec<RateLimit>,
    /// If a job with this mark waits in the same line and nobody works on it, the new job's body
    /// replaces that one's, and no job is added: only the latest matters.
    pub coalesce_key: Option<String>,
    /// Not to be claimed before.
    pub due: Timestamp,
    /// When the delivery behind it was accepted; kept when one job continues as another.
    pub accepted: Timestamp,
    /// When the request was accepted from which it follows, if not from its own. A job that another one
    /// leaves behind when it is settled follows from the same request as that one; what is accepted follows
    /// from nothing.
    pub request: Option<Timestamp>,
    /// Whether its person was told already that it waits. A job that another one of its queue leaves
    /// behind when it is settled counts as told if that one was, even since it was claimed.
    pub delay_notified: bool,
    /// What to do, as JSON.
    pub body: String,
}

impl NewJob {
    /// A job that a person waits for and that nothing holds back: due at once, just accepted.
    pub fn new(
        installation: &InstallationId,
        queue: Queue,
        key: impl Into<String>,
        now: Timestamp,
        body: impl Into<String>,
    ) -> Self {
        Self {
            installation: installation.clone(),
            queue,
            key: key.into(),
            after_key: None,
            fairness_key: String::new(),
            inherits_priority: false,
            class: Class::Person,
            rate_limits: Vec::new(),
            coalesce_key: None,
            due: now,
            accepted: now,
            request: None,
            delay_notified: false,
            body: body.into(),
        }
    }
}

/// The right to work on one job until the lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The job.
    pub id: JobId,
    /// Whose job.
    pub installation: InstallationId,
    /// Which queue.
    pub queue: Queue,
    /// The ordering key it runs under.
    pub key: String,
    /// Grows with every claim of the job; a settlement with an older fence is void.
    pub fence: i64,
    /// When the lease ends.
    pub until: Timestamp,
    /// How often it was claimed, this time included; 1 at the first claim.
    pub attempt: u32,
    /// Whether an earlier attempt at the current step may have had its effect: it ended in a
    /// [`Verdict::Retry`] that says so, or with its lease.
    pub outcome_unknown: bool,
    /// When the delivery behind it was accepted.
    pub accepted: Timestamp,
    /// When the request was accepted from which it follows, if not from its own.
    pub request: Option<Timestamp>,
    /// Whether its person was told that it waits.
    pub delay_notified: bool,
    /// What to do, as JSON.
    pub body: String,
}

impl Claim {
    /// When the request was accepted from which it follows: what all that follows from one has in common.
    pub fn request(&self) -> Timestamp {
        self.request.unwrap_or(self.accepted)
    }
}

/// What became of a claimed job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Finished: the job is removed and the next one with its key may run.
    Done,
    /// One step is behind it: the new body replaces the old one, and the claim goes on until the
    /// given time.
    Continue {
        /// The job as it stands after the step.
        body: String,
        /// New end of the lease.
        until: Timestamp,
    },
    /// To be claimed again at `due`; keeps its place in the order.
    Retry {
        /// Not to be claimed before.
        due: Timestamp,
        /// Why, for the operator.
        cause: String,
        /// Whether the failed attempt may have had its effect all the same.
        outcome_unknown: bool,
    },
    /// Given up: kept with its cause for the operator; the next one with its key may run.
    Dead {
        /// Why, for the operator.
        cause: String,
    },
}

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

/// Whether a settlement took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Verdict and effects are stored.
    Applied,
    /// The lease had ended and the job was claimed again (or settled) by somebody else: nothing was stored.
    LostLease,
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

/// A job as it is stored, for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The job.
    pub id: JobId,
    /// Whose job.
    pub installation: InstallationId,
    /// Which queue.
    pub queue: Queue,
    /// The ordering key it runs under.
    pub key: String,
    /// Whether it was given up.
    pub dead: bool,
    /// Not to be claimed before; the end of the lease, if somebody works on it.
    pub due: Timestamp,
    /// How often it was claimed.
    pub attempt: u32,
    /// When the delivery behind it was accepted.
    pub accepted: Timestamp,
    /// Why it was last put off, or given up.
    pub cause: Option<String>,
    /// What to do, as JSON.
    pub body: String,
}

/// How much waits, for the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Commands not finished.
    pub inbox: u64,
    /// Messages not delivered.
    pub outbox: u64,
    /// Jobs given up and kept.
    pub dead: u64,
    /// When the oldest unfinished job was accepted.
    pub oldest: Option<Timestamp>,
}

/// A bucket that the other side has closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Whose.
    pub installation: InstallationId,
    /// Its name.
    pub bucket: String,
    /// When it opens.
    pub until: Timestamp,
}
