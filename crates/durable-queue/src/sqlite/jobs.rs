//! Deliveries and their jobs. Each function here is one verb, or one step of a verb, inside a transaction that its
//! caller has begun and will commit.
//!
//! The column `head` keeps every verb at a few index searches: it is set where a partition changes (a job joins, its
//! head leaves), so that claiming never has to walk along partitions.

use std::hash::{Hash, Hasher};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::buckets;
use super::memory::Memory;
use super::partitions::{self, Partitions};
use crate::clock::{from_millis, rows};
use crate::fairness::{ParentJob, QueuedJob, Settlement};
use crate::queue_names::name;
use crate::rate_limit::{Admission, RateLimit, pass};
use crate::{Claim, Class, JobId, NewJob, Overview, Queue, Settled, TenantId, Verdict};

pub(super) const IN_LINE: &str = "
    SELECT EXISTS (
        SELECT 1 FROM jobs WHERE id = ?4 AND state = 'live' AND installation = ?1 AND queue = ?2 AND key = ?3
    )";

pub(super) const JOIN_LINE: &str = "
    INSERT INTO jobs (
        installation, queue, key, head, due, accepted, delay_notified, body, class, virtual_time, coalesce_key,
        rate_limits, ready, request
    )
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";

pub(super) const REPLACE: &str = "
    UPDATE jobs SET body = ?5
    WHERE id = ?6 AND state = 'live' AND installation = ?1 AND queue = ?2 AND key = ?3 AND coalesce_key = ?4
        AND in_flight = 0";

pub(super) const TIME_HAS_COME: &str = "
    UPDATE jobs SET ready = 1 WHERE id IN (
        SELECT id FROM jobs WHERE queue = ?1 AND state = 'live' AND head = 1 AND ready = 0 AND due <= ?2
        ORDER BY due LIMIT ?3
    )";

pub(super) const READY: &str = "
    SELECT id, installation, rate_limits, reserved FROM jobs
    WHERE queue = ?1 AND state = 'live' AND head = 1 AND ready = 1
    ORDER BY class, virtual_time, id LIMIT ?2";

pub(super) const TAKE: &str = "
    UPDATE jobs SET due = ?2, ready = 0, reserved = 0, fence = fence + 1, attempt = min(attempt + 1, 4294967295),
        outcome_unknown = outcome_unknown OR in_flight, in_flight = 1
    WHERE id = ?1
    RETURNING id, installation, key, fence, due, attempt, accepted, delay_notified, body, outcome_unknown, request,
        coalesce((SELECT version FROM tenant_versions WHERE tenant_versions.installation = jobs.installation), 0)";

pub(super) const PUT_OFF: &str = "UPDATE jobs SET due = ?2, ready = 0, reserved = ?3 WHERE id = ?1";

pub(super) const SHORTEN_LEASES: &str = "
    UPDATE jobs SET due = min(due, ?1)
    WHERE state = 'live' AND head = 1 AND ready = 0 AND in_flight = 1 AND reserved = 0";

const FORGET_LEADERS: &str = "DELETE FROM leaders";

pub(super) const HELD: &str = "
    SELECT due, delay_notified, virtual_time FROM jobs
    WHERE id = ?1 AND fence = ?2 AND installation = ?3 AND queue = ?4 AND key = ?5 AND state = 'live'";

pub(super) const POSTPONE: &str = "UPDATE jobs SET due = max(?2, reserved * due), ready = 0 WHERE id = ?1";

pub(super) const CONTINUE: &str = "
    UPDATE jobs SET body = ?2, due = max(?3, reserved * due), ready = 0, outcome_unknown = 0 WHERE id = ?1";

/// An attempt that surely had no effect does not undo the doubt that an earlier one left.
pub(super) const GIVE_BACK: &str = "
    UPDATE jobs SET due = max(?2, reserved * due), ready = 0, cause = ?3, fence = fence + 1, in_flight = 0,
        outcome_unknown = outcome_unknown OR ?4
    WHERE id = ?1";

pub(super) const REMOVE: &str = "DELETE FROM jobs WHERE id = ?1";

pub(super) const BURY: &str = "UPDATE jobs SET state = 'dead', head = 0, cause = ?2 WHERE id = ?1";

pub(super) const FREE_SUCCESSOR: &str = "
    UPDATE jobs SET head = 1, ready = due <= ?5
    WHERE id = ?4 AND state = 'live' AND installation = ?1 AND queue = ?2 AND key = ?3";

pub(super) const READY_SINCE: &str = "
    SELECT due FROM jobs WHERE queue = ?1 AND state = 'live' AND head = 1 AND ready = 1
    ORDER BY class, virtual_time, id LIMIT 1";

