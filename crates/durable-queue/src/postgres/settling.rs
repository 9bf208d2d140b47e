//! Outcomes of claimed jobs. The claim is checked and its row locked before anything is stored: of two workers that
//! believe they have the job, the one with the older fence stores nothing.
//!
//! Locks are taken in one order everywhere: deliveries, partitions, jobs, buckets, everything else.

use std::collections::{HashMap, HashSet};

use deadpool_postgres::ClientWrapper;
use jiff::Timestamp;
use tokio_postgres::{Error, Row};

use super::buckets;
use super::partitions;
use super::partitions::PartitionKey;
use super::statements::{Params, changed, prepared, rows};
use crate::clock::from_millis;
use crate::fairness::{ParentJob, QueuedJob, Settlement};
use crate::queue_names::{name, queue};
use crate::wakeups::PendingWakeups;
use crate::{Claim, JobId, Queue, Settled, Verdict};

pub(super) const HELD: &str = "
    SELECT due, delay_notified, virtual_time FROM jobs
    WHERE id = $1 AND fence = $2 AND installation = $3 AND queue = $4 AND key = $5 AND state = 'live'
    FOR UPDATE";

pub(super) const POSTPONE: &str = "
    UPDATE jobs SET due = CASE WHEN reserved THEN greatest($2, due) ELSE $2 END, ready = FALSE WHERE id = $1";

/// The claimed jobs among those asked for, by their places. Their rows are locked in the order of ids. Here and below
/// the ids are asked for twice, so that even a plan that was made for an empty table searches for them.
pub(super) const HELD_TOGETHER: &str = "
    SELECT asked.place, jobs.due, jobs.delay_notified, jobs.virtual_time
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[])
        WITH ORDINALITY AS asked (id, fence, installation, queue, key, place)
    JOIN jobs ON jobs.id = asked.id
    WHERE jobs.id = ANY($1) AND jobs.fence = asked.fence AND jobs.installation = asked.installation
        AND jobs.queue = asked.queue AND jobs.key = asked.key AND jobs.state = 'live'
    ORDER BY jobs.id FOR UPDATE OF jobs";

pub(super) const CONTINUE: &str = "
    UPDATE jobs SET body = step.body, due = CASE WHEN reserved THEN greatest(step.due, jobs.due) ELSE step.due END,
        ready = FALSE, outcome_unknown = FALSE
    FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS step (id, body, due)
    WHERE jobs.id = ANY($1) AND jobs.id = step.id";

/// An attempt that surely had no effect does not undo the doubt that an earlier one left.
pub(super) const GIVE_BACK: &str = "
    UPDATE jobs SET due = CASE WHEN reserved THEN greatest(later.due, jobs.due) ELSE later.due END, ready = FALSE,
        cause = later.cause, fence = fence + 1, in_flight = FALSE,
        outcome_unknown = jobs.outcome_unknown OR later.outcome_unknown
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bool[]) AS later (id, due, cause, outcome_unknown)
    WHERE jobs.id = ANY($1) AND jobs.id = later.id";

pub(super) const REMOVE: &str = "DELETE FROM jobs WHERE id = ANY($1)";

pub(super) const BURY: &str = "
    UPDATE jobs SET state = 'dead', head = FALSE, cause = dead.cause
    FROM unnest($1::bigint[], $2::text[]) AS dead (id, cause)
    WHERE jobs.id = ANY($1) AND jobs.id = dead.id";

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
    let Some(held) = held(db, claim).await? else { return Ok(Settled::LostLease) };
    changed(db, POSTPONE, &[&claim.id.0, &until.as_millisecond()]).await?;
    wake_if_earlier(pending, claim.queue, until, held.until);
    Ok(Settled::Applied)
}

/// Stores verdicts and their consequences, each if its claim still holds. Of two about the same job the first holds.
/// All verdicts come before all new jobs: a job that takes another key leaves its partition before it joins the new one.
pub(super) async fn settle(
    db: &ClientWrapper,
    pending: &mut PendingWakeups,
    settlements: &[&Settlement],
) -> Result<Vec<Settled>, Error> {
    if settlements.is_empty() {
        return Ok(Vec::new());
    }
    let held = lock_and_hold(db, settlements).await?;
    let holding = || settlements.iter().zip(&held).filter_map(|(settlement, held)| Some((*settlement, held.as_ref()?)));
    let verdicts = Verdicts::of(holding());
    verdicts.store(db, pending).await?;
    close(db, holding().map(|(settlement, _)| settlement)).await?;
    let jobs: Vec<_> = holding().flat_map(|(settlement, held)| followers(settlement, held)).collect();
    partitions::join(db, partitions::locked(&jobs), pending).await?;
    Ok(held.iter().map(|held| if held.is_some() { Settled::Applied } else { Settled::LostLease }).collect())
}

