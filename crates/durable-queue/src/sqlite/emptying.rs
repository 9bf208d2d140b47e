//! Removing old rows, and all rows of a tenant.

use jiff::Timestamp;
use rusqlite::{Connection, Result, Row, params};

use super::memory::{Memory, Walk};
use super::partitions;
use crate::clock::rows;
use crate::queue_names::queue;
use crate::{JobId, TenantId};

/// Finds a tenant's jobs, without an index: this is seldom asked, and every request writes to every index.
const JOBS: &str = "SELECT id, queue, key FROM jobs WHERE installation = ?1 AND id <> ?2 LIMIT ?3";

const DROP_JOB: &str = "DELETE FROM jobs WHERE id = ?1";

const DROP_DELIVERIES: &str = "
    DELETE FROM deliveries WHERE (key, installation) IN (
        SELECT key, installation FROM deliveries WHERE installation = ?1 LIMIT ?2)";

pub(super) const WALK_DELIVERIES: &str = "
    SELECT key, installation, at FROM deliveries WHERE (key, installation) > (?1, ?2)
    ORDER BY key, installation LIMIT ?3";

pub(super) const FORGET_DELIVERY: &str = "DELETE FROM deliveries WHERE key = ?1 AND installation = ?2";

/// Number of deliveries that are checked for each that may be removed.
const LOOKED_AT: usize = 4;

/// Removes a bite of old deliveries. Continues where it stopped, and begins again after the end.
pub(super) fn sweep(connection: &Connection, walk: &mut Walk, before: Timestamp, max: usize) -> Result<usize> {
    let window = max.saturating_mul(LOOKED_AT);
    let read = |row: &Row<'_>| Ok(((row.get(0)?, row.get(1)?), row.get::<_, i64>(2)?));
    let mut statement = connection.prepare_cached(WALK_DELIVERIES)?;
    let seen =
        statement.query_map(params![walk.0, walk.1, rows(window)], read)?.collect::<Result<Vec<(Walk, i64)>>>()?;
    let at_end = seen.len() < window;
    let mut forget = connection.prepare_cached(FORGET_DELIVERY)?;
    let mut forgotten = 0;
    for (delivery, at) in seen {
        if forgotten == max {
            return Ok(forgotten);
        }
        if at < before.as_millisecond() {
            forgotten += forget.execute(params![delivery.0, delivery.1])?;
        }
        *walk = delivery;
    }
    if at_end {
        *walk = Walk::default();
    }
    Ok(forgotten)
}

/// Removes a bite of a tenant's deliveries.
pub(super) fn drop_deliveries(connection: &Connection, tenant: &TenantId, max: usize) -> Result<usize> {
    connection.prepare_cached(DROP_DELIVERIES)?.execute(params![tenant.as_str(), rows(max)])
}

/// Removes a bite of a tenant's jobs, except one.
pub(super) fn drop_jobs(
    connection: &Connection,
    memory: &mut Memory,
    tenant: &TenantId,
    spared: JobId,
    max: usize,
) -> Result<usize> {
    let mut found = connection.prepare_cached(JOBS)?;
    let jobs = found.query_map(params![tenant.as_str(), spared.0, rows(max)], |row| {
        Ok((row.get::<_, i64>(0)?, queue(row.get_ref(1)?.as_str()?), row.get::<_, String>(2)?))
    })?;
    let jobs = jobs.collect::<Result<Vec<_>>>()?;
    for (id, queue, key) in &jobs {
        connection.prepare_cached(DROP_JOB)?.execute([id])?;
        memory.lines.leave(partitions::number(tenant.as_str(), *queue, key), *id);
    }
    Ok(jobs.len())
}
