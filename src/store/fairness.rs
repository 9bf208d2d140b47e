//! Whose turn it is. Jobs are served in the order of their turns, not of their arrival: a
//! workspace, or a channel, that floods us gets turns ever later than now, while everybody else's
//! are now. Nothing is lost if a turn is forgotten, so this is kept in memory, by each instance.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use foldhash::fast::RandomState;
use jiff::Timestamp;

use crate::store::{Claim, NewJob, Queue, fnv};

/// How far apart the turns of one flow are, in milliseconds. While a flow has no more jobs than
/// this allows, it is not held back at all.
const APART: i64 = 100;

/// How many flows are remembered; when there are more, those whose last turn is past are forgotten.
const MAX_FLOWS: usize = 50_000;

/// The last turns given out, by the number of a flow. Two that happen to have the same count as one.
#[derive(Debug, Default)]
pub(super) struct FairScheduler(Mutex<HashMap<(Queue, u64), i64, RandomState>>);

/// A job that joins a line.
#[derive(Clone, Debug)]
pub(super) struct Queued {
    pub(super) job: NewJob,
    /// In milliseconds.
    pub(super) turn: i64,
    /// Whether nothing holds it back once it is the head: then no claim has to notice that its time
    /// has come, which would be one more write of the row and all its indexes.
    pub(super) due: bool,
}

/// What a claimed job hands on to those that it leaves behind.
pub(super) struct ParentJob<'a> {
    pub(super) claim: &'a Claim,
    /// Whether its person was told that it waits, even since it was claimed.
    pub(super) delay_notified: bool,
    pub(super) turn: i64,
}

impl ParentJob<'_> {
    /// The job as one that follows from the claimed one.
    pub(super) fn pass_on(&self, queued: &Queued) -> Queued {
        let Queued { job, turn, due } = queued;
        let same_lane = job.queue == self.claim.queue;
        let told = job.delay_notified || (self.delay_notified && same_lane);
        let turn = if job.inherits_priority && same_lane { self.turn } else { *turn };
        Queued {
            job: NewJob { delay_notified: told, request: Some(self.claim.request()), ..job.clone() },
            turn,
            due: *due,
        }
    }
}

impl FairScheduler {
    /// Gives the job that joins at `now` its turn; one that goes on in another's has none of its own.
    pub(super) fn queue(&self, job: NewJob, now: Timestamp) -> Queued {
        let turn = if job.inherits_priority { now.as_millisecond() } else { self.give(&job, now) };
        Queued { turn, due: job.due <= now, job }
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
