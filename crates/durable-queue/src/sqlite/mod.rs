//! The queue for one instance: a file beside the program, and nothing else to operate. It is as durable as a database
//! server, because every commit is on disk before a caller is answered. It is fast, because callers who wait at the
//! same time share one commit (`writer`).
//!
//! Two processes may open the same file (a second terminal, two releases at a change of version): `SQLite` takes them
//! one at a time. The bells, however, ring only in the process that stored the job.

mod accepting;
mod buckets;
mod checkpointer;
mod connection;
mod emptying;
mod fault;
mod file;
mod jobs;
mod memory;
mod migrating;
mod operating;
mod partitions;
#[cfg(test)]
mod plans;
mod readers;
mod transaction;
mod waiting;
mod writer;

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::Notify;

use self::accepting::PendingAccept;
use self::checkpointer::Checkpointer;
use self::connection::ProcessLock;
pub use self::connection::{LOCK, alone, share_owner};
use self::fault::fault;
use self::file::DatabaseFile;
use self::memory::Memory;
pub use self::migrating::history;
use self::partitions::Partitions;
use self::readers::Readers;
pub use self::transaction::Transaction;
use self::writer::Writer;
use crate::clock::end_of;
use crate::fairness::FairScheduler;
use crate::schema::{Migration, Schema};
use crate::wakeups::Wakeups;
use crate::{
    Accepted, Claim, Delivery, DurableQueue, FollowUp, JobId, Limit, NewJob, Now, Overview, Queue, QueueError,
    QueuedJob, Settled, Settlement, Stored, TenantId, Verdict,
};

/// Time that a verb waits for its turn to write.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// The same for verbs whose caller must answer someone within 3 s.
const ACCEPT_TIMEOUT: Duration = Duration::from_secs(2);

/// The queue's tables.
pub const QUEUE: Migration = Migration { name: "queue", sql: include_str!("../../migrations/sqlite/1_queue.sql") };

/// The versions of tenants, which claims carry. A schema has it after [`QUEUE`].
pub const VERSIONS: Migration =
    Migration { name: "versions", sql: include_str!("../../migrations/sqlite/3_versions.sql") };

/// The schema of a database that holds nothing else.
pub const SCHEMA: Schema = &[QUEUE, VERSIONS];

/// A queue in one `SQLite` file. Dropping it finishes the work it has received and closes the file.
pub struct SqliteQueue {
    readers: Readers,
    writer: Writer,
    wakeups: Wakeups,
    turns: FairScheduler,
    /// Released last: no other process is alone while ours may still be writing.
    _presence: ProcessLock,
}

impl SqliteQueue {
    /// Opens the database at `path`, creates it or brings its schema up to date if necessary. A process that died may
    /// have made calls whose effect happens as late as `calls_end`: its jobs wait for that.
    ///
    /// The schema begins with [`QUEUE`]. It has [`VERSIONS`] and the app's own migrations in the order of their making.
    pub async fn open(path: &Path, schema: Schema, calls_end: Timestamp) -> Result<Self, QueueError> {
        let readers = Readers::new(path.to_owned());
        let path = path.to_owned();
        let open = move || {
            let arrival = connection::arrive(&path)?;
            let writer = connection::writer(&path, schema)?;
            let file = DatabaseFile::at(&path)?;
            let presence = arrival.stay(|| jobs::end_leases(&writer, calls_end))?;
            // A restore may have replaced it between the two locks. From now on none can.
            file.is_there()?;
            let lines = Partitions::load(&writer).map_err(|error| fault(&error))?;
            Ok((writer, lines, connection::checkpointer(&path)?, file, presence))
        };
        let (connection, lines, checkpointer, file, presence) = tokio::task::spawn_blocking(open)
            .await
            .map_err(|error| QueueError::new(format!("the database could not be opened: {error}")))??;
        let wakeups = Wakeups::default();
        let writer = Writer::start(
            connection,
            Memory::new(lines),
            Some((file, Checkpointer::start(checkpointer)?)),
            wakeups.clone(),
        )?;
        Ok(Self { readers, writer, wakeups, turns: FairScheduler::default(), _presence: presence })
    }

