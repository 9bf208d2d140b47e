//! What an operator asks about jobs, for how long they want to keep the audit log, and for whom we work.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::limit;
use crate::clock::from_millis;
use crate::ids::{InstallationId, JobId};
use crate::store::{Queue, Stored};

const JOBS: &str = "
    SELECT id, installation, lane, key, state, due, attempt, accepted, cause, body FROM jobs
    WHERE state = ?1 AND id > ?2 ORDER BY id LIMIT ?3";

const JOB: &str = "
    SELECT id, installation, lane, key, state, due, attempt, accepted, cause, body FROM jobs WHERE id = ?1";

const DISCARD: &str = "DELETE FROM jobs WHERE id = ?1 AND state = 'dead'";

/// Ids grow with time, so the oldest are found without an index of times.
const FORGET: &str = "
    DELETE FROM entries WHERE id IN (
        SELECT id FROM (SELECT id, at FROM entries ORDER BY id LIMIT ?2) WHERE at < ?1
    )";

pub(super) const INSTALLATIONS: &str = "
    SELECT installation FROM documents WHERE kind = 'installation' AND installation > ?1 ORDER BY installation LIMIT ?2";

/// For whom we work.
pub(super) fn installations(
    connection: &Connection,
    after: &InstallationId,
    max: usize,
) -> Result<Vec<InstallationId>> {
    let read = |row: &Row<'_>| row.get::<_, String>(0).map(InstallationId::new);
    connection.prepare_cached(INSTALLATIONS)?.query_map(params![after.as_str(), limit(max)], read)?.collect()
}

/// Removes old entries of the audit log.
pub(super) fn forget_entries(connection: &Connection, before: Timestamp, max: usize) -> Result<usize> {
    connection.prepare_cached(FORGET)?.execute(params![before.as_millisecond(), limit(max)])
}

/// Jobs beyond an id.
pub(super) fn jobs(connection: &Connection, dead: bool, after: JobId, max: usize) -> Result<Vec<Stored>> {
    let state = if dead { "dead" } else { "live" };
    connection.prepare_cached(JOBS)?.query_map(params![state, after.0, limit(max)], read)?.collect()
}

/// One job.
pub(super) fn job(connection: &Connection, id: JobId) -> Result<Option<Stored>> {
    connection.prepare_cached(JOB)?.query_row([id.0], read).optional()
}

/// Throws away a job that was given up.
pub(super) fn discard(connection: &Connection, id: JobId) -> Result<bool> {
    Ok(connection.prepare_cached(DISCARD)?.execute([id.0])? > 0)
}

fn read(row: &Row<'_>) -> Result<Stored> {
    Ok(Stored {
        id: JobId(row.get(0)?),
        installation: InstallationId::new(row.get::<_, String>(1)?),
        queue: if row.get_ref(2)?.as_str()? == "inbox" { Queue::Work } else { Queue::Outbox },
        key: row.get(3)?,
        dead: row.get_ref(4)?.as_str()? == "dead",
        due: from_millis(row.get(5)?),
        attempt: row.get(6)?,
        accepted: from_millis(row.get(7)?),
        cause: row.get(8)?,
        body: row.get(9)?,
    })
}
