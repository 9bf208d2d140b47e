//! What the app stores, as one trait over its databases.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use durable_queue::{
    Accepted, Claim, Delivery, DurableQueue, Limit, NewJob, Overview, Queue, Settled, Stored, Verdict,
};
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::error::Fault;
use crate::ids::{ChannelId, ConversationId, DraftId, InstallationId, JobId, MessageTs, SlackUserId};
use crate::store::data_category::{DataCategory, StoredItem};
use crate::store::values::{Audited, CacheEntry, Card, Document, Draft, Effect, Entry, Since, Snapshot};

/// The durable core. Every verb is one transaction and is scoped to an installation where it touches what belongs to
/// one; the queue's `claim` and the operator's verbs work across installations.
///
/// Every verb may answer [`Fault::Store`]; then nothing of it was stored.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Returns the queue, without the app's rows.
    fn queue(&self) -> &dyn DurableQueue;

    /// Stores what became of the job together with everything that follows from it, if the claim
    /// still holds.
    async fn settle(
        &self,
        claim: &Claim,
        verdict: Verdict,
        effects: Vec<Effect>,
        now: Timestamp,
    ) -> Result<Settled, Fault>;

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
    async fn cache_put(&self, installation: &InstallationId, cache_entry: CacheEntry) -> Result<(), Fault>;

    /// A kept fact.
    async fn cache_get(&self, installation: &InstallationId, kind: &str, id: &str)
    -> Result<Option<CacheEntry>, Fault>;

    /// A kept fact by its second name; the most recently read one if several have it.
    async fn cache_find(
        &self,
        installation: &InstallationId,
        kind: &str,
        alias: &str,
    ) -> Result<Option<CacheEntry>, Fault>;

    /// Keeps something until somebody changes it.
    async fn keep(&self, installation: &InstallationId, document: Document) -> Result<(), Fault>;

    /// Something kept.
    async fn document(&self, installation: &InstallationId, kind: &str, id: &str) -> Result<Option<Document>, Fault>;

    /// Everything kept of a kind, at most `max`, in the order of ids.
    async fn documents(&self, installation: &InstallationId, kind: &str, max: usize) -> Result<Vec<Document>, Fault>;

    /// Everything kept whose due time has come, most overdue first, at most `max`.
    async fn due_documents(&self, now: Timestamp, max: usize) -> Result<Vec<(InstallationId, Document)>, Fault>;

    /// Takes away the due time that `document` has and stores the job, unless it has another due time
    /// by now. Answers whether the job was stored.
    async fn fire_due(
        &self,
        installation: &InstallationId,
        document: &Document,
        job: NewJob,
        now: Timestamp,
    ) -> Result<bool, Fault>;

    /// The installations for which a document of the kind `installation` is kept, in the order of their ids
    /// beyond `after`, at most `max`.
    async fn installations(&self, after: &InstallationId, max: usize) -> Result<Vec<InstallationId>, Fault>;

    /// Removes what is kept for an installation but its audit log: its deliveries and jobs, also those that were
    /// given up, its documents, drafts and facts, its cards and its mirror; at most `max` of each. The job
    /// `spared` stays: it is the one that does this, and has to do it again if it dies over it. Answers how many
    /// went.
    async fn clear(&self, installation: &InstallationId, spared: JobId, max: usize) -> Result<usize, Fault>;

    /// Keeps a document, with the line of the audit log that tells of it and the jobs that follow.
    async fn keep_recorded(
        &self,
        installation: &InstallationId,
        document: Document,
        entry: Entry,
        jobs: Vec<NewJob>,
    ) -> Result<(), Fault>;

    /// The same, and everything goes that was kept for the installation until then, but for documents of the kinds
    /// in `stays`, the deliveries it made and its audit log: what was begun for it is never finished.
    async fn begin_empty(
        &self,
        installation: &InstallationId,
        stays: &'static [&'static str],
        document: Document,
        entry: Entry,
        jobs: Vec<NewJob>,
    ) -> Result<(), Fault>;

    /// Writes a line of the audit log about what no job was made for.
    async fn record(&self, installation: &InstallationId, entry: Entry) -> Result<(), Fault>;

    /// The first installation beyond `after` for which anything is kept, in the order of their ids: a document,
    /// or a line of the audit log, which stays when an installation goes.
    async fn next_installation(&self, after: &InstallationId) -> Result<Option<InstallationId>, Fault>;

    /// What is in a category of an installation, in the order of names beyond `after`, at most `max`.
    async fn category(
        &self,
        installation: &InstallationId,
        category: DataCategory,
        after: &(String, String),
        max: usize,
    ) -> Result<Vec<StoredItem>, Fault>;

    /// Takes something out of its category, if it is still what it was. Answers whether it was taken.
    async fn delete_if_unchanged(
        &self,
        installation: &InstallationId,
        category: DataCategory,
        kept: &StoredItem,
    ) -> Result<bool, Fault>;

    /// Replaces the body of a document, if it is still what it was: its due time stays. Answers whether it was
    /// replaced.
    async fn rewrite(&self, installation: &InstallationId, document: &StoredItem, body: &str) -> Result<bool, Fault>;

    /// Replaces actor and detail of lines of an installation's audit log: what happened, when and to which
    /// conversation stays. Answers how many were replaced.
    async fn redact(&self, installation: &InstallationId, lines: Vec<Audited>) -> Result<usize, Fault>;

    /// Keeps how conversations (each once) were seen. An older sight than the one that is kept changes
    /// nothing.
    async fn put_snapshots(&self, installation: &InstallationId, seen: Vec<Snapshot>) -> Result<(), Fault>;

    /// How a conversation was last seen.
    async fn snapshot(&self, installation: &InstallationId, id: &ConversationId) -> Result<Option<Snapshot>, Fault>;

    /// How conversations were last seen, if that was after `since`: in the order of seeing, at most
    /// `max`. What is being stored just now may appear later with an earlier time.
    async fn snapshots(&self, installation: &InstallationId, since: &Since, max: usize)
    -> Result<Vec<Snapshot>, Fault>;

    /// The card that a message in a channel is.
    async fn card_at(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        ts: &MessageTs,
    ) -> Result<Option<Card>, Fault>;

    /// The cards that stand in a channel as messages, in the order of their times beyond `after`, at most `max`.
    async fn cards_in(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        after: &MessageTs,
        max: usize,
    ) -> Result<Vec<Card>, Fault>;

    /// The audit log of all installations, for the operator: what was written down at `since` or later,
    /// beyond the entry `after`, in the order of writing, at most `max`.
    async fn audit(&self, after: i64, since: Timestamp, max: usize) -> Result<Vec<Audited>, Fault>;

    /// Removes deliveries, drafts and facts stored before `before`, at most `max` of each; answers
    /// how many went. Called again and again in small bites, so that it never holds up `accept`.
    async fn sweep(&self, before: Timestamp, max: usize) -> Result<usize, Fault>;

    /// Removes the oldest entries of the audit log that were written before `before`, at most `max`; answers
    /// how many went.
    async fn forget_entries(&self, before: Timestamp, max: usize) -> Result<usize, Fault>;

    /// The clock was set back by `by`, and shows `now`: what waits for a time becomes due as much earlier, and
    /// nothing was accepted, seen or learned later than now. A claim keeps its lease, and a document its due time.
    async fn set_back(&self, by: Duration, now: Timestamp) -> Result<(), Fault>;

    /// Stores a delivery and its jobs, once: [`DurableQueue::accept`].
    async fn accept(&self, delivery: Delivery, jobs: Vec<NewJob>, now: Timestamp) -> Result<Accepted, Fault> {
        Ok(self.queue().accept(delivery, jobs, now).await?)
    }

    /// Takes jobs that are due: [`DurableQueue::claim`].
    async fn claim(&self, queue: Queue, max: usize, now: Timestamp, lease: Duration) -> Result<Vec<Claim>, Fault> {
        Ok(self.queue().claim(queue, max, now, lease).await?)
    }

    /// Moves the end of a lease: [`DurableQueue::renew`].
    async fn renew(&self, claim: &Claim, until: Timestamp) -> Result<Settled, Fault> {
        Ok(self.queue().renew(claim, until).await?)
    }

    /// Returns when a job of the queue is next due: [`DurableQueue::next_due`].
    async fn next_due(&self, queue: Queue) -> Result<Option<Timestamp>, Fault> {
        Ok(self.queue().next_due(queue).await?)
    }

    /// Returns commands whose people do not know yet that they wait: [`DurableQueue::overdue`].
    async fn overdue(&self, before: Timestamp, max: usize) -> Result<Vec<Claim>, Fault> {
        Ok(self.queue().overdue(before, max).await?)
    }

    /// Stores the notice that a job waits, once: [`DurableQueue::tell`].
    async fn tell(&self, job: JobId, notice: NewJob, now: Timestamp) -> Result<bool, Fault> {
        Ok(self.queue().tell(job, notice, now).await?)
    }

    /// Makes a holder the leader, if no other is: [`DurableQueue::try_acquire_leadership`].
    async fn try_acquire_leadership(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, Fault> {
        Ok(self.queue().try_acquire_leadership(name, holder, now, until).await?)
    }

    /// Returns jobs, for the operator: [`DurableQueue::jobs`].
    async fn jobs(&self, dead: bool, after: JobId, max: usize) -> Result<Vec<Stored>, Fault> {
        Ok(self.queue().jobs(dead, after, max).await?)
    }

    /// Returns a job, for the operator: [`DurableQueue::job`].
    async fn job(&self, id: JobId) -> Result<Option<Stored>, Fault> {
        Ok(self.queue().job(id).await?)
    }

    /// Throws away a job that failed for good: [`DurableQueue::discard`].
    async fn discard(&self, id: JobId) -> Result<bool, Fault> {
        Ok(self.queue().discard(id).await?)
    }

    /// Returns the buckets that the other side has closed: [`DurableQueue::limits`].
    async fn limits(&self, now: Timestamp, max: usize) -> Result<Vec<Limit>, Fault> {
        Ok(self.queue().limits(now, max).await?)
    }

    /// Opens a closed bucket: [`DurableQueue::lift`].
    async fn lift(&self, limit: &Limit, now: Timestamp) -> Result<bool, Fault> {
        Ok(self.queue().lift(limit, now).await?)
    }

    /// Tries whether a delivery could be stored: [`DurableQueue::rehearse`].
    async fn rehearse(&self) -> Result<(), Fault> {
        Ok(self.queue().rehearse().await?)
    }

    /// Returns how much waits for one installation: [`DurableQueue::overview_of`].
    async fn overview_of(&self, installation: &InstallationId) -> Result<Overview, Fault> {
        Ok(self.queue().overview_of(installation).await?)
    }

    /// Returns how much waits: [`DurableQueue::overview`].
    async fn overview(&self) -> Result<Overview, Fault> {
        Ok(self.queue().overview().await?)
    }

    /// Returns the bell of a queue: [`DurableQueue::bell`].
    fn bell(&self, queue: Queue) -> Arc<Notify> {
        self.queue().bell(queue)
    }
}
