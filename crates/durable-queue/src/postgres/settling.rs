//! Outcomes of claimed jobs, with what follows from them. Of two workers that believe they have the job, the one with
//! the older fence stores nothing.
//!
//! Locks are taken in one order everywhere: deliveries, partitions, jobs, buckets, everything else.

use deadpool_postgres::ClientWrapper;
use jiff::Timestamp;
use tokio_postgres::Error;

use super::buckets;
use super::partitions;
use super::partitions::PartitionKey;
use super::statements::{Params, changed, rows};
use super::verdicts::{Held, Verdicts};
use crate::fairness::{ParentJob, QueuedJob, Settlement};
use crate::queue_names::{name, queue};
use crate::wakeups::PendingWakeups;
use crate::{Claim, JobId, Queue, Settled, Verdict};

pub(super) const POSTPONE: &str = "
    UPDATE jobs SET due = CASE WHEN reserved THEN greatest($6, due) ELSE $6 END, ready = FALSE
    WHERE id = $1 AND fence = $2 AND installation = $3 AND queue = $4 AND key = $5 AND state = 'live'";

/// LATERAL, so that each partition is one search of the index.
pub(super) const FREE_SUCCESSORS: &str = "
    UPDATE jobs SET head = TRUE, ready = due <= $4
    WHERE id = ANY(ARRAY(
        SELECT first.id FROM unnest($1::text[], $2::text[], $3::text[]) AS freed (installation, queue, key)
        CROSS JOIN LATERAL (
            SELECT id FROM jobs
            WHERE state = 'live' AND NOT head AND jobs.installation = freed.installation
                AND jobs.queue = freed.queue AND jobs.key = freed.key
            ORDER BY id LIMIT 1
        ) AS first
    ))
    RETURNING queue";

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
    let Claim { id, fence, installation, queue, key, .. } = claim;
    let lease: Params<'_> = &[&id.0, fence, &installation.as_str(), &name(*queue), key, &until.as_millisecond()];
    if changed(db, POSTPONE, lease).await? == 0 {
        return Ok(Settled::LostLease);
    }
    if until < claim.until {
        pending.wake(claim.queue);
    }
    Ok(Settled::Applied)
}

/// Stores verdicts and their consequences, each if its claim still holds. Of two about the same job the first holds.
/// All verdicts come before all new jobs: a job that takes another key leaves its partition before it joins the new
/// one.
pub(super) async fn settle(
    db: &ClientWrapper,
    pending: &mut PendingWakeups,
    settlements: &[&Settlement],
) -> Result<Vec<Settled>, Error> {
    if settlements.is_empty() {
        return Ok(Vec::new());
    }
    let mut held = Verdicts::of(settlements).store(db, &locks_of(settlements)).await?;
    let held: Vec<_> = settlements.iter().map(|settlement| held.take(&settlement.claim)).collect();
    let holding = || settlements.iter().zip(&held).filter_map(|(settlement, held)| Some((*settlement, held.as_ref()?)));
    wake_if_earlier(pending, holding().map(|(settlement, _)| settlement));
    free_successors(db, pending, holding().map(|(settlement, _)| settlement)).await?;
    close(db, holding().map(|(settlement, _)| settlement)).await?;
    let jobs: Vec<_> = holding().flat_map(|(settlement, held)| followers(settlement, held)).collect();
    partitions::join(db, partitions::locked(&jobs), pending).await?;
    Ok(held.iter().map(|held| if held.is_some() { Settled::Applied } else { Settled::LostLease }).collect())
}

/// Returns the locks of the partitions that change.
fn locks_of(settlements: &[&Settlement]) -> Vec<i64> {
    let left = settlements.iter().filter(|settlement| leaves(&settlement.verdict)).map(|settlement| line(settlement));
    let joined = settlements.iter().flat_map(|settlement| &settlement.jobs);
    let joined = joined.flat_map(|queued| partitions::lines_of(&queued.job));
    partitions::locks(left.chain(joined))
}

/// Answers whether a job leaves its partition with this verdict.
fn leaves(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Done | Verdict::Dead { .. })
}

fn line(settlement: &Settlement) -> PartitionKey<'_> {
    let Claim { installation, queue, key, .. } = &settlement.claim;
    (installation.as_str(), *queue, key.as_str())
}

/// Makes the next job of each partition that a job has left its head.
async fn free_successors<'a>(
    db: &ClientWrapper,
    pending: &mut PendingWakeups,
    settlements: impl Iterator<Item = &'a Settlement>,
) -> Result<(), Error> {
    let (mut installations, mut queues, mut keys, mut now) = (Vec::new(), Vec::new(), Vec::new(), i64::MIN);
    for settlement in settlements.filter(|settlement| leaves(&settlement.verdict)) {
        let (installation, queue, key) = line(settlement);
        installations.push(installation);
        queues.push(name(queue));
        keys.push(key);
        now = now.max(settlement.now.as_millisecond());
    }
    if keys.is_empty() {
        return Ok(());
    }
    for row in rows(db, FREE_SUCCESSORS, &[&installations, &queues, &keys, &now]).await? {
        pending.wake(queue(row.try_get(0)?));
    }
    Ok(())
}

/// Closes the buckets in one order, whatever the order of the settlements.
async fn close(db: &ClientWrapper, settlements: impl Iterator<Item = &Settlement>) -> Result<(), Error> {
    let of = |settlement: &Settlement| {
        let installation = settlement.claim.installation.clone();
        settlement
            .closings
            .iter()
            .map(move |(bucket, until)| (installation.clone(), bucket.clone(), *until))
            .collect::<Vec<_>>()
    };
    let mut closings: Vec<_> = settlements.flat_map(of).collect();
    closings.sort();
    for (installation, bucket, until) in &closings {
        buckets::close(db, installation, bucket, *until).await?;
    }
    Ok(())
}

/// Returns the jobs that follow from a settlement.
fn followers(settlement: &Settlement, held: &Held) -> Vec<QueuedJob> {
    let inheritance = ParentJob { claim: &settlement.claim, delay_notified: held.told, turn: held.turn };
    settlement.jobs.iter().map(|queued| inheritance.pass_on(queued)).collect()
}

/// Wakes the workers whose jobs become due before the leases would have ended.
fn wake_if_earlier<'a>(pending: &mut PendingWakeups, settlements: impl Iterator<Item = &'a Settlement>) {
    for Settlement { claim, verdict, .. } in settlements {
        match verdict {
            // The lease may have been renewed, so any due time may be an earlier one.
            Verdict::Retry { .. } => pending.wake(claim.queue),
            Verdict::Continue { until, .. } if *until < claim.until => pending.wake(claim.queue),
            Verdict::Continue { .. } | Verdict::Done | Verdict::Dead { .. } => {}
        }
    }
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
