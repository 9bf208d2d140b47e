//! The store for one instance: the queue and the app's tables in one `SQLite` file.

mod categories;
mod copies;
mod emptying;
mod facts;
mod kept;
mod operating;
#[cfg(test)]
mod plans;
mod present;
mod schema;
mod settling;
mod waiting;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use durable_queue::DurableQueue;
use durable_queue::sqlite::{SqliteQueue, Transaction};
use jiff::Timestamp;
use rusqlite::Connection;

use crate::core::error::Fault;
use crate::core::ids::{ChannelId, ConversationId, DraftId, InstallationId, JobId, MessageTs, SlackUserId};
use crate::platform::db::data_category::{DataCategory, StoredItem};
use crate::platform::db::sqlite::schema::SCHEMA;
use crate::platform::db::{
    Audited, CacheEntry, Card, Claim, Document, Draft, Effect, Entry, NewJob, Settled, Since, Snapshot, Store, Verdict,
};

pub use self::copies::{NotRestored, backup, is_in_use, look, restore};
pub use self::present::present_state;

/// A store in one `SQLite` file. Dropping it finishes the writes that were begun and closes the file.
pub struct Sqlite {
    queue: SqliteQueue,
}

impl Sqlite {
    /// Opens the database at `path`, creating it or bringing its schema up to date if need be. A crashed process may
    /// have made calls whose effect is still to come, until `calls_end`: its jobs wait for that.
    pub async fn open(path: &Path, calls_end: Timestamp) -> Result<Self, Fault> {
        Ok(Self { queue: SqliteQueue::open(path, SCHEMA, calls_end).await? })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Fault> {
        Ok(self.queue.read(work)?)
    }

    async fn read_apart<T, W>(&self, work: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        Ok(self.queue.read_apart(work).await?)
    }

    /// Writes to the app's own tables only.
    async fn write<T, W>(&self, work: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.transact(move |transaction| work(transaction.connection())).await
    }

    async fn transact<T, W>(&self, work: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: Fn(&mut Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        Ok(self.queue.transact(work).await?)
    }
}

#[async_trait]
impl Store for Sqlite {
    fn queue(&self) -> &dyn DurableQueue {
        &self.queue
    }

    async fn settle(
        &self,
        claim: &Claim,
        verdict: Verdict,
        effects: Vec<Effect>,
        now: Timestamp,
    ) -> Result<Settled, Fault> {
        let (follow_ups, own) = Effect::part(effects);
        let settlement = self.queue.settlement(claim, verdict, follow_ups, now);
        let is_the_end = settlement.is_the_end();
        let settle = move |transaction: &mut Transaction<'_>| settling::settle(transaction, &settlement, &own);
        if is_the_end { Ok(self.queue.transact_lazily(settle).await?) } else { self.transact(settle).await }
    }

    async fn fire_due(
        &self,
        installation: &InstallationId,
        document: &Document,
        job: NewJob,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let (installation, document, job) = (installation.clone(), document.clone(), self.queue.prepare(job, now));
        self.transact(move |transaction| kept::fire_due(transaction, &installation, &document, &job)).await
    }

    async fn clear(&self, installation: &InstallationId, spared: JobId, max: usize) -> Result<usize, Fault> {
        let installation = installation.clone();
        self.transact(move |transaction| emptying::clear(transaction, &installation, spared, max)).await
    }

    async fn keep_recorded(
        &self,
        installation: &InstallationId,
        document: Document,
        entry: Entry,
        jobs: Vec<NewJob>,
    ) -> Result<(), Fault> {
        let jobs: Vec<_> = jobs.into_iter().map(|job| self.queue.prepare(job, document.at)).collect();
        let installation = installation.clone();
        self.transact(move |transaction| emptying::begin(transaction, &installation, &document, &entry, &jobs)).await
    }

    async fn begin_empty(
        &self,
        installation: &InstallationId,
        stays: &'static [&'static str],
        document: Document,
        entry: Entry,
        jobs: Vec<NewJob>,
    ) -> Result<(), Fault> {
        let jobs: Vec<_> = jobs.into_iter().map(|job| self.queue.prepare(job, document.at)).collect();
        let installation = installation.clone();
        let begin = move |transaction: &mut Transaction<'_>| {
            emptying::empty(transaction, &installation, stays)?;
            emptying::begin(transaction, &installation, &document, &entry, &jobs)
        };
        self.transact(begin).await
    }

