//! What must survive a crash: deliveries we acknowledged, the jobs they made, and the few facts we
//! need to do a job once. Each verb is one transaction, and time is passed in, so that every
//! backend behaves alike under the conformance suite ([`conformance`]) and on a manual clock.
//!
//! The store does not know what a job means: a body is a string to it.

mod bells;
pub mod conformance;
mod fnv;
pub mod pace;
pub mod postgres;
pub mod shelf;
pub mod sqlite;
mod turns;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::error::Fault;
use crate::ids::{ChannelId, ConversationId, DraftId, InstallationId, JobId, MessageTs, SlackUserId};
use crate::store::pace::Pace;
use crate::store::shelf::{Kept, Shelf};

/// The two queues. They are claimed apart, so that a flood of messages never delays a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Commands: what people asked for.
    Inbox,
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
    pub lane: Lane,
    /// Ordering key: jobs of one installation and lane with the same key run one at a time, oldest first.
    pub key: String,
    /// If an unfinished job with *this* key exists, the job queues up behind it under that key
    /// instead: it may have to wait for what the other one finds out.
    pub behind: Option<String>,
    /// Whose share of our work it takes from, within installation and lane: of two flows that both
    /// have jobs waiting, neither is served much more than the other.
    pub flow: String,
    /// Who waits for it.
    pub class: Class,
    /// The buckets it has to pass before it is claimed.
    pub pace: Vec<Pace>,
    /// If a job with this mark waits in the same line and nobody works on it, the new job's body
    /// replaces that one's, and no job is added: only the latest matters.
    pub fold: Option<String>,
    /// Not to be claimed before.
    pub due: Timestamp,
    /// When the delivery behind it was accepted; kept when one job continues as another.
    pub accepted: Timestamp,
    /// When the request was accepted from which it follows, if not from its own. A job that another one
    /// leaves behind when it is settled follows from the same request as that one; what is accepted follows
    /// from nothing.
    pub request: Option<Timestamp>,
    /// Whether its person was told already that it waits. A job that another one of its lane leaves
    /// behind when it is settled counts as told if that one was, even since it was claimed.
    pub told: bool,
    /// What to do, as JSON.
    pub body: String,
}