pub(super) const NEXT_TIMED: &str = "
    SELECT due FROM jobs WHERE queue = ?1 AND state = 'live' AND head = 1 AND ready = 0 ORDER BY due LIMIT 1";

/// A claim that only describes has a fence below every possible fence of a job. The index is named, because SQLite
/// cannot know that few people are not notified yet while many jobs wait.
pub(super) const OVERDUE: &str = "
    SELECT id, installation, key, -1, due, attempt, accepted, delay_notified, body, outcome_unknown, request, 0
    FROM jobs INDEXED BY jobs_waiting
    WHERE state = 'live' AND queue = 'work' AND delay_notified = 0 AND accepted < ?1
    ORDER BY accepted, id LIMIT ?2";

pub(super) const MARK_TOLD: &str = "
    UPDATE jobs SET delay_notified = 1 WHERE id = ?1 AND installation = ?2 AND state = 'live' AND delay_notified = 0";

pub(super) const OVERVIEW: &str = "
    SELECT
        count(*) FILTER (WHERE queue = 'work'),
        count(*) FILTER (WHERE queue = 'outbox'),
        (SELECT count(*) FROM jobs WHERE state = 'dead'),
        min(accepted)
    FROM jobs WHERE state = 'live'";

pub(super) const OVERVIEW_OF: &str = "
    SELECT
        count(*) FILTER (WHERE state = 'live' AND queue = 'work'),
        count(*) FILTER (WHERE state = 'live' AND queue = 'outbox'),
        count(*) FILTER (WHERE state = 'dead'),
        min(accepted) FILTER (WHERE state = 'live')
    FROM jobs WHERE installation = ?1";

/// Number of jobs that a claim looks at, beyond those it takes: each one that its buckets hold back is
/// put off, and is not looked at again before its time.
const LOOKED_AT: usize = 256;

