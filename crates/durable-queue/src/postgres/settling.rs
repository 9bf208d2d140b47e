//! Outcomes of claimed jobs. The claim is checked and its row locked before anything is stored: of two workers that
//! believe they have the job, the one with the older fence stores nothing.
//!
//! Locks are taken in one order everywhere: deliveries, partitions, jobs, buckets, everything else.

use deadpool_postgres::ClientWrapper;
use jiff::Timestamp;
use tokio_postgres::{Error, Row};

use super::buckets;
use super::partitions;
use super::statements::{Params, changed, prepared, rows};
use crate::clock::from_millis;
use crate::fairness::{ParentJob, QueuedJob, Settlement};
use crate::queue_names::name;
use crate::wakeups::PendingWakeups;
use crate::{Claim, JobId, Queue, Settled, Verdict};

pub(super) const HELD: &str = "
    SELECT due, delay_notified, virtual_time FROM jobs
    WHERE id = $1 AND fence = $2 AND installation = $3 AND queue = $4 AND key = $5 AND state = 'live'
    FOR UPDATE";

pub(super) const POSTPONE: &str = "
    UPDATE jobs SET due = CASE WHEN reserved THEN greatest($2, due) ELSE $2 END, ready = FALSE WHERE id = $1";

pub(super) const CONTINUE: &str = "
    UPDATE jobs SET body = $2, due = CASE WHEN reserved THEN greatest($3, due) ELSE $3 END, ready = FALSE,
        outcome_unknown = FALSE
    WHERE id = $1";

/// An attempt that surely had no effect does not undo the doubt that an earlier one left.
pub(super) const GIVE_BACK: &str = "
    UPDATE jobs SET due = CASE WHEN reserved THEN greatest($2, due) ELSE $2 END, ready = FALSE, cause = $3,
        fence = fence + 1, in_flight = FALSE, outcome_unknown = outcome_unknown OR $4
    WHERE id = $1";

pub(super) const REMOVE: &str = "DELETE FROM jobs WHERE id = $1";

pub(super) const BURY: &str = "UPDATE jobs SET state = 'dead', head = FALSE, cause = $2 WHERE id = $1";

pub(super) const FREE_SUCCESSOR: &str = "
    UPDATE jobs SET head = TRUE, ready = due <= $4 WHERE id = (
        SELECT id FROM jobs WHERE state = 'live' AND NOT head AND installation = $1 AND queue = $2 AND key = $3
        ORDER BY id LIMIT 1
    )";

pub(super) const MARK_TOLD: &str = "
    UPDATE jobs SET delay_notified = TRUE
    WHERE id = $1 AND installation = $2 AND state = 'live' AND NOT delay_notified";

/// Moves the end of the lease.
pub(super) async fn renew(
    db: &ClientWrapper,
    pending: &mut PendingWakeups,
    claim: &Claim,
    until: Timestamp,
) -> Result<Settled, Error> {
    let Some(held) = held(db, claim).await? else { return Ok(Settled::LostLease) };
    changed(db, POSTPONE, &[&claim.id.0, &until.as_millisecond()]).await?;
    wake_if_earlier(pending, claim.queue, until, held.until);
    Ok(Settled::Applied)
}

/// Stores a verdict and its consequences. The verdict comes first: a job that takes another key leaves its partition
/// before it joins the new one.
pub(super) async fn settle(
    db: &ClientWrapper,
    pending: &mut PendingWakeups,
    settlement: &Settlement,
) -> Result<Settled, Error> {
    let Settlement { claim, jobs, closings, .. } = settlement;
    let Some(held) = lock_and_hold(db, settlement).await? else { return Ok(Settled::LostLease) };
    judge(db, pending, settlement, held.until).await?;
    for (bucket, until) in closings {
        buckets::close(db, &claim.installation, bucket, *until).await?;
    }
    let inheritance = ParentJob { claim, delay_notified: held.told, turn: held.turn };
    let jobs: Vec<_> = jobs.iter().map(|queued| inheritance.pass_on(queued)).collect();
    partitions::join(db, partitions::locked(&jobs), pending).await?;
    Ok(Settled::Applied)
}

