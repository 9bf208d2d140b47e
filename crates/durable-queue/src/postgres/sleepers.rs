//! Claims that wait for jobs. A settlement that makes a job due takes jobs for a worker that waits, in its own
//! transaction: the worker needs no bell and no transaction of its own.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::claiming::{ClaimScan, ScanResult};
use crate::clock::end_of;
use crate::wakeups::PendingWakeups;
use crate::{Claim, Now, Queue};

/// The claim of a worker that waits.
pub(super) struct SleepingClaim {
    pub(super) queue: Queue,
    pub(super) max: usize,
    pub(super) now: Now,
    pub(super) lease: Duration,
}

/// The sleeping claims of an instance.
#[derive(Clone, Default)]
pub(super) struct Sleepers(Arc<Mutex<Sleeping>>);

#[derive(Default)]
struct Sleeping {
    /// The number of claims so far, which names the last one.
    count: u64,
    all: Vec<Sleeper>,
}

/// A sleeping claim with the channel to its worker.
struct Sleeper {
    number: u64,
    claim: SleepingClaim,
    reply: oneshot::Sender<Vec<Claim>>,
}

impl Sleepers {
    /// Puts a claim to sleep.
    pub(super) fn add(&self, claim: SleepingClaim) -> Sleep {
        let (reply, claimed) = oneshot::channel();
        let mut sleeping = self.lock();
        sleeping.count += 1;
        let number = sleeping.count;
        sleeping.all.push(Sleeper { number, claim, reply });
        Sleep { number, sleepers: self.clone(), claimed }
    }

    /// Wakes a claim for one of the queues in which a job has become due, if one sleeps. Only one: two would lock their
    /// buckets out of order.
    pub(super) fn wake(&self, pending: PendingWakeups) -> Option<WokenClaim> {
        let mut sleeping = self.lock();
        let place = sleeping.all.iter().position(|sleeper| pending.includes(sleeper.claim.queue))?;
        let Sleeper { claim, reply, .. } = sleeping.all.swap_remove(place);
        Some(WokenClaim { claim, reply })
    }

    fn lock(&self) -> MutexGuard<'_, Sleeping> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker's wait. Dropping it takes the claim back, if it still sleeps.
pub(super) struct Sleep {
    number: u64,
    sleepers: Sleepers,
    /// The jobs; an error if the transaction that woke the claim was not committed.
    pub(super) claimed: oneshot::Receiver<Vec<Claim>>,
}

impl Sleep {
    /// Takes the claim back, so that nothing is taken for it. Answers whether it still slept.
    pub(super) fn take_back(&self) -> bool {
        let mut sleeping = self.sleepers.lock();
        let before = sleeping.all.len();
        sleeping.all.retain(|sleeper| sleeper.number != self.number);
        sleeping.all.len() < before
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.take_back();
    }
}

/// A claim that a transaction has woken. Without a commit its worker gets nothing, and looks again.
pub(super) struct WokenClaim {
    claim: SleepingClaim,
    reply: oneshot::Sender<Vec<Claim>>,
}

impl WokenClaim {
    /// Returns the scan that takes its jobs.
    pub(super) fn scan(&self) -> ClaimScan {
        let SleepingClaim { queue, max, now, lease } = &self.claim;
        let now = now();
        ClaimScan { queue: *queue, max: *max, now, until: end_of(*lease, now) }
    }

    /// Hands the jobs to the worker after the commit. The bell rings only if there may be more.
    pub(super) fn hand_over(self, found: ScanResult, pending: &mut PendingWakeups) {
        if found.looked_at < self.claim.max {
            pending.heard(self.claim.queue);
        }
        // A worker that has left leaves them to the end of their leases.
        let _ = self.reply.send(found.claims);
    }
}
