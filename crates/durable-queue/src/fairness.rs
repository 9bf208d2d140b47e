//! Fair scheduling. Jobs are served in the order of their virtual times, not of their arrival. A tenant, or a flow of
//! it, that floods the queue gets virtual times ever later than now, while those of all others are now. Losing a
//! virtual time loses no job, so each instance keeps them in memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use foldhash::fast::RandomState;
use jiff::Timestamp;

use crate::{Claim, FollowUp, NewJob, Queue, TenantId, Verdict, fnv};

/// Distance between the virtual times of one flow, in milliseconds. A flow with no more jobs than this allows is not
/// held back at all.
const APART: i64 = 100;

/// Number of flows that are remembered; beyond it, those whose last virtual time is past are forgotten.
const MAX_FLOWS: usize = 50_000;

/// The last virtual times given out, by the hash of a flow. Two flows with the same hash count as one.
#[derive(Debug, Default)]
pub(crate) struct FairScheduler(Mutex<HashMap<(Queue, u64), i64, RandomState>>);

/// A job with its virtual time, ready to join its partition. Made before the transaction, so that a repeated
/// transaction stores the same.
#[derive(Clone, Debug)]
pub struct QueuedJob {
    pub(crate) job: NewJob,
    /// The virtual time, in milliseconds.
    pub(crate) turn: i64,
    /// True if nothing holds it back once it is the head. Then no claim has to mark it as due, which would write the
    /// row and all its indexes once more.
    pub(crate) due: bool,
}

/// A verdict on a claimed job with its consequences for the queue, ready for a transaction.
#[derive(Clone, Debug)]
pub struct Settlement {
    pub(crate) claim: Claim,
    pub(crate) verdict: Verdict,
    pub(crate) jobs: Vec<QueuedJob>,
    /// Buckets with the times at which they open again, in the order of their names: everyone who locks several locks
    /// them in this order.
    pub(crate) closings: Vec<(String, Timestamp)>,
    pub(crate) now: Timestamp,
}

impl Settlement {
    /// Returns the tenant whose job is settled.
    pub fn installation(&self) -> &TenantId {
        &self.claim.installation
    }

    /// Answers whether the job is done and nothing follows from it. Then no one waits for the settlement.
    pub fn is_the_end(&self) -> bool {
        matches!(self.verdict, Verdict::Done) && self.jobs.is_empty() && self.closings.is_empty()
    }
}

/// Properties of a claimed job that the jobs it leaves behind inherit.
pub(crate) struct ParentJob<'a> {
    pub(crate) claim: &'a Claim,
    /// True if its person was notified of the delay, even after the claim.
    pub(crate) delay_notified: bool,
    pub(crate) turn: i64,
}

impl ParentJob<'_> {
    /// Returns the job as one that follows from the claimed one.
    pub(crate) fn pass_on(&self, queued: &QueuedJob) -> QueuedJob {
        let QueuedJob { job, turn, due } = queued;
        let same_queue = job.queue == self.claim.queue;
        let told = job.delay_notified || (self.delay_notified && same_queue);
        let turn = if job.inherits_priority && same_queue { self.turn } else { *turn };
        QueuedJob {
            job: NewJob { delay_notified: told, request: Some(self.claim.request()), ..job.clone() },
            turn,
            due: *due,
        }
    }
}

impl FairScheduler {
    /// Gives the job that joins at `now` its virtual time; one that inherits its parent's has none of its own.
    pub(crate) fn queue(&self, job: NewJob, now: Timestamp) -> QueuedJob {
        let turn = if job.inherits_priority { now.as_millisecond() } else { self.give(&job, now) };
        QueuedJob { turn, due: job.due <= now, job }
    }

    /// Gives the jobs that follow from a settlement their virtual times.
    pub(crate) fn settlement(
        &self,
        claim: &Claim,
        verdict: Verdict,
        follow_ups: Vec<FollowUp>,
        now: Timestamp,
    ) -> Settlement {
        let (mut jobs, mut closings) = (Vec::new(), Vec::new());
        for follow_up in follow_ups {
            match follow_up {
                FollowUp::Enqueue(job) => jobs.push(self.queue(job, now)),
                FollowUp::Close { bucket, until } => closings.push((bucket, until)),
            }
        }
        closings.sort();
        Settlement { claim: claim.clone(), verdict, jobs, closings, now }
    }

    fn give(&self, job: &NewJob, now: Timestamp) -> i64 {
        let now = now.as_millisecond();
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= MAX_FLOWS {
            last.retain(|_, turn| *turn > now);
        }
        let flow = (job.queue, fnv::hash(job.installation.as_str(), "", &job.fairness_key));
        let turn = last.get(&flow).map_or(now, |turn| now.max(turn.saturating_add(APART)));
        last.insert(flow, turn);
        turn
    }
}
