//! Deliveries that arrive together are stored together: a statement that stores sixteen rows costs little more than
//! half of sixteen statements, because every index is opened once and stays at the place of the last row.
//!
//! This is for the usual case: all of them are new, and none replaces a waiting job. Otherwise nothing is stored, and
//! [`one`] takes them one at a time.

use std::collections::HashSet;
use std::sync::LazyLock;

use foldhash::fast::RandomState;
use jiff::Timestamp;
use rusqlite::{Connection, Result, params};

use super::jobs::{self, Partition};
use super::memory::Memory;
use super::partitions::Partitions;
use crate::fairness::QueuedJob;
use crate::queue_names::name;
use crate::{Accepted, Class, Delivery};

pub(super) const REMEMBER_ONE: &str = "
    INSERT INTO deliveries (installation, key, at) VALUES (?1, ?2, ?3)
    ON CONFLICT (installation, key) DO NOTHING";

/// Numbers of rows that a statement stores. Smaller ones store the rest.
const SIZES: [usize; 3] = [16, 4, 1];

/// Skips a row that exists already, which the count then lacks. If a row is refused, those before it stay (`OR FAIL`):
/// everything is rolled back then, so SQLite need not be able to undo them.
static REMEMBER: LazyLock<[String; 3]> = LazyLock::new(|| {
    SIZES.map(|rows| {
        format!("INSERT OR FAIL INTO deliveries (installation, key, at) {} ON CONFLICT DO NOTHING", values(rows, 3))
    })
});

static JOIN: LazyLock<[String; 3]> = LazyLock::new(|| {
    SIZES.map(|rows| {
        format!(
            "INSERT OR FAIL INTO jobs (
                installation, queue, key, head, due, accepted, delay_notified, body, class, virtual_time, coalesce_key,
                rate_limits, ready
            ) {}",
            values(rows, 13)
        )
    })
});

/// Returns `VALUES (?,?),(?,?)`.
fn values(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(","));
    format!("VALUES {}", vec![row; rows].join(","))
}

/// A delivery with its jobs, to be stored in one piece.
pub(super) struct PendingAccept {
    pub(super) delivery: Delivery,
    pub(super) jobs: Vec<QueuedJob>,
    pub(super) now: Timestamp,
}

/// Stores the delivery and its jobs, unless it is known.
pub(super) fn one(connection: &Connection, memory: &mut Memory, arrival: &PendingAccept) -> Result<Accepted> {
    let PendingAccept { delivery, jobs, now } = arrival;
    let stored = connection.prepare_cached(REMEMBER_ONE)?.execute(params![
        delivery.installation.as_str(),
        delivery.key,
        now.as_millisecond()
    ])?;
    if stored == 0 {
        return Ok(Accepted::Duplicate);
    }
    for job in jobs {
        jobs::enqueue(connection, memory, job)?;
    }
    Ok(Accepted::New)
}

/// Stores all of them. If the answer is `false`, the caller must undo the part that was stored.
pub(super) fn all(connection: &Connection, memory: &mut Memory, arrivals: &[&PendingAccept]) -> Result<bool> {
    if arrivals.is_empty() {
        return Ok(true);
    }
    if !remember(connection, arrivals)? {
        return Ok(false);
    }
    let jobs = arrivals.iter().flat_map(|arrival| &arrival.jobs);
    let Some(places) = places(connection, &memory.lines, jobs)? else { return Ok(false) };
    join(connection, memory, &places)?;
    for place in places.iter().filter(|place| place.head) {
        memory.pending.wake(place.queued.job.queue);
    }
    Ok(true)
}

