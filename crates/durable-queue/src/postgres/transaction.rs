//! The verbs of the queue inside a transaction, beside the app's own statements.

use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use jiff::Timestamp;
use tokio_postgres::{Error, Row};

use super::claiming::ScanResult;
use super::idle_claims::{IdleClaims, WokenClaim};
use super::partitions::{self, LockedPartitions};
use super::statements::{Params, changed, rows};
use super::{emptying, settling, waiting};
use crate::wakeups::PendingWakeups;
use crate::{JobId, QueuedJob, Settled, Settlement, TenantId};

/// An open transaction that will be committed.
///
/// Its verbs lock what they change, in the common order: deliveries, partitions, jobs, buckets. So they come before the
/// app's own statements.
pub struct Transaction<'a> {
    pub(super) db: &'a ClientWrapper,
    pub(super) pending: PendingWakeups,
    idle_claims: &'a IdleClaims,
    /// The claim that joined the transaction, and its jobs.
    pub(super) joined: Option<(WokenClaim, ScanResult)>,
}

impl<'a> Transaction<'a> {
    pub(super) fn on(db: &'a ClientWrapper, idle_claims: &'a IdleClaims) -> Self {
        Self { db, pending: PendingWakeups::default(), idle_claims, joined: None }
    }

    /// Runs a statement and returns the number of rows it changed.
    pub async fn changed(&self, sql: &str, params: Params<'_>) -> Result<u64, Error> {
        changed(self.db, sql, params).await
    }

    /// Runs a statement and returns its rows.
    pub async fn rows(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, Error> {
        rows(self.db, sql, params).await
    }

    /// Stores verdicts with their consequences, each if its claim still holds. Where it does not, nothing else should be
    /// stored either. Of two about the same job the first holds. A claim of a worker that waits joins them.
    pub async fn settle(&mut self, settlements: &[&Settlement]) -> Result<Vec<Settled>, Error> {
        let settled = settling::settle(self.db, &mut self.pending, settlements).await?;
        // A settlement that closes buckets has locked them, and the claim would lock others out of order.
        let closes_none = settlements.iter().all(|settlement| settlement.closings.is_empty());
        if closes_none
            && self.joined.is_none()
            && let Some(woken) = self.idle_claims.wake(self.pending)
        {
            let found = woken.scan().scan(self.db).await?;
            self.joined = Some((woken, found));
        }
        Ok(settled)
    }

    /// Locks the partitions that the jobs may join. It comes first, so that statements that decide whether to store the
    /// jobs may follow.
    pub async fn lock_partitions<'j>(&mut self, jobs: &'j [QueuedJob]) -> Result<LockedPartitions<'j>, Error> {
        partitions::lock_for(self.db, jobs).await
    }

    /// Stores jobs that do not follow from another job.
    pub async fn enqueue(&mut self, jobs: LockedPartitions<'_>) -> Result<(), Error> {
        partitions::join(self.db, jobs, &mut self.pending).await
    }

    /// Removes a tenant's deliveries and jobs, as [`DurableQueue::clear`](crate::DurableQueue::clear) does.
    pub async fn clear(&mut self, tenant: &TenantId, spared: JobId, max: usize) -> Result<usize, Error> {
        emptying::clear(self.db, tenant, spared, max).await
    }

    /// Removes all jobs of a tenant. Its deliveries stay known.
    pub async fn drop_jobs(&mut self, tenant: &TenantId) -> Result<(), Error> {
        emptying::drop_jobs(self.db, tenant, NO_JOB, usize::MAX).await.map(drop)
    }

    /// Accounts for a clock that was set back, as [`DurableQueue::set_back`](crate::DurableQueue::set_back) does.
    pub async fn set_back(&mut self, by: Duration, now: Timestamp) -> Result<(), Error> {
        waiting::set_back(self.db, &mut self.pending, by, now).await
    }
}

/// An id that no job has.
const NO_JOB: JobId = JobId(0);