impl NewJob {
    /// A job that a person waits for and that nothing holds back: due at once, just accepted.
    pub fn new(
        installation: &InstallationId,
        lane: Lane,
        key: impl Into<String>,
        now: Timestamp,
        body: impl Into<String>,
    ) -> Self {
        Self {
            installation: installation.clone(),
            lane,
            key: key.into(),
            behind: None,
            flow: String::new(),
            class: Class::Person,
            pace: Vec::new(),
            fold: None,
            due: now,
            accepted: now,
            request: None,
            told: false,
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
    pub lane: Lane,
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
    pub unsure: bool,
    /// When the delivery behind it was accepted.
    pub accepted: Timestamp,
    /// When the request was accepted from which it follows, if not from its own.
    pub request: Option<Timestamp>,
    /// Whether its person was told that it waits.
    pub told: bool,
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
        unsure: bool,
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
    Remember(Memo),
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
    Mirror(Mirrored),
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
    pub face: String,
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
pub struct Memo {
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
pub struct Mirrored {
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
    pub lane: Lane,
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

/// The durable core. Every verb is one transaction and is scoped to an installation where it
/// touches what belongs to one; `claim` and the operator's verbs work across installations.
///
/// Every verb may answer [`Fault::Store`]; then nothing of it was stored.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Stores the delivery's key and its jobs, unless the key is known.
    async fn accept(&self, delivery: Delivery, jobs: Vec<NewJob>, now: Timestamp) -> Result<Accepted, Fault>;

    /// Takes up to `max` jobs that are due, each until `now + lease`: people's first, then in the
    /// order of their turns. A job whose ordering key has an older unfinished job is not taken. A
    /// job whose lease has ended counts as due again. A job whose buckets do not let it pass is put
    /// off until they do.
    async fn claim(&self, lane: Lane, max: usize, now: Timestamp, lease: Duration) -> Result<Vec<Claim>, Fault>;

    /// Moves the end of the lease to `until`, if the claim still holds.
    async fn renew(&self, claim: &Claim, until: Timestamp) -> Result<Settled, Fault>;

    /// Stores what became of the job together with everything that follows from it, if the claim
    /// still holds.
    async fn settle(
        &self,
        claim: &Claim,
        verdict: Verdict,
        effects: Vec<Effect>,
        now: Timestamp,
    ) -> Result<Settled, Fault>;

    /// When the next job of the lane that nothing holds back becomes due; a time that is past, if one
    /// is due already.
    async fn next_due(&self, lane: Lane) -> Result<Option<Timestamp>, Fault>;

    /// Unfinished commands accepted before `before` whose person was not told yet that they wait;
    /// oldest first, at most `max`. The claims returned hold no lease: they only describe.
    async fn overdue(&self, before: Timestamp, max: usize) -> Result<Vec<Claim>, Fault>;

    /// Marks the job as told and stores the notice, unless it is finished or was told already.
    /// Answers whether the notice was stored.
    async fn tell(&self, job: JobId, notice: NewJob, now: Timestamp) -> Result<bool, Fault>;

    /// The card of a conversation in a channel.
    async fn card(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        conversation: &ConversationId,
    ) -> Result<Option<Card>, Fault>;

    /// Every card of a conversation, in the order of their channels' ids.
    async fn cards(&self, installation: &InstallationId, conversation: &ConversationId) -> Result<Vec<Card>, Fault>;

    /// A kept command.
    async fn draft(&self, installation: &InstallationId, id: &DraftId) -> Result<Option<Draft>, Fault>;

    /// The last `max` audit entries about a conversation, newest first.
    async fn entries(
        &self,
        installation: &InstallationId,
        conversation: &ConversationId,
        max: usize,
    ) -> Result<Vec<Entry>, Fault>;

    /// The last `max` audit entries about what one person asked for, newest first.
    async fn deeds(&self, installation: &InstallationId, actor: &SlackUserId, max: usize) -> Result<Vec<Entry>, Fault>;

    /// The last `max` audit entries of an installation, newest first; before the one named `before`, if one is.
    async fn latest(
        &self,
        installation: &InstallationId,
        before: Option<i64>,
        max: usize,
    ) -> Result<Vec<Audited>, Fault>;

    /// Keeps a fact, replacing an older one about the same thing.
    async fn remember(&self, installation: &InstallationId, memo: Memo) -> Result<(), Fault>;

    /// A kept fact.
    async fn recall(&self, installation: &InstallationId, kind: &str, id: &str) -> Result<Option<Memo>, Fault>;

    /// A kept fact by its second name; the most recently read one if several have it.
    async fn recall_alias(&self, installation: &InstallationId, kind: &str, alias: &str)
    -> Result<Option<Memo>, Fault>;

    /// Keeps something until somebody changes it.
    async fn keep(&self, installation: &InstallationId, document: Document) -> Result<(), Fault>;

    /// Something kept.
    async fn document(&self, installation: &InstallationId, kind: &str, id: &str) -> Result<Option<Document>, Fault>;

    /// Everything kept of a kind, at most `max`, in the order of ids.
    async fn documents(&self, installation: &InstallationId, kind: &str, max: usize) -> Result<Vec<Document>, Fault>;

    /// Everything kept whose due time has come, most overdue first, at most `max`.
    async fn due(&self, now: Timestamp, max: usize) -> Result<Vec<(InstallationId, Document)>, Fault>;

    /// Takes away the due time that `document` has and stores the job, unless it has another due time
    /// by now. Answers whether the job was stored.
    async fn come_due(
        &self,
        installation: &InstallationId,
        document: &Document,
        job: NewJob,
        now: Timestamp,
    ) -> Result<bool, Fault>;

    /// The installations for which a document of the kind `installation` is kept, in the order of their ids
    /// beyond `after`, at most `max`.
    async fn installations(&self, after: &InstallationId, max: usize) -> Result<Vec<InstallationId>, Fault>;

    /// Removes what is kept for an installation but its jobs and its audit log: its documents, drafts and facts,
    /// its cards and its mirror; at most `max` of each. Answers how many went.
    async fn clear(&self, installation: &InstallationId, max: usize) -> Result<usize, Fault>;

    /// The first installation beyond `after` for which anything is kept, in the order of their ids: a document,
    /// or a line of the audit log, which stays when an installation goes.
    async fn next_installation(&self, after: &InstallationId) -> Result<Option<InstallationId>, Fault>;

    /// What lies on a shelf of an installation, in the order of names beyond `after`, at most `max`.
    async fn shelf(
        &self,
        installation: &InstallationId,
        shelf: Shelf,
        after: &(String, String),
        max: usize,
    ) -> Result<Vec<Kept>, Fault>;

    /// Takes something off its shelf, if it is still what it was. Answers whether it was taken.
    async fn take_off(&self, installation: &InstallationId, shelf: Shelf, kept: &Kept) -> Result<bool, Fault>;

    /// Replaces the body of a document, if it is still what it was: its due time stays. Answers whether it was
    /// replaced.
    async fn rewrite(&self, installation: &InstallationId, document: &Kept, body: &str) -> Result<bool, Fault>;

    /// Replaces actor and detail of lines of an installation's audit log: what happened, when and to which
    /// conversation stays. Answers how many were replaced.
    async fn redact(&self, installation: &InstallationId, lines: Vec<Audited>) -> Result<usize, Fault>;

    /// Keeps how conversations (each once) were seen. An older sight than the one that is kept changes
    /// nothing.
    async fn mirror(&self, installation: &InstallationId, seen: Vec<Mirrored>) -> Result<(), Fault>;

    /// How a conversation was last seen.
    async fn sight(&self, installation: &InstallationId, id: &ConversationId) -> Result<Option<Mirrored>, Fault>;

    /// How conversations were last seen, if that was after `since`: in the order of seeing, at most
    /// `max`. What is being stored just now may appear later with an earlier time.
    async fn mirrored(&self, installation: &InstallationId, since: &Since, max: usize) -> Result<Vec<Mirrored>, Fault>;

    /// The card that a message in a channel is.
    async fn card_at(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        ts: &MessageTs,
    ) -> Result<Option<Card>, Fault>;

    /// The audit log of all installations, for the operator: what was written down at `since` or later,
    /// beyond the entry `after`, in the order of writing, at most `max`.
    async fn audit(&self, after: i64, since: Timestamp, max: usize) -> Result<Vec<Audited>, Fault>;

    /// Removes deliveries, drafts and facts stored before `before`, at most `max` of each; answers
    /// how many went. Called again and again in small bites, so that it never holds up `accept`.
    async fn sweep(&self, before: Timestamp, max: usize) -> Result<usize, Fault>;

    /// Removes the oldest entries of the audit log that were written before `before`, at most `max`; answers
    /// how many went.
    async fn forget_entries(&self, before: Timestamp, max: usize) -> Result<usize, Fault>;

    /// Makes `holder` the leader called `name` until `until`, if nobody else is at `now`. Answers
    /// whether it is. For what only one instance should do at a time.
    async fn lead(&self, name: &str, holder: &str, now: Timestamp, until: Timestamp) -> Result<bool, Fault>;

    /// Jobs of all installations, for the operator, in the order of their ids beyond `after`, at most `max`:
    /// those that were given up, or those that wait.
    async fn jobs(&self, dead: bool, after: JobId, max: usize) -> Result<Vec<Stored>, Fault>;

    /// A job, whoever's it is, for the operator.
    async fn job(&self, id: JobId) -> Result<Option<Stored>, Fault>;

    /// Throws away a job that was given up. Answers whether there was one.
    async fn discard(&self, id: JobId) -> Result<bool, Fault>;

    /// How much waits.
    async fn overview(&self) -> Result<Overview, Fault>;

    /// Rings whenever a job of the lane may have become due earlier than `next_due` last said. Ask
    /// for the next ring *before* looking for work, or one may be missed.
    fn bell(&self, lane: Lane) -> Arc<Notify>;
}
