//! Changes of waiting times: limits that an operator lifts, and everything when the clock goes back. Jobs come before
//! buckets, as everywhere. The jobs locked here are not due, so no claim holds them.

use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use jiff::Timestamp;
use tokio_postgres::{Error, Row};

use super::statements::changed;
use crate::clock::{from_millis, millis};
use crate::rate_limit::{mention, told_to_wait};
use crate::wakeups::PendingWakeups;
use crate::{Limit, Queue, TenantId};

pub(super) const LIMITS: &str = "
    SELECT installation, name, closed_until FROM buckets WHERE closed_until > $1
    ORDER BY installation COLLATE \"C\", name COLLATE \"C\" LIMIT $2";

/// Makes due the jobs that wait for the bucket: those put off until then or later that must pass it, or that the other
/// side asked to wait with it.
const HASTEN: &str = "
    UPDATE jobs SET due = $4
    WHERE installation = $1 AND state = 'live' AND NOT in_flight AND due > $4
        AND (strpos(rate_limits, $3) > 0 OR strpos(cause, $5) > 0)
        AND due >= (SELECT closed_until FROM buckets WHERE installation = $1 AND name = $2)";

const OPEN: &str = "
    UPDATE buckets SET closed_until = 0 WHERE installation = $1 AND name = $2 AND closed_until > $3";

/// Moves all times except the lease of a claimed job: its worker counts on it.
const SET_BACK: [&str; 3] = [
    "UPDATE jobs SET due = greatest($1::bigint, due - $2::bigint) WHERE state = 'live' AND NOT in_flight AND due > $1",
    "UPDATE buckets
     SET full_until = greatest(0, full_until - $2::bigint), closed_until = greatest(0, closed_until - $2::bigint)
     WHERE full_until > $1::bigint OR closed_until > $1",
    "UPDATE leaders SET until = greatest($1::bigint, until - $2::bigint) WHERE until > $1",
];

/// Caps acceptance times at now.
const BY_NOW: &str = "UPDATE jobs SET accepted = $1 WHERE state = 'live' AND accepted > $1";

/// Returns a limit from the columns of [`LIMITS`].
pub(super) fn read_limit(row: &Row) -> Result<Limit, Error> {
    let installation = TenantId::new(row.try_get::<_, String>(0)?);
    Ok(Limit { installation, bucket: row.try_get(1)?, until: from_millis(row.try_get(2)?) })
}

/// Opens a bucket and makes due the jobs that wait for it. Answers whether it was closed.
pub(super) async fn lift(
    db: &ClientWrapper,
    pending: &mut PendingWakeups,
    closed: &Limit,
    now: Timestamp,
) -> Result<bool, Error> {
    let Limit { installation, bucket, .. } = closed;
    let (installation, now) = (installation.as_str(), now.as_millisecond());
    let (mention, told) = (mention(bucket), told_to_wait(bucket));
    changed(db, HASTEN, &[&installation, bucket, &mention, &now, &told]).await?;
    let opened = changed(db, OPEN, &[&installation, bucket, &now]).await? > 0;
    wake(pending);
    Ok(opened)
}

/// Makes jobs that wait for a time due earlier.
pub(super) async fn set_back(
    db: &ClientWrapper,
    pending: &mut PendingWakeups,
    by: Duration,
    now: Timestamp,
) -> Result<(), Error> {
    let (now, by) = (now.as_millisecond(), millis(by));
    for sql in SET_BACK {
        changed(db, sql, &[&now, &by]).await?;
    }
    changed(db, BY_NOW, &[&now]).await?;
    wake(pending);
    Ok(())
}

fn wake(pending: &mut PendingWakeups) {
    for queue in [Queue::Work, Queue::Outbox] {
        pending.wake(queue);
    }
}