/// Locks the partitions that change and then the jobs, both in one round trip. `None` where a claim does not hold.
async fn lock_and_hold(db: &ClientWrapper, settlements: &[&Settlement]) -> Result<Vec<Option<Held>>, Error> {
    let left = settlements.iter().filter(|settlement| leaves(&settlement.verdict)).map(|settlement| line(settlement));
    let joined = settlements.iter().flat_map(|settlement| &settlement.jobs);
    let joined = joined.flat_map(|queued| partitions::lines_of(&queued.job));
    let locks = partitions::locks(left.chain(joined));
    let claims = || settlements.iter().map(|settlement| &settlement.claim);
    let ids: Vec<_> = claims().map(|claim| claim.id.0).collect();
    let fences: Vec<_> = claims().map(|claim| claim.fence).collect();
    let installations: Vec<_> = claims().map(|claim| claim.installation.as_str()).collect();
    let queues: Vec<_> = claims().map(|claim| name(claim.queue)).collect();
    let keys: Vec<_> = claims().map(|claim| claim.key.as_str()).collect();
    let (lock, hold) = (prepared(db, partitions::LOCK).await?, prepared(db, HELD_TOGETHER).await?);
    let locks: Params<'_> = &[&locks];
    let exactly: Params<'_> = &[&ids, &fences, &installations, &queues, &keys];
    let (_, found) = tokio::try_join!(biased; db.query(&lock, locks), db.query(&hold, exactly))?;
    let mut by_place = HashMap::with_capacity(found.len());
    for row in &found {
        by_place.insert(row.try_get::<_, i64>(0)?, Held::read(row, 1)?);
    }
    let mut jobs = HashSet::new();
    let places = (1..).zip(&ids);
    Ok(places.map(|(place, id)| by_place.remove(&place).filter(|_| jobs.insert(*id))).collect())
}

/// Answers whether a job leaves its partition with this verdict.
fn leaves(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Done | Verdict::Dead { .. })
}

fn line(settlement: &Settlement) -> PartitionKey<'_> {
    let Claim { installation, queue, key, .. } = &settlement.claim;
    (installation.as_str(), *queue, key.as_str())
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

/// Verdicts by their kinds, as the columns of tables.
#[derive(Default)]
struct Verdicts<'a> {
    removed: Vec<i64>,
    buried: (Vec<i64>, Vec<&'a str>),
    continued: (Vec<i64>, Vec<&'a str>, Vec<i64>),
    given_back: (Vec<i64>, Vec<i64>, Vec<&'a str>, Vec<bool>),
    /// The partitions that jobs leave.
    left: (Vec<&'a str>, Vec<&'static str>, Vec<&'a str>),
    /// The time of the latest settlement.
    now: i64,
    /// The queues in which a job becomes due before its lease would have ended.
    earlier: Vec<Queue>,
}

impl<'a> Verdicts<'a> {
    fn of(settlements: impl Iterator<Item = (&'a Settlement, &'a Held)>) -> Self {
        let mut verdicts = Self::default();
        for (settlement, held) in settlements {
            verdicts.add(settlement, held.until);
        }
        verdicts
    }

    fn add(&mut self, settlement: &'a Settlement, lease_end: Timestamp) {
        let JobId(id) = settlement.claim.id;
        match &settlement.verdict {
            Verdict::Done => self.removed.push(id),
            Verdict::Dead { cause } => {
                self.buried.0.push(id);
                self.buried.1.push(cause);
            }
            Verdict::Continue { body, until } => {
                self.continued.0.push(id);
                self.continued.1.push(body);
                self.continued.2.push(until.as_millisecond());
                self.earlier.extend((*until < lease_end).then_some(settlement.claim.queue));
            }
            Verdict::Retry { due, cause, outcome_unknown } => {
                self.given_back.0.push(id);
                self.given_back.1.push(due.as_millisecond());
                self.given_back.2.push(cause);
                self.given_back.3.push(*outcome_unknown);
                self.earlier.extend((*due < lease_end).then_some(settlement.claim.queue));
            }
        }
        if leaves(&settlement.verdict) {
            let (installation, queue, key) = line(settlement);
            self.left.0.push(installation);
            self.left.1.push(name(queue));
            self.left.2.push(key);
        }
        self.now = self.now.max(settlement.now.as_millisecond());
    }

    /// Stores the verdicts, each kind in one statement. A job leaves its partition before the next one becomes the head.
    async fn store(&self, db: &ClientWrapper, pending: &mut PendingWakeups) -> Result<(), Error> {
        let Self { removed, buried, continued, given_back, left, now, earlier } = self;
        if !continued.0.is_empty() {
            changed(db, CONTINUE, &[&continued.0, &continued.1, &continued.2]).await?;
        }
        if !given_back.0.is_empty() {
            changed(db, GIVE_BACK, &[&given_back.0, &given_back.1, &given_back.2, &given_back.3]).await?;
        }
        if !buried.0.is_empty() {
            changed(db, BURY, &[&buried.0, &buried.1]).await?;
        }
        if !left.0.is_empty() {
            let (remove, free) = (prepared(db, REMOVE).await?, prepared(db, FREE_SUCCESSORS).await?);
            let jobs: Params<'_> = &[removed];
            let lines: Params<'_> = &[&left.0, &left.1, &left.2, now];
            let (_, freed) = tokio::try_join!(biased; db.execute(&remove, jobs), db.query(&free, lines))?;
            for row in &freed {
                pending.wake(queue(row.try_get(0)?));
            }
        }
        for queue in earlier {
            pending.wake(*queue);
        }
        Ok(())
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

/// Properties of a claimed job that may have changed since.
struct Held {
    until: Timestamp,
    told: bool,
    turn: i64,
}

impl Held {
    /// Reads the columns from `first` on.
    fn read(row: &Row, first: usize) -> Result<Self, Error> {
        let until = from_millis(row.try_get(first)?);
        Ok(Self { until, told: row.try_get(first + 1)?, turn: row.try_get(first + 2)? })
    }
}

/// Reads the claimed job; `None` if the claim does not hold.
async fn held(db: &ClientWrapper, claim: &Claim) -> Result<Option<Held>, Error> {
    let Claim { id, fence, installation, queue, key, .. } = claim;
    let found = rows(db, HELD, &[&id.0, fence, &installation.as_str(), &name(*queue), key]).await?;
    found.first().map(|row| Held::read(row, 0)).transpose()
}

fn wake_if_earlier(pending: &mut PendingWakeups, queue: Queue, due: Timestamp, before: Timestamp) {
    if due < before {
        pending.wake(queue);
    }
}
