//! Jobs join a partition while others leave it, on several instances at once. A job that joins an occupied partition,
//! or leaves one, holds its lock from before looking until after the commit. So ids grow in the order of joining, and a
//! job that asks to be behind another one is behind it, or that one has left.
//!
//! Most partitions are empty, and accepting deliveries by the thousand does not lock those. Of two jobs that become the
//! head of an empty partition at once, a unique index undoes one, which then finds the other there.
//!
//! The locks are rows of a table, because every PostgreSQL can lock rows. Advisory locks, which not all have, would be
//! a little cheaper. All locks of a transaction are taken in one statement, in the order of their numbers.

use std::collections::HashSet;

use deadpool_postgres::ClientWrapper;
use jiff::Timestamp;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};

use super::statements::{Params, changed, prepared, rows};
use crate::fairness::QueuedJob;
use crate::queue_names::name;
use crate::wakeups::PendingWakeups;
use crate::{Class, NewJob, Queue, fnv};

/// Sorting comes before locking in PostgreSQL's plans, so rows are locked in this order.
pub(super) const LOCK: &str = "SELECT n FROM partition_locks WHERE n = ANY($1) ORDER BY n FOR UPDATE";

/// A partition with jobs has a head. Answers the positions of those partitions among the wanted. LATERAL, so that each
/// partition is one search of the index.
pub(super) const OCCUPIED: &str = "
    SELECT wanted.position
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS wanted (installation, queue, key, position)
    CROSS JOIN LATERAL (
        SELECT 1 FROM jobs
        WHERE jobs.state = 'live' AND jobs.head AND jobs.installation = wanted.installation
            AND jobs.queue = wanted.queue AND jobs.key = wanted.key
        LIMIT 1
    ) AS head";

/// Picks the latest job behind the head, or the head. The outer conditions are checked again if a claim had the row
/// locked and took the job: the body of a job that a worker has stays.
pub(super) const REPLACE: &str = "
    UPDATE jobs SET body = $5
    WHERE state = 'live' AND NOT in_flight AND id = coalesce(
        (
            SELECT id FROM jobs
            WHERE state = 'live' AND NOT head AND installation = $1 AND queue = $2 AND key = $3 AND coalesce_key = $4
                AND NOT in_flight
            ORDER BY id DESC LIMIT 1
        ),
        (
            SELECT id FROM jobs
            WHERE state = 'live' AND head AND installation = $1 AND queue = $2 AND key = $3 AND coalesce_key = $4
                AND NOT in_flight
        )
    )";

/// Gives out ids in the order of the sorted rows.
pub(super) const JOIN: &str = "
    INSERT INTO jobs (
        installation, queue, key, head, due, accepted, delay_notified, body, class, virtual_time, coalesce_key,
        rate_limits, ready, request
    )
    SELECT
        installation, queue, key, head, due, accepted, delay_notified, body, class, virtual_time, coalesce_key,
        rate_limits, ready, request
    FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::bool[], $5::bigint[], $6::bigint[], $7::bool[], $8::text[],
        $9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::bool[], $14::bigint[]
    ) WITH ORDINALITY AS new (
        installation, queue, key, head, due, accepted, delay_notified, body, class, virtual_time, coalesce_key,
        rate_limits, ready, request, position
    )
    ORDER BY position";

/// The unique index that allows a partition one head.
pub(super) const ONE_HEAD: &str = "jobs_one_head";

/// The name of a partition: installation, queue and key.
pub(super) type PartitionKey<'a> = (&'a str, Queue, &'a str);

/// The number of locks. It is part of the schema, as is the mapping from a partition to its lock: all instances of all
/// versions must agree.
const LOCKS: u64 = 1024;

/// Returns the partitions that a job may join: its own, and the one it asks to be behind.
pub(super) fn lines_of(job: &NewJob) -> impl Iterator<Item = PartitionKey<'_>> {
    let installation = job.installation.as_str();
    let keys = std::iter::once(job.key.as_str()).chain(job.after_key.as_deref());
    keys.map(move |key| (installation, job.queue, key))
}

/// Returns the locks of these partitions, in the order in which they are taken.
pub(super) fn locks<'a>(lines: impl Iterator<Item = PartitionKey<'a>>) -> Vec<i64> {
    let mut locks: Vec<_> = lines.map(lock_of).collect();
    locks.sort_unstable();
    locks.dedup();
    locks
}

fn lock_of((installation, queue, key): PartitionKey<'_>) -> i64 {
    i64::try_from(fnv::hash(installation, name(queue), key) % LOCKS).unwrap_or_default()
}