/// Takes ready jobs, each for the time of the lease.
pub(super) fn claim(
    connection: &Connection,
    queue: Queue,
    max: usize,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<Claim>> {
    let come = params![name(queue), now.as_millisecond(), rows(LOOKED_AT.max(max))];
    connection.prepare_cached(TIME_HAS_COME)?.execute(come)?;
    let mut claims = Vec::new();
    let mut looked_at = 0;
    while claims.len() < max && looked_at < LOOKED_AT {
        let wanted = max - claims.len();
        let ready = ready(connection, queue, wanted)?;
        looked_at += ready.len();
        for candidate in &ready {
            claims.extend(take(connection, queue, candidate, now, until)?);
        }
        if ready.len() < wanted {
            break;
        }
    }
    Ok(claims)
}

/// A job whose time has come, and the buckets it has to pass.
struct Candidate {
    id: i64,
    installation: String,
    rate_limit: String,
    reserved: bool,
}

fn ready(connection: &Connection, queue: Queue, max: usize) -> Result<Vec<Candidate>> {
    connection
        .prepare_cached(READY)?
        .query_map(params![name(queue), rows(max)], |row| {
            Ok(Candidate { id: row.get(0)?, installation: row.get(1)?, rate_limit: row.get(2)?, reserved: row.get(3)? })
        })?
        .collect()
}

/// Takes the job, or puts it off until its buckets admit it.
fn take(
    connection: &Connection,
    queue: Queue,
    candidate: &Candidate,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Claim>> {
    // Limits that a later version wrote and we cannot read do not hold a job back.
    let rate_limit: Vec<RateLimit> = serde_json::from_str(&candidate.rate_limit).unwrap_or_default();
    let put_off = |at: Timestamp, slot: bool| {
        connection.prepare_cached(PUT_OFF)?.execute(params![candidate.id, at.as_millisecond(), slot])?;
        Ok(None)
    };
    let mut buckets = buckets::levels(connection, &candidate.installation, rate_limit)?;
    match pass(&mut buckets, now, candidate.reserved) {
        Admission::Blocked(opens) => put_off(opens, false),
        Admission::Reserved(time) => {
            buckets::fill(connection, &candidate.installation, &buckets)?;
            put_off(time, true)
        }
        Admission::Now => {
            buckets::fill(connection, &candidate.installation, &buckets)?;
            let mut take = connection.prepare_cached(TAKE)?;
            take.query_row(params![candidate.id, until.as_millisecond()], |row| read(row, queue)).map(Some)
        }
    }
}

/// Shortens the leases of dead processes to the end of their calls, and ends their leadership.
pub(super) fn end_leases(connection: &Connection, calls_end: Timestamp) -> Result<()> {
    connection.execute(SHORTEN_LEASES, [calls_end.as_millisecond()])?;
    connection.execute(FORGET_LEADERS, []).map(drop)
}

/// Moves the end of the lease.
pub(super) fn renew(connection: &Connection, memory: &mut Memory, claim: &Claim, until: Timestamp) -> Result<Settled> {
    let Some(held) = held(connection, claim)? else { return Ok(Settled::LostLease) };
    connection.prepare_cached(POSTPONE)?.execute(params![claim.id.0, until.as_millisecond()])?;
    wake_if_earlier(memory, claim.queue, until, held.until);
    Ok(Settled::Applied)
}

/// Stores a verdict and its consequences. The verdict comes first: a job that takes another key leaves its partition
/// before it joins the new one.
pub(super) fn settle(connection: &Connection, memory: &mut Memory, settlement: &Settlement) -> Result<Settled> {
    let Settlement { claim, jobs, closings, .. } = settlement;
    let Some(held) = held(connection, claim)? else { return Ok(Settled::LostLease) };
    judge(connection, memory, settlement, held.until)?;
    for (bucket, until) in closings {
        buckets::close(connection, &claim.installation, bucket, *until)?;
    }
    let inheritance = ParentJob { claim, delay_notified: held.told, turn: held.turn };
    for queued in jobs {
        enqueue(connection, memory, &inheritance.pass_on(queued))?;
    }
    Ok(Settled::Applied)
}

/// Returns the time at which the queue has something to do next.
pub(super) fn next_due(connection: &Connection, queue: Queue) -> Result<Option<Timestamp>> {
    let first = |sql| connection.prepare_cached(sql)?.query_row([name(queue)], |row| row.get(0)).optional();
    let earliest: [Option<i64>; 2] = [first(READY_SINCE)?, first(NEXT_TIMED)?];
    Ok(earliest.into_iter().flatten().min().map(from_millis))
}

/// Returns commands whose people were not notified of the delay yet.
pub(super) fn overdue(connection: &Connection, before: Timestamp, max: usize) -> Result<Vec<Claim>> {
    connection
        .prepare_cached(OVERDUE)?
        .query_map(params![before.as_millisecond(), rows(max)], |row| read(row, Queue::Work))?
        .collect()
}

/// Stores the notice if the job still waits and its person was not notified.
pub(super) fn tell(connection: &Connection, memory: &mut Memory, job: JobId, notice: &QueuedJob) -> Result<bool> {
    let marked = connection.prepare_cached(MARK_TOLD)?.execute(params![job.0, notice.job.installation.as_str()])?;
    if marked == 0 {
        return Ok(false);
    }
    enqueue(connection, memory, notice)?;
    Ok(true)
}

/// Returns counts of all waiting jobs.
pub(super) fn overview(connection: &Connection) -> Result<Overview> {
    connection.prepare_cached(OVERVIEW)?.query_row([], read_overview)
}

/// Returns counts of one tenant's waiting jobs.
pub(super) fn overview_of(connection: &Connection, installation: &TenantId) -> Result<Overview> {
    connection.prepare_cached(OVERVIEW_OF)?.query_row([installation.as_str()], read_overview)
}

fn read_overview(row: &Row<'_>) -> Result<Overview> {
    Ok(Overview {
        inbox: count(row, 0)?,
        outbox: count(row, 1)?,
        dead: count(row, 2)?,
        oldest: row.get::<_, Option<i64>>(3)?.map(from_millis),
    })
}

fn judge(connection: &Connection, memory: &mut Memory, settlement: &Settlement, lease_end: Timestamp) -> Result<()> {
    let Settlement { claim, verdict, now, .. } = settlement;
    let id = claim.id.0;
    match verdict {
        Verdict::Done => {
            connection.prepare_cached(REMOVE)?.execute([id])?;
            leave(connection, memory, claim, *now)?;
        }
        Verdict::Dead { cause } => {
            connection.prepare_cached(BURY)?.execute(params![id, cause])?;
            leave(connection, memory, claim, *now)?;
        }
        Verdict::Continue { body, until } => {
            connection.prepare_cached(CONTINUE)?.execute(params![id, body, until.as_millisecond()])?;
            wake_if_earlier(memory, claim.queue, *until, lease_end);
        }
        Verdict::Retry { due, cause, outcome_unknown } => {
            connection.prepare_cached(GIVE_BACK)?.execute(params![id, due.as_millisecond(), cause, outcome_unknown])?;
            wake_if_earlier(memory, claim.queue, *due, lease_end);
        }
    }
    Ok(())
}

/// Puts the job at the end of its partition. Only at the head of a partition does it give a worker anything to do.
pub(super) fn enqueue(connection: &Connection, memory: &mut Memory, queued: &QueuedJob) -> Result<()> {
    let QueuedJob { job, turn, due } = queued;
    let line = line(connection, &memory.lines, job)?;
    let head = !line.is_occupied(connection, &memory.lines)?;
    if !head && replaced(connection, &memory.lines, job, &line)? {
        return Ok(());
    }
    connection.prepare_cached(JOIN_LINE)?.execute(params![
        job.installation.as_str(),
        name(job.queue),
        line.key,
        head,
        job.due.as_millisecond(),
        job.accepted.as_millisecond(),
        job.delay_notified,
        job.body,
        job.class == Class::Machine,
        turn,
        job.coalesce_key,
        rate_limit(job),
        head && *due,
        job.request.map(Timestamp::as_millisecond),
    ])?;
    memory.lines.enter(line.number, connection.last_insert_rowid());
    if head {
        memory.pending.wake(job.queue);
    }
    Ok(())
}

/// Returns the job's buckets in their stored form.
pub(super) fn rate_limit(job: &NewJob) -> String {
    serde_json::to_string(&job.rate_limits).unwrap_or_default()
}

/// Replaces the body of the latest waiting job that this one makes obsolete. Answers whether there was one.
fn replaced(connection: &Connection, lines: &Partitions, job: &NewJob, line: &Partition<'_>) -> Result<bool> {
    let Some(fold) = &job.coalesce_key else { return Ok(false) };
    let mut replace = connection.prepare_cached(REPLACE)?;
    for waiting in lines.of(line.number).rev() {
        if replace.execute(params![line.installation, line.queue, line.key, fold, job.body, waiting])? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the partition that the job joins: the one it asks to be behind, if there is one.
fn line<'a>(connection: &Connection, lines: &Partitions, job: &'a NewJob) -> Result<Partition<'a>> {
    if let Some(behind) = &job.after_key {
        let line = Partition::of(job, behind);
        if line.is_occupied(connection, lines)? {
            return Ok(line);
        }
    }
    Ok(Partition::of(job, &job.key))
}

/// The name of a partition.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Partition<'a> {
    installation: &'a str,
    queue: &'static str,
    pub(super) key: &'a str,
    pub(super) number: i64,
}

impl<'a> Partition<'a> {
    /// Returns a partition that the job may join.
    pub(super) fn of(job: &'a NewJob, key: &'a str) -> Self {
        let installation = job.installation.as_str();
        Self { installation, queue: name(job.queue), key, number: partitions::number(installation, job.queue, key) }
    }

    pub(super) fn is_occupied(&self, connection: &Connection, lines: &Partitions) -> Result<bool> {
        for waiting in lines.of(self.number) {
            let mut is_there = connection.prepare_cached(IN_LINE)?;
            if is_there.query_row(params![self.installation, self.queue, self.key, waiting], |row| row.get(0))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Its number is already a hash.
impl Hash for Partition<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

/// Takes the job out of its partition and makes the next one the head.
fn leave(connection: &Connection, memory: &mut Memory, claim: &Claim, now: Timestamp) -> Result<()> {
    let (installation, queue, key) = (claim.installation.as_str(), name(claim.queue), &claim.key);
    let line = partitions::number(installation, claim.queue, key);
    memory.lines.leave(line, claim.id.0);
    let mut free = connection.prepare_cached(FREE_SUCCESSOR)?;
    for waiting in memory.lines.of(line) {
        if free.execute(params![installation, queue, key, waiting, now.as_millisecond()])? > 0 {
            memory.pending.wake(claim.queue);
            return Ok(());
        }
    }
    Ok(())
}

/// Properties of a claimed job that may have changed since.
struct Held {
    until: Timestamp,
    told: bool,
    turn: i64,
}

/// Reads the claimed job; `None` if the claim does not hold.
fn held(connection: &Connection, claim: &Claim) -> Result<Option<Held>> {
    let exactly = params![claim.id.0, claim.fence, claim.installation.as_str(), name(claim.queue), claim.key];
    let read = |row: &Row<'_>| Ok(Held { until: from_millis(row.get(0)?), told: row.get(1)?, turn: row.get(2)? });
    connection.prepare_cached(HELD)?.query_row(exactly, read).optional()
}

fn wake_if_earlier(memory: &mut Memory, queue: Queue, due: Timestamp, before: Timestamp) {
    if due < before {
        memory.pending.wake(queue);
    }
}

fn read(row: &Row<'_>, queue: Queue) -> Result<Claim> {
    Ok(Claim {
        id: JobId(row.get(0)?),
        installation: TenantId::new(row.get::<_, String>(1)?),
        queue,
        key: row.get(2)?,
        fence: row.get(3)?,
        until: from_millis(row.get(4)?),
        attempt: row.get(5)?,
        accepted: from_millis(row.get(6)?),
        delay_notified: row.get(7)?,
        body: row.get(8)?,
        outcome_unknown: row.get(9)?,
        request: row.get::<_, Option<i64>>(10)?.map(from_millis),
        tenant_version: row.get(11)?,
    })
}

fn count(row: &Row<'_>, column: usize) -> Result<u64> {
    row.get::<_, i64>(column).map(i64::unsigned_abs)
}
