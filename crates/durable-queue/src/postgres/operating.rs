//! An operator's questions about jobs, and leadership.

use deadpool_postgres::Pool;
use tokio_postgres::{Error, Row, SimpleQueryMessage};

use super::connection::PooledConnection;
use super::fault::fault;
use crate::clock::from_millis;
use crate::queue_names::queue;
use crate::{JobId, Overview, QueueError, Stored, TenantId};

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
    FROM jobs WHERE installation = $1";

pub(super) const JOBS: &str = "
    SELECT id, installation, queue, key, state, due, attempt, accepted, cause, body FROM jobs
    WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3";

pub(super) const JOB: &str = "
    SELECT id, installation, queue, key, state, due, attempt, accepted, cause, body FROM jobs WHERE id = $1";

pub(super) const DISCARD: &str = "DELETE FROM jobs WHERE id = $1 AND state = 'dead' RETURNING id";

pub(super) const LEAD: &str = "
    INSERT INTO leaders (name, holder, until) VALUES ($1, $2, $4)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE leaders.holder = excluded.holder OR leaders.until <= $3
    RETURNING name";

/// Returns a job from the columns of [`JOBS`].
pub(super) fn read_job(row: &Row) -> Result<Stored, Error> {
    Ok(Stored {
        id: JobId(row.try_get(0)?),
        installation: TenantId::new(row.try_get::<_, String>(1)?),
        queue: queue(row.try_get(2)?),
        key: row.try_get(3)?,
        dead: row.try_get::<_, &str>(4)? == "dead",
        due: from_millis(row.try_get(5)?),
        attempt: u32::try_from(row.try_get::<_, i64>(6)?).unwrap_or(u32::MAX),
        accepted: from_millis(row.try_get(7)?),
        cause: row.try_get(8)?,
        body: row.try_get(9)?,
    })
}

/// Reads the id only.
pub(super) fn read_id(row: &Row) -> Result<JobId, Error> {
    Ok(JobId(row.try_get(0)?))
}

/// Takes and releases the locks that storing a delivery takes, without a change. In one message: they are never held
/// while the next statement travels.
const REHEARSE: &str = "
    BEGIN; SET LOCAL lock_timeout = '1s';
    LOCK TABLE deliveries, partition_locks, jobs IN ROW EXCLUSIVE MODE;
    SELECT current_setting('transaction_read_only'); ROLLBACK";

/// Checks that a delivery could be stored.
pub(super) async fn rehearse(pool: &Pool) -> Result<(), QueueError> {
    let loan = PooledConnection::from(pool).await?;
    let answers = loan.client()?.simple_query(REHEARSE).await.map_err(|error| fault(&error))?;
    loan.give_back();
    let read_only = answers.iter().any(|answer| match answer {
        SimpleQueryMessage::Row(row) => row.get(0) == Some("on"),
        _ => false,
    });
    if read_only { Err(QueueError::new("the database is read-only")) } else { Ok(()) }
}

/// Reads counts from the columns of [`OVERVIEW`].
pub(super) fn read_overview(row: &Row) -> Result<Overview, Error> {
    let count = |column| row.try_get::<_, i64>(column).map(i64::unsigned_abs);
    Ok(Overview {
        inbox: count(0)?,
        outbox: count(1)?,
        dead: count(2)?,
        oldest: row.try_get::<_, Option<i64>>(3)?.map(from_millis),
    })
}
