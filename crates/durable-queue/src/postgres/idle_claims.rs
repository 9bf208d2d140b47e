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
pub(super) struct IdleClaim {
    pub(super) queue: Queue,
    pub(super) max: usize,
    pub(super) now: Now,
    pub(super) lease: Duration,
}

/// The waiting claims of an instance.
#[derive(Clone, Default)]
pub(super) struct IdleClaims(Arc<Mutex<WaitingWorkers>>);

#[derive(Default)]
struct WaitingWorkers {
    /// The number of claims so far, which names the last one.
    count: u64,
    all: Vec<WaitingWorker>,
}

/// A waiting claim with the channel to its worker.
struct WaitingWorker {
    number: u64,
    claim: IdleClaim,
    reply: oneshot::Sender<Vec<Claim>>,
}

impl IdleClaims {
    /// Adds a claim, which waits from now on.
    pub(super) fn add(&self, claim: IdleClaim) -> ClaimWait {
        let (reply, claimed) = oneshot::channel();
        let mut waiting = self.lock();
        waiting.count += 1;
        let number = waiting.count;
        waiting.all.push(WaitingWorker { number, claim, reply });
        ClaimWait { number, idle_claims: self.clone(), claimed }
    }

    /// Wakes a claim for one of the queues in which a job has become due, if one waits. Only one: two would lock their
    /// buckets out of order.
    pub(super) fn wake(&self, pending: PendingWakeups) -> Option<WokenClaim> {
        let mut waiting = self.lock();
        let place = waiting.all.iter().position(|worker| pending.includes(worker.claim.queue))?;
        let WaitingWorker { claim, reply, .. } = waiting.all.swap_remove(place);
        Some(WokenClaim { claim, reply })
    }

    fn lock(&self) -> MutexGuard<'_, WaitingWorkers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker's wait. Dropping it takes the claim back, if it still waits.
pub(super) struct ClaimWait {
    number: u64,
    idle_claims: IdleClaims,
    /// The jobs; an error if the transaction that woke the claim was not committed.
    pub(super) claimed: oneshot::Receiver<Vec<Claim>>,
}

impl ClaimWait {
    /// Takes the claim back, so that nothing is taken for it. Answers whether it still waited.
    pub(super) fn take_back(&self) -> bool {
        let mut waiting = self.idle_claims.lock();
        let before = waiting.all.len();
        waiting.all.retain(|worker| worker.number != self.number);
        waiting.all.len() < before
    }
}

impl Drop for ClaimWait {
    fn drop(&mut self) {
        self.take_back();
    }
}

/// A claim that a transaction has woken. Without a commit its worker gets nothing, and looks again.
pub(super) struct WokenClaim {
    claim: IdleClaim,
    reply: oneshot::Sender<Vec<Claim>>,
}

impl WokenClaim {
    /// Returns the scan that takes its jobs. Those that have become due by the passing of time are not noticed: the
    /// worker looks for them at their time.
    pub(super) fn scan(&self) -> ClaimScan {
        let IdleClaim { queue, max, now, lease } = &self.claim;
        let now = now();
        ClaimScan { queue: *queue, max: *max, now, until: end_of(*lease, now), notices: false }
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