/// Jobs whose partitions are locked until the commit.
pub struct LockedPartitions<'a>(&'a [QueuedJob]);

/// Locks the partitions that the jobs may join, in the common order.
pub(super) async fn lock_for<'a>(db: &ClientWrapper, jobs: &'a [QueuedJob]) -> Result<LockedPartitions<'a>, Error> {
    let locks = locks(jobs.iter().flat_map(|queued| lines_of(&queued.job)));
    if !locks.is_empty() {
        rows(db, LOCK, &[&locks]).await?;
    }
    Ok(locked(jobs))
}

/// Marks the partitions of the jobs as locked already.
pub(super) fn locked(jobs: &[QueuedJob]) -> LockedPartitions<'_> {
    LockedPartitions(jobs)
}

/// Puts the jobs at the ends of their partitions.
pub(super) async fn join(
    db: &ClientWrapper,
    LockedPartitions(jobs): LockedPartitions<'_>,
    pending: &mut PendingWakeups,
) -> Result<(), Error> {
    if jobs.is_empty() {
        return Ok(());
    }
    let wanted = WantedPartitions::of(jobs.iter());
    let occupied = wanted.occupied(&rows(db, OCCUPIED, &wanted.params()).await?)?;
    place_all(db, occupied, &jobs.iter().collect::<Vec<_>>(), pending).await
}

/// Puts the jobs at the ends of their partitions without locks, given the `occupied` among all partitions. Those are
/// locked now and checked again. In the others every job becomes the head, or the whole transaction is undone.
pub(super) async fn join_unlocked<'a>(
    db: &ClientWrapper,
    occupied: HashSet<PartitionKey<'a>>,
    jobs: &[&'a QueuedJob],
    pending: &mut PendingWakeups,
) -> Result<(), Error> {
    let meets_others = |queued: &&&QueuedJob| lines_of(&queued.job).any(|line| occupied.contains(&line));
    let behind: Vec<_> = jobs.iter().filter(meets_others).copied().collect();
    let occupied = if behind.is_empty() { HashSet::new() } else { lock_and_look(db, &behind).await? };
    place_all(db, occupied, jobs, pending).await
}

/// Locks the partitions that the jobs may join and finds the occupied ones, both in one round trip.
async fn lock_and_look<'a>(db: &ClientWrapper, jobs: &[&'a QueuedJob]) -> Result<HashSet<PartitionKey<'a>>, Error> {
    let (lock, look) = (prepared(db, LOCK).await?, prepared(db, OCCUPIED).await?);
    let locks = locks(jobs.iter().flat_map(|queued| lines_of(&queued.job)));
    let wanted = WantedPartitions::of(jobs.iter().copied());
    let (locks, lines): (Params<'_>, _) = (&[&locks], wanted.params());
    let (_, found) = tokio::try_join!(biased; db.query(&lock, locks), db.query(&look, &lines))?;
    wanted.occupied(&found)
}

async fn place_all<'a>(
    db: &ClientWrapper,
    occupied: HashSet<PartitionKey<'a>>,
    jobs: &[&'a QueuedJob],
    pending: &mut PendingWakeups,
) -> Result<(), Error> {
    let mut joining = Joining { occupied, places: Vec::with_capacity(jobs.len()) };
    for job in jobs {
        joining.place(db, job, pending).await?;
    }
    joining.store(db).await
}

/// The partitions that jobs may join, as the columns of a table.
pub(super) struct WantedPartitions<'a> {
    lines: Vec<PartitionKey<'a>>,
    installations: Vec<&'a str>,
    queues: Vec<&'static str>,
    keys: Vec<&'a str>,
}

impl<'a> WantedPartitions<'a> {
    pub(super) fn of(jobs: impl Iterator<Item = &'a QueuedJob>) -> Self {
        let lines: HashSet<_> = jobs.flat_map(|queued| lines_of(&queued.job)).collect();
        let lines: Vec<_> = lines.into_iter().collect();
        let installations = lines.iter().map(|(installation, ..)| *installation).collect();
        let queues = lines.iter().map(|(_, queue, _)| name(*queue)).collect();
        let keys = lines.iter().map(|(.., key)| *key).collect();
        Self { lines, installations, queues, keys }
    }

    pub(super) fn params(&self) -> [&(dyn ToSql + Sync); 3] {
        [&self.installations, &self.queues, &self.keys]
    }

