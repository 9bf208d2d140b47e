//! What becomes of a claimed job. The claim is checked and its row locked before anything is
//! stored: of two who believe that the job is theirs, the one with the older fence stores nothing.
//!
//! Locks are taken in one order everywhere: deliveries, lines, jobs, buckets, everything else.

use async_trait::async_trait;
use deadpool_postgres::ClientWrapper;
use jiff::Timestamp;
use tokio_postgres::{Error, Row};

use super::facts;
use super::kept;
use super::partitions::{self, lines_of, name};
use super::transaction::{Params, Transaction, changed, prepared, rows};
use crate::clock::from_millis;
use crate::ids::JobId;
use crate::store::fairness::{ParentJob, Queued};
use crate::store::wakeups::PendingWakeups;
use crate::store::{Claim, Effect, Queue, Settled, Verdict};

pub(super) const HELD: &str = "
    SELECT due, told, turn FROM jobs
    WHERE id = $1 AND fence = $2 AND installation = $3 AND lane = $4 AND key = $5 AND state = 'live'
    FOR UPDATE";

pub(super) const POSTPONE: &str = "
    UPDATE jobs SET due = CASE WHEN slot THEN greatest($2, due) ELSE $2 END, ready = FALSE WHERE id = $1";

pub(super) const CONTINUE: &str = "
    UPDATE jobs SET body = $2, due = CASE WHEN slot THEN greatest($3, due) ELSE $3 END, ready = FALSE, unsure = FALSE
    WHERE id = $1";

/// An attempt that surely had no effect takes nothing back of what an earlier one may have had.
pub(super) const GIVE_BACK: &str = "
    UPDATE jobs SET due = CASE WHEN slot THEN greatest($2, due) ELSE $2 END, ready = FALSE, cause = $3,
        fence = fence + 1, in_flight = FALSE, unsure = unsure OR $4
    WHERE id = $1";

pub(super) const REMOVE: &str = "DELETE FROM jobs WHERE id = $1";

pub(super) const BURY: &str = "UPDATE jobs SET state = 'dead', head = FALSE, cause = $2 WHERE id = $1";

pub(super) const FREE_SUCCESSOR: &str = "
    UPDATE jobs SET head = TRUE, ready = due <= $4 WHERE id = (
        SELECT id FROM jobs WHERE state = 'live' AND NOT head AND installation = $1 AND lane = $2 AND key = $3
        ORDER BY id LIMIT 1
    )";

pub(super) const MARK_TOLD: &str = "
    UPDATE jobs SET told = TRUE WHERE id = $1 AND installation = $2 AND state = 'live' AND NOT told";

/// Moves the end of the lease.
pub(super) struct Renew<'a> {
    pub(super) claim: &'a Claim,
    pub(super) until: Timestamp,
}

#[async_trait]
impl Transaction for Renew<'_> {
    type Output = Settled;

    async fn run(&self, db: &ClientWrapper, pending: &mut PendingWakeups) -> Result<Settled, Error> {
        let Some(held) = held(db, self.claim).await? else { return Ok(Settled::LostLease) };
        changed(db, POSTPONE, &[&self.claim.id.0, &self.until.as_millisecond()]).await?;
        wake_if_earlier(pending, self.claim.queue, self.until, held.until);
        Ok(Settled::Applied)
    }
}

/// The verdict comes before its effects: a job that takes another key leaves its line before it
/// joins the new one.
pub(super) struct Settle<'a> {
    pub(super) claim: &'a Claim,
    pub(super) verdict: &'a Verdict,
    pub(super) effects: &'a [Effect],
    pub(super) jobs: &'a [Queued],
    pub(super) now: Timestamp,
}

#[async_trait]
impl Transaction for Settle<'_> {
    type Output = Settled;

    async fn run(&self, db: &ClientWrapper, pending: &mut PendingWakeups) -> Result<Settled, Error> {
        let Some(held) = self.hold(db).await? else { return Ok(Settled::LostLease) };
        self.judge(db, pending, held.until).await?;
        self.close_buckets(db).await?;
        for effect in self.effects {
            self.follow(db, effect).await?;
        }
        let inheritance = ParentJob { claim: self.claim, delay_notified: held.told, turn: held.turn };
        let jobs: Vec<_> = self.jobs.iter().map(|queued| inheritance.pass_on(queued)).collect();
        partitions::join(db, &jobs.iter().collect::<Vec<_>>(), pending).await?;
        Ok(Settled::Applied)
    }
}

