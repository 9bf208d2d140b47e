//! The verbs as units of work, each its own transaction.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio_postgres::Error;

use super::claiming::{ClaimScan, ScanResult};
use super::transaction::Transaction;
use super::unit_of_work::UnitOfWork;
use super::{settling, waiting};
use crate::{Claim, JobId, Limit, QueuedJob, Settled, Settlement, TenantId};

#[async_trait]
impl UnitOfWork for ClaimScan {
    type Output = ScanResult;

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<ScanResult, Error> {
        self.scan(transaction.db).await
    }
}

/// Moves the end of a lease.
pub(super) struct Renew<'a> {
    pub(super) claim: &'a Claim,
    pub(super) until: Timestamp,
}

#[async_trait]
impl UnitOfWork for Renew<'_> {
    type Output = Settled;

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<Settled, Error> {
        settling::renew(transaction.db, &mut transaction.pending, self.claim, self.until).await
    }
}

/// Stores a verdict with its consequences.
pub(super) struct Settle(pub(super) Settlement);

#[async_trait]
impl UnitOfWork for Settle {
    type Output = Settled;

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<Settled, Error> {
        let settled = transaction.settle(&[&self.0]).await?;
        Ok(settled.first().copied().unwrap_or(Settled::LostLease))
    }
}

/// Stores the notice that a job waits.
pub(super) struct Tell {
    pub(super) job: JobId,
    pub(super) notice: QueuedJob,
}

#[async_trait]
impl UnitOfWork for Tell {
    type Output = bool;

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<bool, Error> {
        settling::tell(transaction.db, &mut transaction.pending, self.job, &self.notice).await
    }
}

/// Opens a bucket.
pub(super) struct Lift<'a> {
    pub(super) closed: &'a Limit,
    pub(super) now: Timestamp,
}

#[async_trait]
impl UnitOfWork for Lift<'_> {
    type Output = bool;

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<bool, Error> {
        waiting::lift(transaction.db, &mut transaction.pending, self.closed, self.now).await
    }
}

/// Accounts for a clock that was set back.
pub(super) struct SetBack {
    pub(super) by: Duration,
    pub(super) now: Timestamp,
}

#[async_trait]
impl UnitOfWork for SetBack {
    type Output = ();

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<(), Error> {
        transaction.set_back(self.by, self.now).await
    }
}

/// Removes a bite of a tenant's rows.
pub(super) struct Clear<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) spared: JobId,
    pub(super) max: usize,
}

#[async_trait]
impl UnitOfWork for Clear<'_> {
    type Output = usize;

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<usize, Error> {
        transaction.clear(self.tenant, self.spared, self.max).await
    }
}
