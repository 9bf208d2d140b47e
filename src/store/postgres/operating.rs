//! What an operator asks about jobs, and for how long they want to keep the audit log.

use tokio_postgres::{Error, Row};

use crate::clock::from_millis;
use crate::ids::{InstallationId, JobId};
use crate::store::{Lane, Stored};

pub(super) const JOBS: &str = "
    SELECT id, installation, lane, key, state, due, attempt, accepted, cause, body FROM jobs
    WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3";

pub(super) const JOB: &str = "
    SELECT id, installation, lane, key, state, due, attempt, accepted, cause, body FROM jobs WHERE id = $1";

pub(super) const DISCARD: &str = "DELETE FROM jobs WHERE id = $1 AND state = 'dead' RETURNING id";

pub(super) const INSTALLATIONS: &str = "
    SELECT installation FROM documents WHERE kind = 'installation' AND installation > $1 ORDER BY installation LIMIT $2";

/// Ids grow with time, so the oldest are found without an index of times.
pub(super) const FORGET: &str = "
    DELETE FROM entries USING (
        SELECT id FROM (SELECT id, at FROM entries ORDER BY id LIMIT $2) AS oldest WHERE at < $1
    ) AS old WHERE entries.id = old.id RETURNING 1";

/// A job, from the columns of [`JOBS`].
pub(super) fn read_job(row: &Row) -> Result<Stored, Error> {
    Ok(Stored {
        id: JobId(row.try_get(0)?),
        installation: InstallationId::new(row.try_get::<_, String>(1)?),
        lane: if row.try_get::<_, &str>(2)? == "inbox" { Lane::Inbox } else { Lane::Outbox },
        key: row.try_get(3)?,
        dead: row.try_get::<_, &str>(4)? == "dead",
        due: from_millis(row.try_get(5)?),
        attempt: u32::try_from(row.try_get::<_, i64>(6)?).unwrap_or(u32::MAX),
        accepted: from_millis(row.try_get(7)?),
        cause: row.try_get(8)?,
        body: row.try_get(9)?,
    })
}

/// The id alone.
pub(super) fn read_id(row: &Row) -> Result<JobId, Error> {
    Ok(JobId(row.try_get(0)?))
}
