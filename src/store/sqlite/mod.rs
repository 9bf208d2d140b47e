//! The store for one instance: a file beside the program and nothing else to operate. It is as
//! durable as a database server, because every commit is on disk before anybody is answered, and
//! fast, because callers who wait at the same time share one commit (`writer`).
//!
//! Two processes may open the same file (a second terminal, a hand-over between releases): `SQLite`
//! takes them one at a time. The bells, however, ring only in the process that stored the job.

mod accepting;
mod categories;
mod checkpointer;
mod connection;
mod copies;
mod emptying;
mod facts;
mod file;
mod jobs;
mod kept;
mod memory;
mod operating;
mod partitions;
#[cfg(test)]
mod plans;
mod readers;
mod waiting;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::Notify;

use self::accepting::PendingAccept;
use self::checkpointer::Checkpointer;
use self::connection::ProcessLock;
pub use self::copies::{NotRestored, backup, is_in_use, look, restore};
use self::file::DatabaseFile;
use self::jobs::Settlement;
use self::memory::Memory;
use self::partitions::Partitions;
use self::readers::Readers;
use self::writer::Writer;
use super::data_category::{DataCategory, StoredItem};
use super::wakeups::Wakeups;
use super::{
    Accepted, Audited, CacheEntry, Card, Claim, Delivery, Document, Draft, Effect, Entry, Limit, NewJob, Overview,
    Queue, Settled, Since, Snapshot, Store, Stored, Verdict,
};
use crate::clock::from_millis;
use crate::error::Fault;
use crate::ids::{ChannelId, ConversationId, DraftId, InstallationId, JobId, MessageTs, SlackUserId};
use crate::store::fairness::FairScheduler;

/// How long a verb waits for its turn to write.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// The same for what somebody has to be told within 3 s (docs/contracts/slack.md §4).
const ACCEPT_TIMEOUT: Duration = Duration::from_secs(2);

/// A store in one `SQLite` file. Dropping it finishes what was handed over and closes the file.
pub struct Sqlite {
    readers: Readers,
    writer: Writer,
    wakeups: Wakeups,
    turns: FairScheduler,
    walk: Arc<Mutex<facts::Walk>>,
    /// Given up last: nobody is alone while ours may still be writing.
    _presence: ProcessLock,
}

impl Sqlite {
    /// Opens the database at `path`, creating it or bringing its schema up to date if need be. A process that died
    /// may have made calls whose effect is still to come, until `calls_end`: what it was doing waits for that.
    pub async fn open(path: &Path, calls_end: Timestamp) -> Result<Self, Fault> {
        let readers = Readers::new(path.to_owned());
        let path = path.to_owned();
        let open = move || {
            let arrival = connection::arrive(&path)?;
            let writer = connection::writer(&path)?;
            let file = DatabaseFile::at(&path)?;
            let presence = arrival.stay(|| jobs::end_leases(&writer, calls_end))?;
            // A restore may have replaced it between the two locks. From now on none can.
            file.is_there()?;
            let lines = Partitions::load(&writer).map_err(|error| fault(&error))?;
            Ok((writer, lines, connection::checkpointer(&path)?, file, presence))
        };
        let (connection, lines, checkpointer, file, presence) = tokio::task::spawn_blocking(open)
            .await
            .map_err(|error| Fault::Store(format!("the database could not be opened: {error}")))??;
        let wakeups = Wakeups::default();
        let writer = Writer::start(
            connection,
            Memory::new(lines),
            Some((file, Checkpointer::start(checkpointer)?)),
            wakeups.clone(),
        )?;
        let (turns, walk) = (FairScheduler::default(), Arc::default());
        Ok(Self { readers, writer, wakeups, turns, walk, _presence: presence })
    }