/// Locks the partitions that change and then the job, both in one round trip. `None` if the claim does not hold.
async fn lock_and_hold(db: &ClientWrapper, settlement: &Settlement) -> Result<Option<Held>, Error> {
    let Claim { id, fence, installation, queue, key, .. } = &settlement.claim;
    let leaves = matches!(settlement.verdict, Verdict::Done | Verdict::Dead { .. });
    let left = leaves.then_some((installation.as_str(), *queue, key.as_str()));
    let joined = settlement.jobs.iter().flat_map(|queued| partitions::lines_of(&queued.job));
    let locks = partitions::locks(left.into_iter().chain(joined));
    let (lock, hold) = (prepared(db, partitions::LOCK).await?, prepared(db, HELD).await?);
    let (installation, queue) = (installation.as_str(), name(*queue));
    let locks: Params<'_> = &[&locks];
    let exactly: Params<'_> = &[&id.0, fence, &installation, &queue, key];
    let (_, found) = tokio::try_join!(biased; db.query(&lock, locks), db.query(&hold, exactly))?;
    found.first().map(Held::read).transpose()
}

async fn judge(
    db: &ClientWrapper,
    pending: &mut PendingWakeups,
    settlement: &Settlement,
    lease_end: Timestamp,
) -> Result<(), Error> {
    let Claim { id: JobId(id), queue, .. } = &settlement.claim;
    match &settlement.verdict {
        Verdict::Done => leave(db, pending, settlement, REMOVE, &[id]).await,
        Verdict::Dead { cause } => leave(db, pending, settlement, BURY, &[id, cause]).await,
        Verdict::Continue { body, until } => {
            changed(db, CONTINUE, &[id, body, &until.as_millisecond()]).await?;
            wake_if_earlier(pending, *queue, *until, lease_end);
            Ok(())
        }
        Verdict::Retry { due, cause, outcome_unknown } => {
            changed(db, GIVE_BACK, &[id, &due.as_millisecond(), cause, outcome_unknown]).await?;
            wake_if_earlier(pending, *queue, *due, lease_end);
            Ok(())
        }
    }
}

/// Takes the job out of its partition and makes the next one the head, both in one round trip.
async fn leave(
    db: &ClientWrapper,
    pending: &mut PendingWakeups,
    settlement: &Settlement,
    how: &str,
    job: Params<'_>,
) -> Result<(), Error> {
    let (leave, free) = (prepared(db, how).await?, prepared(db, FREE_SUCCESSOR).await?);
    let Claim { installation, queue, key, .. } = &settlement.claim;
    let (installation, queue_name, now) = (installation.as_str(), name(*queue), settlement.now.as_millisecond());
    let partition: Params<'_> = &[&installation, &queue_name, key, &now];
    let (_, freed) = tokio::try_join!(biased; db.execute(&leave, job), db.execute(&free, partition))?;
    if freed > 0 {
        pending.wake(*queue);
    }
    Ok(())
}

/// Stores the notice if the job still waits and its person was not notified. Answers whether it was stored.
pub(super) async fn tell(
    db: &ClientWrapper,
    pending: &mut PendingWakeups,
    job: JobId,
    notice: &QueuedJob,
) -> Result<bool, Error> {
    // The partition before the job, as everywhere: a settlement may hold one and wait for the other.
    let locked = partitions::lock_for(db, std::slice::from_ref(notice)).await?;
    if changed(db, MARK_TOLD, &[&job.0, &notice.job.installation.as_str()]).await? == 0 {
        return Ok(false);
    }
    partitions::join(db, locked, pending).await?;
    // A claim may have skipped the job while it was locked here.
    pending.wake(Queue::Work);
    Ok(true)
}

/// Properties of a claimed job that may have changed since.
struct Held {
    until: Timestamp,
    told: bool,
    turn: i64,
}

impl Held {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self { until: from_millis(row.try_get(0)?), told: row.try_get(1)?, turn: row.try_get(2)? })
    }
}

/// Reads the claimed job; `None` if the claim does not hold.
async fn held(db: &ClientWrapper, claim: &Claim) -> Result<Option<Held>, Error> {
    let Claim { id, fence, installation, queue, key, .. } = claim;
    let found = rows(db, HELD, &[&id.0, fence, &installation.as_str(), &name(*queue), key]).await?;
    found.first().map(Held::read).transpose()
}

fn wake_if_earlier(pending: &mut PendingWakeups, queue: Queue, due: Timestamp, before: Timestamp) {
    if due < before {
        pending.wake(queue);
    }
}