    async fn sweep(&self, before: Timestamp, max: usize) -> Result<usize, Fault> {
        let sweep = move |transaction: &mut Transaction<'_>| {
            Ok(transaction.sweep(before, max)? + facts::sweep(transaction.connection(), before, max)?)
        };
        self.transact(sweep).await
    }

    async fn set_back(&self, by: Duration, now: Timestamp) -> Result<(), Fault> {
        let set_back = move |transaction: &mut Transaction<'_>| {
            transaction.set_back(by, now)?;
            waiting::set_back(transaction.connection(), now)
        };
        self.transact(set_back).await
    }

    async fn category(
        &self,
        installation: &InstallationId,
        category: DataCategory,
        after: &(String, String),
        max: usize,
    ) -> Result<Vec<StoredItem>, Fault> {
        let Some(list) = categories::list_of(category) else {
            let names = self.queue.buckets(installation, &after.0, max).await?;
            return Ok(names.into_iter().map(StoredItem::bucket).collect());
        };
        let (installation, after) = (installation.clone(), after.clone());
        self.read_apart(move |connection| categories::list(connection, list, &installation, &after, max)).await
    }

    async fn delete_if_unchanged(
        &self,
        installation: &InstallationId,
        category: DataCategory,
        kept: &StoredItem,
    ) -> Result<bool, Fault> {
        let Some(take) = categories::take_of(category) else {
            return Ok(self.queue.forget_bucket(installation, &kept.name.0).await?);
        };
        let (installation, kept) = (installation.clone(), kept.clone());
        self.write(move |connection| categories::delete_if_unchanged(connection, take, &installation, &kept)).await
    }

    async fn card(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        conversation: &ConversationId,
    ) -> Result<Option<Card>, Fault> {
        self.read(|connection| facts::card(connection, installation, channel, conversation))
    }

    async fn cards(&self, installation: &InstallationId, conversation: &ConversationId) -> Result<Vec<Card>, Fault> {
        self.read(|connection| facts::cards(connection, installation, conversation))
    }

    async fn draft(&self, installation: &InstallationId, id: &DraftId) -> Result<Option<Draft>, Fault> {
        self.read(|connection| facts::draft(connection, installation, id))
    }

    async fn entries(
        &self,
        installation: &InstallationId,
        conversation: &ConversationId,
        max: usize,
    ) -> Result<Vec<Entry>, Fault> {
        self.read(|connection| facts::entries(connection, installation, conversation, max))
    }

    async fn deeds(&self, installation: &InstallationId, actor: &SlackUserId, max: usize) -> Result<Vec<Entry>, Fault> {
        self.read(|connection| facts::deeds(connection, installation, actor, max))
    }

    async fn latest(
        &self,
        installation: &InstallationId,
        before: Option<i64>,
        max: usize,
    ) -> Result<Vec<Audited>, Fault> {
        self.read(|connection| kept::latest(connection, installation, before, max))
    }

    async fn cache_put(&self, installation: &InstallationId, cache_entry: CacheEntry) -> Result<(), Fault> {
        let installation = installation.clone();
        self.write(move |connection| facts::cache_put(connection, &installation, &cache_entry)).await
    }

    async fn cache_get(
        &self,
        installation: &InstallationId,
        kind: &str,
        id: &str,
    ) -> Result<Option<CacheEntry>, Fault> {
        self.read(|connection| facts::cache_get(connection, installation, kind, id))
    }

    async fn cache_get_all(
        &self,
        installation: &InstallationId,
        kind: &str,
        ids: &[&str],
    ) -> Result<Vec<CacheEntry>, Fault> {
        self.read(|connection| facts::cache_get_all(connection, installation, kind, ids))
    }

    async fn cache_find(
        &self,
        installation: &InstallationId,
        kind: &str,
        alias: &str,
    ) -> Result<Option<CacheEntry>, Fault> {
        self.read(|connection| facts::cache_find(connection, installation, kind, alias))
    }

    async fn keep(&self, installation: &InstallationId, document: Document) -> Result<(), Fault> {
        let installation = installation.clone();
        self.write(move |connection| kept::put(connection, &installation, &document)).await
    }

    async fn document(&self, installation: &InstallationId, kind: &str, id: &str) -> Result<Option<Document>, Fault> {
        self.read(|connection| kept::find(connection, installation, kind, id))
    }

    async fn documents(&self, installation: &InstallationId, kind: &str, max: usize) -> Result<Vec<Document>, Fault> {
        self.read(|connection| kept::list(connection, installation, kind, max))
    }

    async fn due_documents(&self, now: Timestamp, max: usize) -> Result<Vec<(InstallationId, Document)>, Fault> {
        self.read(|connection| kept::due_documents(connection, now, max))
    }

    async fn installations(&self, after: &InstallationId, max: usize) -> Result<Vec<InstallationId>, Fault> {
        self.read(|connection| operating::installations(connection, after, max))
    }

    async fn record(&self, installation: &InstallationId, entry: Entry) -> Result<(), Fault> {
        let installation = installation.clone();
        self.write(move |connection| facts::record(connection, &installation, &entry)).await
    }

    async fn next_installation(&self, after: &InstallationId) -> Result<Option<InstallationId>, Fault> {
        self.read(|connection| categories::next_installation(connection, after))
    }

    async fn rewrite(&self, installation: &InstallationId, document: &StoredItem, body: &str) -> Result<bool, Fault> {
        let (installation, document, body) = (installation.clone(), document.clone(), body.to_owned());
        let rewrite = move |connection: &Connection| categories::rewrite(connection, &installation, &document, &body);
        self.write(rewrite).await
    }

    async fn redact(&self, installation: &InstallationId, lines: Vec<Audited>) -> Result<usize, Fault> {
        let installation = installation.clone();
        self.write(move |connection| categories::redact(connection, &installation, &lines)).await
    }

    async fn put_snapshots(&self, installation: &InstallationId, seen: Vec<Snapshot>) -> Result<(), Fault> {
        let installation = installation.clone();
        self.write(move |connection| kept::put_snapshots(connection, &installation, &seen)).await
    }

    async fn snapshot(&self, installation: &InstallationId, id: &ConversationId) -> Result<Option<Snapshot>, Fault> {
        self.read(|connection| kept::snapshot(connection, installation, id))
    }

    async fn snapshots(
        &self,
        installation: &InstallationId,
        since: &Since,
        max: usize,
    ) -> Result<Vec<Snapshot>, Fault> {
        let (installation, since) = (installation.clone(), since.clone());
        self.read_apart(move |connection| kept::snapshots(connection, &installation, &since, max)).await
    }

    async fn card_at(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        ts: &MessageTs,
    ) -> Result<Option<Card>, Fault> {
        self.read(|connection| kept::card_at(connection, installation, channel, ts))
    }

    async fn cards_in(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        after: &MessageTs,
        max: usize,
    ) -> Result<Vec<Card>, Fault> {
        self.read(|connection| kept::cards_in(connection, installation, channel, after, max))
    }

    async fn audit(&self, after: i64, since: Timestamp, max: usize) -> Result<Vec<Audited>, Fault> {
        self.read_apart(move |connection| kept::audit(connection, after, since, max)).await
    }

    async fn forget_entries(&self, before: Timestamp, max: usize) -> Result<usize, Fault> {
        self.write(move |connection| operating::forget_entries(connection, before, max)).await
    }
}