/// Answers whether all of them were new.
fn remember(connection: &Connection, arrivals: &[&PendingAccept]) -> Result<bool> {
    let mut stored = 0;
    for (sql, piece) in pieces(&REMEMBER, arrivals) {
        let mut statement = connection.prepare_cached(sql)?;
        for (row, PendingAccept { delivery, now, .. }) in piece.iter().enumerate() {
            statement.raw_bind_parameter(row * 3 + 1, delivery.installation.as_str())?;
            statement.raw_bind_parameter(row * 3 + 2, &delivery.key)?;
            statement.raw_bind_parameter(row * 3 + 3, now.as_millisecond())?;
        }
        stored += statement.raw_execute()?;
    }
    Ok(stored == arrivals.len())
}

/// The place where a job joins.
struct JoinPoint<'a> {
    line: Partition<'a>,
    head: bool,
    queued: &'a QueuedJob,
}

/// Returns the places of all jobs, each behind those before it; `None` if one of them may replace another.
fn places<'a>(
    connection: &Connection,
    lines: &Partitions,
    jobs: impl Iterator<Item = &'a QueuedJob>,
) -> Result<Option<Vec<JoinPoint<'a>>>> {
    let mut joined = HashSet::with_hasher(RandomState::default());
    let mut places = Vec::new();
    for queued in jobs {
        let job = &queued.job;
        if job.coalesce_key.is_some() {
            return Ok(None);
        }
        let occupied =
            |line: &Partition<'a>| if joined.contains(line) { Ok(true) } else { line.is_occupied(connection, lines) };
        let behind =
            job.after_key.as_deref().filter(|behind| *behind != job.key).map(|behind| Partition::of(job, behind));
        let (line, head) = match behind {
            Some(behind) if occupied(&behind)? => (behind, false),
            _ => {
                let own = Partition::of(job, &job.key);
                let head = !occupied(&own)?;
                (own, head)
            }
        };
        joined.insert(line);
        places.push(JoinPoint { line, head, queued });
    }
    Ok(Some(places))
}

fn join(connection: &Connection, memory: &mut Memory, places: &[JoinPoint<'_>]) -> Result<()> {
    for (sql, piece) in pieces(&JOIN, places) {
        let mut statement = connection.prepare_cached(sql)?;
        for (row, JoinPoint { line, head, queued }) in piece.iter().enumerate() {
            let (first, QueuedJob { job, turn, due }) = (row * 13, queued);
            statement.raw_bind_parameter(first + 1, job.installation.as_str())?;
            statement.raw_bind_parameter(first + 2, name(job.queue))?;
            statement.raw_bind_parameter(first + 3, line.key)?;
            statement.raw_bind_parameter(first + 4, head)?;
            statement.raw_bind_parameter(first + 5, job.due.as_millisecond())?;
            statement.raw_bind_parameter(first + 6, job.accepted.as_millisecond())?;
            statement.raw_bind_parameter(first + 7, job.delay_notified)?;
            statement.raw_bind_parameter(first + 8, &job.body)?;
            statement.raw_bind_parameter(first + 9, job.class == Class::Machine)?;
            statement.raw_bind_parameter(first + 10, turn)?;
            statement.raw_bind_parameter(first + 11, &job.coalesce_key)?;
            statement.raw_bind_parameter(first + 12, jobs::rate_limit(job))?;
            statement.raw_bind_parameter(first + 13, *head && *due)?;
        }
        statement.raw_execute()?;
        // The ids of rows that one statement has stored follow each other.
        let ids = (1..=connection.last_insert_rowid()).rev();
        for (place, job) in piece.iter().rev().zip(ids) {
            memory.lines.enter(place.line.number, job);
        }
    }
    Ok(())
}

/// Returns the rows in pieces, each with the statement that stores as many.
fn pieces<'r, T>(statements: &'static [String; 3], mut rows: &'r [T]) -> impl Iterator<Item = (&'static str, &'r [T])> {
    std::iter::from_fn(move || {
        let (size, sql) = SIZES.iter().zip(statements).find(|(size, _)| **size <= rows.len())?;
        let (piece, rest) = rows.split_at(*size);
        rows = rest;
        Some((sql.as_str(), piece))
    })
}