    /// Runs `work` as part of the writer's next transaction and answers after its commit. Of the operations that share
    /// the transaction, one that fails is undone alone. `work` may run twice, and should have no effect except on the
    /// database.
    pub async fn transact<T, W>(&self, work: W) -> Result<T, QueueError>
    where
        T: Send + 'static,
        W: Fn(&mut Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        self.write(move |connection, memory| work(&mut Transaction::new(connection, memory))).await
    }

    /// Does the same, but waits some milliseconds for other work to share its transaction. If the caller stops waiting
    /// before, nothing is stored.
    pub async fn transact_lazily<T, W>(&self, work: W) -> Result<T, QueueError>
    where
        T: Send + 'static,
        W: Fn(&mut Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        let work = move |connection: &Connection, memory: &mut Memory| work(&mut Transaction::new(connection, memory));
        self.writer.write_lazily(WRITE_TIMEOUT, work).await
    }

    /// Runs a query by key on the thread of the caller: it takes some microseconds.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, QueueError> {
        self.readers.read(work)
    }

    /// Runs a query over many rows on a thread that may block.
    pub async fn read_apart<T, W>(&self, work: W) -> Result<T, QueueError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.readers.read_apart(work).await
    }

    /// Prepares a job for [`Transaction::enqueue`].
    pub fn prepare(&self, job: NewJob, now: Timestamp) -> QueuedJob {
        self.turns.queue(job, now)
    }

    /// Prepares a verdict for [`Transaction::settle`].
    pub fn settlement(&self, claim: &Claim, verdict: Verdict, follow_ups: Vec<FollowUp>, now: Timestamp) -> Settlement {
        self.turns.settlement(claim, verdict, follow_ups, now)
    }

    /// Returns the number of transactions committed so far. Compared with the number of calls, it shows how many
    /// callers share a commit.
    pub fn commits(&self) -> u64 {
        self.writer.commits()
    }

    async fn write<T, W>(&self, work: W) -> Result<T, QueueError>
    where
        T: Send + 'static,
        W: Fn(&Connection, &mut Memory) -> rusqlite::Result<T> + Send + 'static,
    {
        self.writer.write(WRITE_TIMEOUT, work).await
    }
}

#[async_trait]
impl DurableQueue for SqliteQueue {
    async fn accept(&self, delivery: Delivery, jobs: Vec<NewJob>, now: Timestamp) -> Result<Accepted, QueueError> {
        let jobs: Vec<_> = jobs.into_iter().map(|job| self.turns.queue(job, now)).collect();
        self.writer.accept(ACCEPT_TIMEOUT, PendingAccept { delivery, jobs, now }).await
    }

    async fn claim(&self, queue: Queue, max: usize, now: Timestamp, lease: Duration) -> Result<Vec<Claim>, QueueError> {
        let until = end_of(lease, now);
        self.write(move |connection, _| jobs::claim(connection, queue, max, now, until)).await
    }

    async fn claim_when_due(
        &self,
        queue: Queue,
        max: usize,
        now: Now,
        lease: Duration,
    ) -> Result<Vec<Claim>, QueueError> {
        let bell = self.bell(queue);
        let claim = move |connection: &Connection, _: &mut Memory| {
            let now = now();
            jobs::claim(connection, queue, max, now, end_of(lease, now))
        };
        let mut claimed = pin!(self.writer.write_when_woken(queue, claim));
        tokio::select! {
            biased;
            claims = &mut claimed => return claims,
            () = bell.notified() => {}
        }
        let wake = move |_: &Connection, memory: &mut Memory| {
            memory.pending.wake(queue);
            Ok(())
        };
        self.write(wake).await?;
        claimed.await
    }

    async fn renew(&self, claim: &Claim, until: Timestamp) -> Result<Settled, QueueError> {
        let claim = claim.clone();
        self.write(move |connection, memory| jobs::renew(connection, memory, &claim, until)).await
    }