    /// How many transactions were committed so far. Compared with the number of calls, it tells how
    /// many callers share a commit.
    pub fn commits(&self) -> u64 {
        self.writer.commits()
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn accept(&self, delivery: Delivery, jobs: Vec<NewJob>, now: Timestamp) -> Result<Accepted, Fault> {
        let jobs: Vec<_> = jobs.into_iter().map(|job| self.turns.queue(job, now)).collect();
        self.writer.accept(ACCEPT_TIMEOUT, PendingAccept { delivery, jobs, now }).await
    }

    async fn claim(&self, queue: Queue, max: usize, now: Timestamp, lease: Duration) -> Result<Vec<Claim>, Fault> {
        let until = after(now, lease);
        self.writer.write(WRITE_TIMEOUT, move |connection, _| jobs::claim(connection, queue, max, now, until)).await
    }

    async fn renew(&self, claim: &Claim, until: Timestamp) -> Result<Settled, Fault> {
        let claim = claim.clone();
        self.writer.write(WRITE_TIMEOUT, move |connection, memory| jobs::renew(connection, memory, &claim, until)).await
    }

    async fn settle(
        &self,
        claim: &Claim,
        verdict: Verdict,
        effects: Vec<Effect>,
        now: Timestamp,
    ) -> Result<Settled, Fault> {
        let claim = claim.clone();
        let (mut jobs, mut others) = (Vec::new(), Vec::new());
        for effect in effects {
            match effect {
                Effect::Enqueue(job) => jobs.push(self.turns.queue(job, now)),
                other => others.push(other),
            }
        }
        self.writer
            .write(WRITE_TIMEOUT, move |connection, memory| {
                let settlement = Settlement { claim: &claim, verdict: &verdict, effects: &others, jobs: &jobs, now };
                jobs::settle(connection, memory, &settlement)
            })
            .await
    }

    async fn next_due(&self, queue: Queue) -> Result<Option<Timestamp>, Fault> {
        self.readers.read(|connection| jobs::next_due(connection, queue))
    }

    async fn overdue(&self, before: Timestamp, max: usize) -> Result<Vec<Claim>, Fault> {
        self.readers.read_apart(move |connection| jobs::overdue(connection, before, max)).await
    }

    async fn tell(&self, job: JobId, notice: NewJob, now: Timestamp) -> Result<bool, Fault> {
        let notice = self.turns.queue(notice, now);
        self.writer.write(WRITE_TIMEOUT, move |connection, memory| jobs::tell(connection, memory, job, &notice)).await
    }

    async fn card(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        conversation: &ConversationId,
    ) -> Result<Option<Card>, Fault> {
        self.readers.read(|connection| facts::card(connection, installation, channel, conversation))
    }

    async fn cards(&self, installation: &InstallationId, conversation: &ConversationId) -> Result<Vec<Card>, Fault> {
        self.readers.read(|connection| facts::cards(connection, installation, conversation))
    }

    async fn draft(&self, installation: &InstallationId, id: &DraftId) -> Result<Option<Draft>, Fault> {
        self.readers.read(|connection| facts::draft(connection, installation, id))
    }

    async fn entries(
        &self,
        installation: &InstallationId,
        conversation: &ConversationId,
        max: usize,
    ) -> Result<Vec<Entry>, Fault> {
        self.readers.read(|connection| facts::entries(connection, installation, conversation, max))
    }

    async fn deeds(&self, installation: &InstallationId, actor: &SlackUserId, max: usize) -> Result<Vec<Entry>, Fault> {
        self.readers.read(|connection| facts::deeds(connection, installation, actor, max))
    }

    async fn latest(
        &self,
        installation: &InstallationId,
        before: Option<i64>,
        max: usize,
    ) -> Result<Vec<Audited>, Fault> {
        self.readers.read(|connection| kept::latest(connection, installation, before, max))
    }

    async fn cache_put(&self, installation: &InstallationId, cache_entry: CacheEntry) -> Result<(), Fault> {
        let installation = installation.clone();
        self.writer
            .write(WRITE_TIMEOUT, move |connection, _| facts::cache_put(connection, &installation, &cache_entry))
            .await
    }

    async fn cache_get(
        &self,
        installation: &InstallationId,
        kind: &str,
        id: &str,
    ) -> Result<Option<CacheEntry>, Fault> {
        self.readers.read(|connection| facts::cache_get(connection, installation, kind, id))
    }

    async fn cache_find(
        &self,
        installation: &InstallationId,
        kind: &str,
        alias: &str,
    ) -> Result<Option<CacheEntry>, Fault> {
        self.readers.read(|connection| facts::cache_find(connection, installation, kind, alias))
    }

    async fn keep(&self, installation: &InstallationId, document: Document) -> Result<(), Fault> {
        let installation = installation.clone();
        self.writer.write(WRITE_TIMEOUT, move |connection, _| kept::put(connection, &installation, &document)).await
    }

    async fn document(&self, installation: &InstallationId, kind: &str, id: &str) -> Result<Option<Document>, Fault> {
        self.readers.read(|connection| kept::find(connection, installation, kind, id))
    }

    async fn documents(&self, installation: &InstallationId, kind: &str, max: usize) -> Result<Vec<Document>, Fault> {
        self.readers.read(|connection| kept::list(connection, installation, kind, max))
    }

    async fn due_documents(&self, now: Timestamp, max: usize) -> Result<Vec<(InstallationId, Document)>, Fault> {
        self.readers.read(|connection| kept::due_documents(connection, now, max))
    }

    async fn fire_due(
        &self,
        installation: &InstallationId,
        document: &Document,
        job: NewJob,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let (installation, document, job) = (installation.clone(), document.clone(), self.turns.queue(job, now));
        let come_due = move |connection: &Connection, memory: &mut Memory| {
            kept::fire_due(connection, memory, &installation, &document, &job)
        };
        self.writer.write(WRITE_TIMEOUT, come_due).await
    }

    async fn installations(&self, after: &InstallationId, max: usize) -> Result<Vec<InstallationId>, Fault> {
        self.readers.read(|connection| operating::installations(connection, after, max))
    }

    async fn clear(&self, installation: &InstallationId, spared: JobId, max: usize) -> Result<usize, Fault> {
        let installation = installation.clone();
        let clear = move |connection: &Connection, memory: &mut Memory| {
            emptying::clear(connection, memory, &installation, spared, max)
        };
        self.writer.write(WRITE_TIMEOUT, clear).await
    }

    async fn keep_recorded(
        &self,
        installation: &InstallationId,
        document: Document,
        entry: Entry,
        jobs: Vec<NewJob>,
    ) -> Result<(), Fault> {
        let jobs: Vec<_> = jobs.into_iter().map(|job| self.turns.queue(job, document.at)).collect();
        let installation = installation.clone();
        let keep = move |connection: &Connection, memory: &mut Memory| {
            emptying::begin(connection, memory, &installation, &(&document, &entry, &jobs))
        };
        self.writer.write(WRITE_TIMEOUT, keep).await
    }

    async fn begin_empty(
        &self,
        installation: &InstallationId,
        stays: &'static [&'static str],
        document: Document,
        entry: Entry,
        jobs: Vec<NewJob>,
    ) -> Result<(), Fault> {
        let jobs: Vec<_> = jobs.into_iter().map(|job| self.turns.queue(job, document.at)).collect();
        let installation = installation.clone();
        let begin = move |connection: &Connection, memory: &mut Memory| {
            emptying::empty(connection, memory, &installation, stays)?;
            emptying::begin(connection, memory, &installation, &(&document, &entry, &jobs))
        };
        self.writer.write(WRITE_TIMEOUT, begin).await
    }

