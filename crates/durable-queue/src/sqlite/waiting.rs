//! Changes of waiting times: limits that an operator lifts, and everything when the clock goes back.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, Result, Row, params};

use super::memory::Memory;
use crate::clock::{from_millis, millis, rows};
use crate::rate_limit::{mention, told_to_wait};
use crate::{Limit, Queue, TenantId};

const LIMITS: &str = "
    SELECT installation, name, closed_until FROM buckets WHERE closed_until > ?1 ORDER BY installation, name LIMIT ?2";

/// Makes due the jobs that wait for the bucket: those put off until then or later that must pass it, or that the other
/// side asked to wait with it.
const HASTEN: &str = "
    UPDATE jobs SET due = ?4
    WHERE installation = ?1 AND state = 'live' AND in_flight = 0 AND due > ?4
        AND (instr(rate_limits, ?3) > 0 OR instr(cause, ?5) > 0)
        AND due >= (SELECT closed_until FROM buckets WHERE installation = ?1 AND name = ?2)";

const OPEN: &str = "
    UPDATE buckets SET closed_until = 0 WHERE installation = ?1 AND name = ?2 AND closed_until > ?3";

/// Moves all times except the lease of a claimed job: its worker counts on it.
const SET_BACK: [&str; 3] = [
    "UPDATE jobs SET due = max(?1, due - ?2) WHERE state = 'live' AND in_flight = 0 AND due > ?1",
    "UPDATE buckets SET full_until = max(0, full_until - ?2), closed_until = max(0, closed_until - ?2)
     WHERE full_until > ?1 OR closed_until > ?1",
    "UPDATE leaders SET until = max(?1, until - ?2) WHERE until > ?1",
];

/// Caps acceptance times at now.
const BY_NOW: &str = "UPDATE jobs SET accepted = ?1 WHERE state = 'live' AND accepted > ?1";

/// Returns the buckets that the other side has closed.
pub(super) fn limits(connection: &Connection, now: Timestamp, max: usize) -> Result<Vec<Limit>> {
    let read = |row: &Row<'_>| {
        let installation = TenantId::new(row.get::<_, String>(0)?);
        Ok(Limit { installation, bucket: row.get(1)?, until: from_millis(row.get(2)?) })
    };
    connection.prepare_cached(LIMITS)?.query_map(params![now.as_millisecond(), rows(max)], read)?.collect()
}

/// Opens a bucket and makes due the jobs that wait for it.
pub(super) fn lift(connection: &Connection, memory: &mut Memory, closed: &Limit, now: Timestamp) -> Result<bool> {
    let Limit { installation, bucket, .. } = closed;
    let now = now.as_millisecond();
    connection.execute(HASTEN, params![installation.as_str(), bucket, mention(bucket), now, told_to_wait(bucket)])?;
    let opened = connection.execute(OPEN, params![installation.as_str(), bucket, now])? > 0;
    wake(memory);
    Ok(opened)
}

/// Makes jobs that wait for a time due earlier.
pub(super) fn set_back(connection: &Connection, memory: &mut Memory, by: Duration, now: Timestamp) -> Result<()> {
    let (now, by) = (now.as_millisecond(), millis(by));
    for sql in SET_BACK {
        connection.execute(sql, params![now, by])?;
    }
    connection.execute(BY_NOW, [now])?;
    wake(memory);
    Ok(())
}

fn wake(memory: &mut Memory) {
    for queue in [Queue::Work, Queue::Outbox] {
        memory.pending.wake(queue);
    }
}