    async fn settle(
        &self,
        claim: &Claim,
        verdict: Verdict,
        follow_ups: Vec<FollowUp>,
        now: Timestamp,
    ) -> Result<Settled, QueueError> {
        let settlement = self.turns.settlement(claim, verdict, follow_ups, now);
        if settlement.is_the_end() {
            return self.transact_lazily(move |transaction| transaction.settle(&settlement)).await;
        }
        self.transact(move |transaction| transaction.settle(&settlement)).await
    }

    async fn next_due(&self, queue: Queue) -> Result<Option<Timestamp>, QueueError> {
        self.readers.read(|connection| jobs::next_due(connection, queue))
    }

    async fn overdue(&self, before: Timestamp, max: usize) -> Result<Vec<Claim>, QueueError> {
        self.readers.read_apart(move |connection| jobs::overdue(connection, before, max)).await
    }

    async fn tell(&self, job: JobId, notice: NewJob, now: Timestamp) -> Result<bool, QueueError> {
        let notice = self.turns.queue(notice, now);
        self.write(move |connection, memory| jobs::tell(connection, memory, job, &notice)).await
    }

    async fn try_acquire_leadership(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, QueueError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        let lead = move |connection: &Connection, _: &mut Memory| {
            operating::try_acquire_leadership(connection, &name, &holder, now, until)
        };
        self.writer.write(ACCEPT_TIMEOUT, lead).await
    }

    async fn jobs(&self, dead: bool, after: JobId, max: usize) -> Result<Vec<Stored>, QueueError> {
        self.readers.read_apart(move |connection| operating::jobs(connection, dead, after, max)).await
    }

    async fn job(&self, id: JobId) -> Result<Option<Stored>, QueueError> {
        self.readers.read(|connection| operating::job(connection, id))
    }

    async fn discard(&self, id: JobId) -> Result<bool, QueueError> {
        self.write(move |connection, _| operating::discard(connection, id)).await
    }

    async fn limits(&self, now: Timestamp, max: usize) -> Result<Vec<Limit>, QueueError> {
        self.readers.read(|connection| waiting::limits(connection, now, max))
    }

    async fn lift(&self, limit: &Limit, now: Timestamp) -> Result<bool, QueueError> {
        let limit = limit.clone();
        self.write(move |connection, memory| waiting::lift(connection, memory, &limit, now)).await
    }

    async fn buckets(&self, tenant: &TenantId, after: &str, max: usize) -> Result<Vec<String>, QueueError> {
        let (tenant, after) = (tenant.clone(), after.to_owned());
        self.readers.read_apart(move |connection| buckets::names(connection, &tenant, &after, max)).await
    }

    async fn forget_bucket(&self, tenant: &TenantId, bucket: &str) -> Result<bool, QueueError> {
        let (tenant, bucket) = (tenant.clone(), bucket.to_owned());
        self.write(move |connection, _| buckets::forget(connection, &tenant, &bucket)).await
    }

    async fn set_back(&self, by: Duration, now: Timestamp) -> Result<(), QueueError> {
        self.transact(move |transaction| transaction.set_back(by, now)).await
    }

    async fn sweep(&self, before: Timestamp, max: usize) -> Result<usize, QueueError> {
        self.transact(move |transaction| transaction.sweep(before, max)).await
    }

    async fn clear(&self, tenant: &TenantId, spared: JobId, max: usize) -> Result<usize, QueueError> {
        let tenant = tenant.clone();
        self.transact(move |transaction| transaction.clear(&tenant, spared, max)).await
    }

    async fn rehearse(&self) -> Result<(), QueueError> {
        // A transaction that changes nothing writes nothing, but still has to lock the file.
        self.writer.write(ACCEPT_TIMEOUT, |_, _| Ok(())).await
    }

    async fn overview_of(&self, tenant: &TenantId) -> Result<Overview, QueueError> {
        let tenant = tenant.clone();
        self.readers.read_apart(move |connection| jobs::overview_of(connection, &tenant)).await
    }

    async fn overview(&self) -> Result<Overview, QueueError> {
        self.readers.read_apart(jobs::overview).await
    }

    fn bell(&self, queue: Queue) -> Arc<Notify> {
        Arc::clone(self.wakeups.of(queue))
    }
}