    async fn record(&self, installation: &InstallationId, entry: Entry) -> Result<(), Fault> {
        let installation = installation.clone();
        self.writer.write(WRITE_TIMEOUT, move |connection, _| facts::record(connection, &installation, &entry)).await
    }

    async fn next_installation(&self, after: &InstallationId) -> Result<Option<InstallationId>, Fault> {
        self.readers.read(|connection| categories::next_installation(connection, after))
    }

    async fn category(
        &self,
        installation: &InstallationId,
        category: DataCategory,
        after: &(String, String),
        max: usize,
    ) -> Result<Vec<StoredItem>, Fault> {
        let (installation, after) = (installation.clone(), after.clone());
        self.readers
            .read_apart(move |connection| categories::list(connection, &installation, category, &after, max))
            .await
    }

    async fn delete_if_unchanged(
        &self,
        installation: &InstallationId,
        category: DataCategory,
        kept: &StoredItem,
    ) -> Result<bool, Fault> {
        let (installation, kept) = (installation.clone(), kept.clone());
        let take = move |connection: &Connection, _: &mut Memory| {
            categories::delete_if_unchanged(connection, &installation, category, &kept)
        };
        self.writer.write(WRITE_TIMEOUT, take).await
    }

    async fn rewrite(&self, installation: &InstallationId, document: &StoredItem, body: &str) -> Result<bool, Fault> {
        let (installation, document, body) = (installation.clone(), document.clone(), body.to_owned());
        let rewrite = move |connection: &Connection, _: &mut Memory| {
            categories::rewrite(connection, &installation, &document, &body)
        };
        self.writer.write(WRITE_TIMEOUT, rewrite).await
    }

    async fn redact(&self, installation: &InstallationId, lines: Vec<Audited>) -> Result<usize, Fault> {
        let installation = installation.clone();
        self.writer
            .write(WRITE_TIMEOUT, move |connection, _| categories::redact(connection, &installation, &lines))
            .await
    }

    async fn put_snapshots(&self, installation: &InstallationId, seen: Vec<Snapshot>) -> Result<(), Fault> {
        let installation = installation.clone();
        self.writer
            .write(WRITE_TIMEOUT, move |connection, _| kept::put_snapshots(connection, &installation, &seen))
            .await
    }

