//! Queries for due and waiting jobs.

use deadpool_postgres::Pool;
use jiff::Timestamp;
use tokio_postgres::Error;

use super::fault::fault;
use super::unit_of_work::query;
use crate::clock::from_millis;
use crate::queue_names::name;
use crate::{Queue, QueueError};

pub(super) const NEXT_DUE: &str = "
    SELECT least(
        (SELECT due FROM jobs WHERE queue = $1 AND state = 'live' AND head AND ready
            ORDER BY class, virtual_time, id LIMIT 1),
        (SELECT due FROM jobs WHERE queue = $1 AND state = 'live' AND head AND NOT ready ORDER BY due LIMIT 1)
    )";

/// A claim that only describes has a fence below every possible fence of a job.
pub(super) const OVERDUE: &str = "
    SELECT id, installation, key, -1::bigint, due, attempt, accepted, delay_notified, body, outcome_unknown, request,
        0::bigint
    FROM jobs
    WHERE state = 'live' AND queue = 'work' AND NOT delay_notified AND accepted < $1
    ORDER BY accepted, id LIMIT $2";

/// Returns the time at which the next job of the queue is due, if there is one.
pub(super) async fn next_due(pool: &Pool, queue: Queue) -> Result<Option<Timestamp>, QueueError> {
    let rows = query(pool, NEXT_DUE, &[&name(queue)]).await?;
    let due: Result<Option<i64>, Error> = rows.first().map_or(Ok(None), |row| row.try_get(0));
    Ok(due.map_err(|error| fault(&error))?.map(from_millis))
}
