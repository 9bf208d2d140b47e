//! An operator's questions about jobs, and leadership.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::clock::{from_millis, rows};
use crate::queue_names::queue;
use crate::{JobId, Stored, TenantId};

const JOBS: &str = "
    SELECT id, installation, queue, key, state, due, attempt, accepted, cause, body FROM jobs
    WHERE state = ?1 AND id > ?2 ORDER BY id LIMIT ?3";

const JOB: &str = "
    SELECT id, installation, queue, key, state, due, attempt, accepted, cause, body FROM jobs WHERE id = ?1";

const DISCARD: &str = "DELETE FROM jobs WHERE id = ?1 AND state = 'dead'";

pub(super) const LEAD: &str = "
    INSERT INTO leaders (name, holder, until) VALUES (?1, ?2, ?4)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE holder = excluded.holder OR until <= ?3";

/// Returns jobs beyond an id.
pub(super) fn jobs(connection: &Connection, dead: bool, after: JobId, max: usize) -> Result<Vec<Stored>> {
    let state = if dead { "dead" } else { "live" };
    connection.prepare_cached(JOBS)?.query_map(params![state, after.0, rows(max)], read)?.collect()
}

/// Returns the job with this id.
pub(super) fn job(connection: &Connection, id: JobId) -> Result<Option<Stored>> {
    connection.prepare_cached(JOB)?.query_row([id.0], read).optional()
}

/// Throws away a job that failed for good.
pub(super) fn discard(connection: &Connection, id: JobId) -> Result<bool> {
    Ok(connection.prepare_cached(DISCARD)?.execute([id.0])? > 0)
}

/// Makes a holder the leader, unless another one is.
pub(super) fn try_acquire_leadership(
    connection: &Connection,
    name: &str,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool> {
    let led = params![name, holder, now.as_millisecond(), until.as_millisecond()];
    Ok(connection.prepare_cached(LEAD)?.execute(led)? > 0)
}

fn read(row: &Row<'_>) -> Result<Stored> {
    Ok(Stored {
        id: JobId(row.get(0)?),
        installation: TenantId::new(row.get::<_, String>(1)?),
        queue: queue(row.get_ref(2)?.as_str()?),
        key: row.get(3)?,
        dead: row.get_ref(4)?.as_str()? == "dead",
        due: from_millis(row.get(5)?),
        attempt: row.get(6)?,
        accepted: from_millis(row.get(7)?),
        cause: row.get(8)?,
        body: row.get(9)?,
    })
}