    async fn snapshot(&self, installation: &InstallationId, id: &ConversationId) -> Result<Option<Snapshot>, Fault> {
        self.readers.read(|connection| kept::snapshot(connection, installation, id))
    }

    async fn snapshots(
        &self,
        installation: &InstallationId,
        since: &Since,
        max: usize,
    ) -> Result<Vec<Snapshot>, Fault> {
        let (installation, since) = (installation.clone(), since.clone());
        self.readers.read_apart(move |connection| kept::snapshots(connection, &installation, &since, max)).await
    }

    async fn card_at(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        ts: &MessageTs,
    ) -> Result<Option<Card>, Fault> {
        self.readers.read(|connection| kept::card_at(connection, installation, channel, ts))
    }

    async fn cards_in(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        after: &MessageTs,
        max: usize,
    ) -> Result<Vec<Card>, Fault> {
        self.readers.read(|connection| kept::cards_in(connection, installation, channel, after, max))
    }

    async fn audit(&self, after: i64, since: Timestamp, max: usize) -> Result<Vec<Audited>, Fault> {
        self.readers.read_apart(move |connection| kept::audit(connection, after, since, max)).await
    }

    async fn sweep(&self, before: Timestamp, max: usize) -> Result<usize, Fault> {
        let walk = self.walk.clone();
        let sweep = move |connection: &Connection, _: &mut Memory| {
            // A walk that somebody panicked on goes on where it was.
            let mut walk = walk.lock().unwrap_or_else(PoisonError::into_inner);
            facts::sweep(connection, &mut walk, before, max)
        };
        self.writer.write(WRITE_TIMEOUT, sweep).await
    }

    async fn forget_entries(&self, before: Timestamp, max: usize) -> Result<usize, Fault> {
        self.writer.write(WRITE_TIMEOUT, move |connection, _| operating::forget_entries(connection, before, max)).await
    }

    async fn try_acquire_leadership(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, Fault> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.writer
            .write(ACCEPT_TIMEOUT, move |connection, _| {
                facts::try_acquire_leadership(connection, &name, &holder, now, until)
            })
            .await
    }

    async fn jobs(&self, dead: bool, after: JobId, max: usize) -> Result<Vec<Stored>, Fault> {
        self.readers.read_apart(move |connection| operating::jobs(connection, dead, after, max)).await
    }

    async fn job(&self, id: JobId) -> Result<Option<Stored>, Fault> {
        self.readers.read(|connection| operating::job(connection, id))
    }

    async fn discard(&self, id: JobId) -> Result<bool, Fault> {
        self.writer.write(WRITE_TIMEOUT, move |connection, _| operating::discard(connection, id)).await
    }

    async fn limits(&self, now: Timestamp, max: usize) -> Result<Vec<Limit>, Fault> {
        self.readers.read(|connection| waiting::limits(connection, now, max))
    }

    async fn lift(&self, limit: &Limit, now: Timestamp) -> Result<bool, Fault> {
        let limit = limit.clone();
        self.writer.write(WRITE_TIMEOUT, move |connection, memory| waiting::lift(connection, memory, &limit, now)).await
    }

    async fn set_back(&self, by: Duration, now: Timestamp) -> Result<(), Fault> {
        self.writer.write(WRITE_TIMEOUT, move |connection, memory| waiting::set_back(connection, memory, by, now)).await
    }

    async fn rehearse(&self) -> Result<(), Fault> {
        // A transaction that changes nothing writes nothing, and still has to get hold of the file.
        self.writer.write(ACCEPT_TIMEOUT, |_, _| Ok(())).await
    }

    async fn overview_of(&self, installation: &InstallationId) -> Result<Overview, Fault> {
        let installation = installation.clone();
        self.readers.read_apart(move |connection| jobs::overview_of(connection, &installation)).await
    }

    async fn overview(&self) -> Result<Overview, Fault> {
        self.readers.read_apart(jobs::overview).await
    }

    fn bell(&self, queue: Queue) -> Arc<Notify> {
        Arc::clone(self.wakeups.of(queue))
    }
}

fn fault(error: &rusqlite::Error) -> Fault {
    Fault::Store(error.to_string())
}

/// `SQLite`'s `LIMIT` for a number of rows.
fn limit(max: usize) -> i64 {
    i64::try_from(max).unwrap_or(i64::MAX)
}

fn after(now: Timestamp, lease: Duration) -> Timestamp {
    let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    from_millis(now.as_millisecond().saturating_add(lease))
}
