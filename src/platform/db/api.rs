//! The app's storage, as one trait over its databases.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use durable_queue::{
    Accepted, Claim, Delivery, DurableQueue, Limit, NewJob, Now, Overview, Queue, Settled, Stored, Verdict,
};
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::core::error::Fault;
use crate::core::ids::{ChannelId, ConversationId, DraftId, InstallationId, JobId, MessageTs, SlackUserId};
use crate::platform::db::data_category::{DataCategory, StoredItem};
use crate::platform::db::values::{Audited, CacheEntry, Card, Document, Draft, Effect, Entry, Since, Snapshot};

/// The durable core. Every method is one transaction. It is scoped to an installation where its rows belong to one; the
/// queue's `claim` and the operator's methods work across installations.
///
/// Every method may fail with [`Fault::Store`]; then nothing of it was stored.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Returns the queue, without the app's rows.
    fn queue(&self) -> &dyn DurableQueue;

    /// Stores the verdict on a job together with its effects, if the claim still holds.
    async fn settle(
        &self,
        claim: &Claim,
        verdict: Verdict,
        effects: Vec<Effect>,
        now: Timestamp,
    ) -> Result<Settled, Fault>;

    /// Returns the card of a conversation in a channel.
    async fn card(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        conversation: &ConversationId,
    ) -> Result<Option<Card>, Fault>;

    /// Returns every card of a conversation, in the order of their channels' ids.
    async fn cards(&self, installation: &InstallationId, conversation: &ConversationId) -> Result<Vec<Card>, Fault>;

    /// Returns a draft.
    async fn draft(&self, installation: &InstallationId, id: &DraftId) -> Result<Option<Draft>, Fault>;

    /// Returns the last `max` audit entries about a conversation, newest first.
    async fn entries(
        &self,
        installation: &InstallationId,
        conversation: &ConversationId,
        max: usize,
    ) -> Result<Vec<Entry>, Fault>;

    /// Returns the last `max` audit entries of one actor, newest first.
    async fn deeds(&self, installation: &InstallationId, actor: &SlackUserId, max: usize) -> Result<Vec<Entry>, Fault>;

    /// Returns the last `max` audit entries of an installation, newest first; only those before the entry `before`, if
    /// given.
    async fn latest(
        &self,
        installation: &InstallationId,
        before: Option<i64>,
        max: usize,
    ) -> Result<Vec<Audited>, Fault>;

    /// Stores a cache entry, replacing an older one with the same kind and id.
    async fn cache_put(&self, installation: &InstallationId, cache_entry: CacheEntry) -> Result<(), Fault>;

    /// Returns a cache entry.
    async fn cache_get(&self, installation: &InstallationId, kind: &str, id: &str)
    -> Result<Option<CacheEntry>, Fault>;

    /// Returns the cache entries of one kind with these ids, in any order. Ids without an entry are left out.
    async fn cache_get_all(
        &self,
        installation: &InstallationId,
        kind: &str,
        ids: &[&str],
    ) -> Result<Vec<CacheEntry>, Fault>;

    /// Returns a cache entry by its alias; the most recently read one if several have it.
    async fn cache_find(
        &self,
        installation: &InstallationId,
        kind: &str,
        alias: &str,
    ) -> Result<Option<CacheEntry>, Fault>;

    /// Stores a document, replacing the one with the same kind and id.
    async fn keep(&self, installation: &InstallationId, document: Document) -> Result<(), Fault>;

    /// Returns a document.
    async fn document(&self, installation: &InstallationId, kind: &str, id: &str) -> Result<Option<Document>, Fault>;

    /// Returns the documents of a kind, at most `max`, in the order of ids.
    async fn documents(&self, installation: &InstallationId, kind: &str, max: usize) -> Result<Vec<Document>, Fault>;

    /// Returns the documents whose due time has come, most overdue first, at most `max`.
    async fn due_documents(&self, now: Timestamp, max: usize) -> Result<Vec<(InstallationId, Document)>, Fault>;

    /// Removes the due time of `document` and stores the job, unless the document has another due time by now. Answers
    /// whether the job was stored.
    async fn fire_due(
        &self,
        installation: &InstallationId,
        document: &Document,
        job: NewJob,
        now: Timestamp,
    ) -> Result<bool, Fault>;

    /// Returns the installations that have a document of the kind `installation`, in the order of their ids beyond
    /// `after`, at most `max`.
    async fn installations(&self, after: &InstallationId, max: usize) -> Result<Vec<InstallationId>, Fault>;

    /// Removes the rows of an installation except its audit log and its version: its deliveries and jobs (dead ones,
    /// too), its documents, drafts and cache entries, its cards and its snapshots; at most `max` of each. The job
    /// `spared` stays: it is the one that does this, and has to repeat it after a crash. Returns the number of removed
    /// rows.
    async fn clear(&self, installation: &InstallationId, spared: JobId, max: usize) -> Result<usize, Fault>;

    /// Stores a document, with its line of the audit log and its follow-up jobs.
    async fn keep_recorded(
        &self,
        installation: &InstallationId,
        document: Document,
        entry: Entry,
        jobs: Vec<NewJob>,
    ) -> Result<(), Fault>;

    /// Stores the same, and removes all earlier rows of the installation except documents of the kinds in `stays`, its
    /// deliveries and its audit log: pending jobs of the installation are never finished.
    async fn begin_empty(
        &self,
        installation: &InstallationId,
        stays: &'static [&'static str],
        document: Document,
        entry: Entry,
        jobs: Vec<NewJob>,
    ) -> Result<(), Fault>;

    /// Adds a line to the audit log about an action without a job.
    async fn record(&self, installation: &InstallationId, entry: Entry) -> Result<(), Fault>;

    /// Returns the first installation beyond `after`, in the order of ids, that has any rows: a document, or a line of
    /// the audit log, which stays when an installation goes.
    async fn next_installation(&self, after: &InstallationId) -> Result<Option<InstallationId>, Fault>;

    /// Returns the items in a category of an installation, in the order of names beyond `after`, at most `max`.
    async fn category(
        &self,
        installation: &InstallationId,
        category: DataCategory,
        after: &(String, String),
        max: usize,
    ) -> Result<Vec<StoredItem>, Fault>;

    /// Removes an item from its category, if it is unchanged. Answers whether it was removed.
    async fn delete_if_unchanged(
        &self,
        installation: &InstallationId,
        category: DataCategory,
        kept: &StoredItem,
    ) -> Result<bool, Fault>;

    /// Replaces the body of a document, if it is unchanged: its due time stays. Answers whether it was replaced.
    async fn rewrite(&self, installation: &InstallationId, document: &StoredItem, body: &str) -> Result<bool, Fault>;

    /// Replaces actor and detail of lines of an installation's audit log: verb, time and conversation stay. Returns the
    /// number of replaced lines.
    async fn redact(&self, installation: &InstallationId, lines: Vec<Audited>) -> Result<usize, Fault>;

    /// Stores snapshots of conversations (each conversation once). A snapshot older than the stored one changes
    /// nothing.
    async fn put_snapshots(&self, installation: &InstallationId, seen: Vec<Snapshot>) -> Result<(), Fault>;

    /// Returns the latest snapshot of a conversation.
    async fn snapshot(&self, installation: &InstallationId, id: &ConversationId) -> Result<Option<Snapshot>, Fault>;

    /// Returns the snapshots after `since`, in the order of their times, at most `max`. A snapshot that is being stored
    /// at this moment may appear later with an earlier time.
    async fn snapshots(&self, installation: &InstallationId, since: &Since, max: usize)
    -> Result<Vec<Snapshot>, Fault>;

    /// Returns the card that a message in a channel is.
    async fn card_at(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        ts: &MessageTs,
    ) -> Result<Option<Card>, Fault>;

    /// Returns the cards with a message in a channel, in the order of their times beyond `after`, at most `max`.
    async fn cards_in(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        after: &MessageTs,
        max: usize,
    ) -> Result<Vec<Card>, Fault>;

    /// Returns the audit log of all installations, for the operator: the entries at `since` or later, beyond the entry
    /// `after`, in the order of writing, at most `max`.
    async fn audit(&self, after: i64, since: Timestamp, max: usize) -> Result<Vec<Audited>, Fault>;

    /// Removes deliveries, drafts and cache entries stored before `before`, at most `max` of each; returns the number
    /// of removed rows. Called repeatedly in small batches, so that it never holds up `accept`.
    async fn sweep(&self, before: Timestamp, max: usize) -> Result<usize, Fault>;

    /// Removes the oldest entries of the audit log that were written before `before`, at most `max`; returns their
    /// number.
    async fn forget_entries(&self, before: Timestamp, max: usize) -> Result<usize, Fault>;

    /// Adjusts times after the clock was set back by `by` to `now`: jobs with a due time become due as much earlier,
    /// and no acceptance, snapshot or cache entry is later than now. A claim keeps its lease, and a document its due
    /// time.
    async fn set_back(&self, by: Duration, now: Timestamp) -> Result<(), Fault>;

    /// Stores a delivery and its jobs, once: [`DurableQueue::accept`].
    async fn accept(&self, delivery: Delivery, jobs: Vec<NewJob>, now: Timestamp) -> Result<Accepted, Fault> {
        Ok(self.queue().accept(delivery, jobs, now).await?)
    }

    /// Takes jobs that are due: [`DurableQueue::claim`].
    async fn claim(&self, queue: Queue, max: usize, now: Timestamp, lease: Duration) -> Result<Vec<Claim>, Fault> {
        Ok(self.queue().claim(queue, max, now, lease).await?)
    }

    /// Takes jobs as soon as some are due: [`DurableQueue::claim_when_due`].
    async fn claim_when_due(&self, queue: Queue, max: usize, now: Now, lease: Duration) -> Result<Vec<Claim>, Fault> {
        Ok(self.queue().claim_when_due(queue, max, now, lease).await?)
    }

    /// Moves the end of a lease: [`DurableQueue::renew`].
    async fn renew(&self, claim: &Claim, until: Timestamp) -> Result<Settled, Fault> {
        Ok(self.queue().renew(claim, until).await?)
    }

    /// Returns when a job of the queue is next due: [`DurableQueue::next_due`].
    async fn next_due(&self, queue: Queue) -> Result<Option<Timestamp>, Fault> {
        Ok(self.queue().next_due(queue).await?)
    }

    /// Returns commands whose requesters have not yet been notified of the delay: [`DurableQueue::overdue`].
    async fn overdue(&self, before: Timestamp, max: usize) -> Result<Vec<Claim>, Fault> {
        Ok(self.queue().overdue(before, max).await?)
    }

    /// Stores the notice of a job's delay, once: [`DurableQueue::tell`].
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

    /// Deletes a dead job: [`DurableQueue::discard`].
    async fn discard(&self, id: JobId) -> Result<bool, Fault> {
        Ok(self.queue().discard(id).await?)
    }

    /// Returns the buckets closed by Slack or dialnote: [`DurableQueue::limits`].
    async fn limits(&self, now: Timestamp, max: usize) -> Result<Vec<Limit>, Fault> {
        Ok(self.queue().limits(now, max).await?)
    }

    /// Opens a closed bucket: [`DurableQueue::lift`].
    async fn lift(&self, limit: &Limit, now: Timestamp) -> Result<bool, Fault> {
        Ok(self.queue().lift(limit, now).await?)
    }

    /// Checks whether a delivery could be stored: [`DurableQueue::rehearse`].
    async fn rehearse(&self) -> Result<(), Fault> {
        Ok(self.queue().rehearse().await?)
    }

    /// Returns the size of the queue of one installation: [`DurableQueue::overview_of`].
    async fn overview_of(&self, installation: &InstallationId) -> Result<Overview, Fault> {
        Ok(self.queue().overview_of(installation).await?)
    }

    /// Returns the size of the queue: [`DurableQueue::overview`].
    async fn overview(&self) -> Result<Overview, Fault> {
        Ok(self.queue().overview().await?)
    }

    /// Returns the bell of a queue: [`DurableQueue::bell`].
    fn bell(&self, queue: Queue) -> Arc<Notify> {
        self.queue().bell(queue)
    }
}