impl Settle<'_> {
    /// Locks the lines that change and then the job, both in one round trip. `None` if the claim does not
    /// hold.
    async fn hold(&self, db: &ClientWrapper) -> Result<Option<Held>, Error> {
        let leaves = matches!(self.verdict, Verdict::Done | Verdict::Dead { .. });
        let left = leaves.then_some((self.claim.installation.as_str(), self.claim.queue, self.claim.key.as_str()));
        let joined = self.jobs.iter().flat_map(|queued| lines_of(&queued.job));
        let locks = partitions::locks(left.into_iter().chain(joined));
        let (lock, hold) = (prepared(db, partitions::LOCK).await?, prepared(db, HELD).await?);
        let Claim { id, fence, installation, queue, key, .. } = self.claim;
        let (installation, queue) = (installation.as_str(), name(*queue));
        let locks: Params<'_> = &[&locks];
        let exactly: Params<'_> = &[&id.0, fence, &installation, &queue, key];
        let (_, found) = tokio::try_join!(biased; db.query(&lock, locks), db.query(&hold, exactly))?;
        found.first().map(Held::read).transpose()
    }

    async fn judge(&self, db: &ClientWrapper, pending: &mut PendingWakeups, lease_end: Timestamp) -> Result<(), Error> {
        let Claim { id: JobId(id), queue, .. } = self.claim;
        match self.verdict {
            Verdict::Done => {
                self.leave(db, pending, REMOVE, &[id]).await?;
            }
            Verdict::Dead { cause } => {
                self.leave(db, pending, BURY, &[id, cause]).await?;
            }
            Verdict::Continue { body, until } => {
                changed(db, CONTINUE, &[id, body, &until.as_millisecond()]).await?;
                wake_if_earlier(pending, *queue, *until, lease_end);
            }
            Verdict::Retry { due, cause, outcome_unknown } => {
                changed(db, GIVE_BACK, &[id, &due.as_millisecond(), cause, outcome_unknown]).await?;
                wake_if_earlier(pending, *queue, *due, lease_end);
            }
        }
        Ok(())
    }

    /// Takes the job out of its line and makes the next one the head, both in one round trip.
    async fn leave(
        &self,
        db: &ClientWrapper,
        pending: &mut PendingWakeups,
        how: &str,
        job: Params<'_>,
    ) -> Result<(), Error> {
        let (leave, free) = (prepared(db, how).await?, prepared(db, FREE_SUCCESSOR).await?);
        let Claim { installation, queue, key, .. } = self.claim;
        let (installation, lane_name, now) = (installation.as_str(), name(*queue), self.now.as_millisecond());
        let line: Params<'_> = &[&installation, &lane_name, key, &now];
        let (_, freed) = tokio::try_join!(biased; db.execute(&leave, job), db.execute(&free, line))?;
        if freed > 0 {
            pending.wake(*queue);
        }
        Ok(())
    }

    /// In the order of their names, like everybody who locks several buckets.
    async fn close_buckets(&self, db: &ClientWrapper) -> Result<(), Error> {
        let closed = self.effects.iter().filter_map(|effect| match effect {
            Effect::Close { bucket, until } => Some((bucket, *until)),
            _ => None,
        });
        let mut closed: Vec<_> = closed.collect();
        closed.sort();
        for (bucket, until) in closed {
            facts::close(db, &self.claim.installation, bucket, until).await?;
        }
        Ok(())
    }

    async fn follow(&self, db: &ClientWrapper, effect: &Effect) -> Result<(), Error> {
        let installation = &self.claim.installation;
        match effect {
            // Jobs have turns and come separately; buckets have been closed.
            Effect::Enqueue(_) | Effect::Close { .. } => Ok(()),
            Effect::PutCard(card) => facts::put_card(db, installation, card).await,
            Effect::DropCard { channel, conversation } => {
                facts::drop_card(db, installation, channel, conversation).await
            }
            Effect::Record(entry) => facts::record(db, installation, entry).await,
            Effect::PutDraft(draft) => facts::put_draft(db, installation, draft).await,
            Effect::DropDraft(draft) => facts::drop_draft(db, installation, draft).await,
            Effect::CachePut(cache_entry) => facts::cache_put(db, installation, cache_entry).await,
            Effect::PutDocument(document) => kept::put(db, installation, document).await,
            Effect::DropDocument { kind, id } => kept::discard(db, installation, kind, id).await,
            Effect::Mirror(seen) => kept::put_snapshots(db, installation, std::slice::from_ref(seen)).await,
        }
    }
}

/// Stores the notice if the job still waits and its person has not heard.
pub(super) struct Tell<'a> {
    pub(super) job: JobId,
    pub(super) notice: &'a Queued,
}

#[async_trait]
impl Transaction for Tell<'_> {
    type Output = bool;

    async fn run(&self, db: &ClientWrapper, pending: &mut PendingWakeups) -> Result<bool, Error> {
        // The line before the job, as everywhere: a settlement may hold one and want the other.
        lock(db, &partitions::locks(lines_of(&self.notice.job))).await?;
        if changed(db, MARK_TOLD, &[&self.job.0, &self.notice.job.installation.as_str()]).await? == 0 {
            return Ok(false);
        }
        partitions::join(db, &[self.notice], pending).await?;
        // A claim may have passed the job over while it was locked here.
        pending.wake(Queue::Work);
        Ok(true)
    }
}

/// Locks lines, in the order in which everybody does.
pub(super) async fn lock(db: &ClientWrapper, locks: &[i64]) -> Result<(), Error> {
    if locks.is_empty() {
        return Ok(());
    }
    rows(db, partitions::LOCK, &[&locks]).await.map(drop)
}

/// What is known of a claimed job that may have changed since.
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

/// `None` if the claim does not hold.
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