    /// Returns the occupied partitions, from the rows of [`OCCUPIED`].
    pub(super) fn occupied(&self, rows: &[Row]) -> Result<HashSet<PartitionKey<'a>>, Error> {
        let mut occupied = HashSet::with_capacity(rows.len());
        for row in rows {
            let position = usize::try_from(row.try_get::<_, i64>(0)?).unwrap_or_default();
            occupied.extend(position.checked_sub(1).and_then(|nth| self.lines.get(nth)));
        }
        Ok(occupied)
    }
}

/// Jobs that are joining their partitions.
struct Joining<'a> {
    /// The partitions in which a job is, or is about to be.
    occupied: HashSet<PartitionKey<'a>>,
    places: Vec<InsertPosition<'a>>,
}

struct InsertPosition<'a> {
    line: PartitionKey<'a>,
    head: bool,
    body: &'a str,
    queued: &'a QueuedJob,
}

impl<'a> Joining<'a> {
    /// Finds the job's place, or the waiting job that it replaces. Only at the head of a partition does it give a
    /// worker anything to do; a claim may have skipped a replaced job while it was locked.
    async fn place(
        &mut self,
        db: &ClientWrapper,
        queued: &'a QueuedJob,
        pending: &mut PendingWakeups,
    ) -> Result<(), Error> {
        let job = &queued.job;
        let line = self.line(job);
        let head = self.occupied.insert(line);
        if !head && self.replaced(db, line, job).await? {
            pending.wake(job.queue);
            return Ok(());
        }
        if head {
            pending.wake(job.queue);
        }
        self.places.push(InsertPosition { line, head, body: &job.body, queued });
        Ok(())
    }

    /// Returns the partition the job joins: that of the job it asks to be behind, if there is one.
    fn line(&self, job: &'a NewJob) -> PartitionKey<'a> {
        let own = (job.installation.as_str(), job.queue, job.key.as_str());
        let behind = job.after_key.as_deref().map(|key| (job.installation.as_str(), job.queue, key));
        behind.filter(|line| self.occupied.contains(line)).unwrap_or(own)
    }

    async fn replaced(&mut self, db: &ClientWrapper, line: PartitionKey<'a>, job: &'a NewJob) -> Result<bool, Error> {
        let Some(fold) = &job.coalesce_key else { return Ok(false) };
        let (installation, queue, key) = line;
        if changed(db, REPLACE, &[&installation, &name(queue), &key, fold, &job.body]).await? > 0 {
            return Ok(true);
        }
        let waiting = self
            .places
            .iter_mut()
            .find(|place| place.line == line && place.queued.job.coalesce_key == job.coalesce_key);
        Ok(waiting.map(|place| place.body = &job.body).is_some())
    }

    /// Stores all places in one statement. It waits where another transaction is becoming the head; if two wait for
    /// each other, the server undoes one after a second.
    async fn store(self, db: &ClientWrapper) -> Result<(), Error> {
        let places = &self.places;
        if places.is_empty() {
            return Ok(());
        }
        let installations: Vec<_> = places.iter().map(|place| place.line.0).collect();
        let queues: Vec<_> = places.iter().map(|place| name(place.line.1)).collect();
        let keys: Vec<_> = places.iter().map(|place| place.line.2).collect();
        let heads: Vec<_> = places.iter().map(|place| place.head).collect();
        let dues: Vec<_> = places.iter().map(|place| place.queued.job.due.as_millisecond()).collect();
        let accepted: Vec<_> = places.iter().map(|place| place.queued.job.accepted.as_millisecond()).collect();
        let told: Vec<_> = places.iter().map(|place| place.queued.job.delay_notified).collect();
        let bodies: Vec<_> = places.iter().map(|place| place.body).collect();
        let classes: Vec<_> = places.iter().map(|place| i64::from(place.queued.job.class == Class::Machine)).collect();
        let turns: Vec<_> = places.iter().map(|place| place.queued.turn).collect();
        let folds: Vec<_> = places.iter().map(|place| place.queued.job.coalesce_key.as_deref()).collect();
        let rate_limits: Vec<_> = places
            .iter()
            .map(|place| serde_json::to_string(&place.queued.job.rate_limits).unwrap_or_default())
            .collect();
        let ready: Vec<_> = places.iter().map(|place| place.head && place.queued.due).collect();
        let requests: Vec<_> =
            places.iter().map(|place| place.queued.job.request.map(Timestamp::as_millisecond)).collect();
        changed(
            db,
            JOIN,
            &[
                &installations,
                &queues,
                &keys,
                &heads,
                &dues,
                &accepted,
                &told,
                &bodies,
                &classes,
                &turns,
                &folds,
                &rate_limits,
                &ready,
                &requests,
            ],
        )
        .await
        .map(drop)
    }
}
