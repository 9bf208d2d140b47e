//! Removing old rows, and all rows of a tenant. Every partition is locked before a job is taken out of one. Otherwise a
//! job could join behind a head that is being removed, and wait for ever. The locks hold up everyone who joins or
//! leaves a partition, but this is seldom done.

use deadpool_postgres::ClientWrapper;
use tokio_postgres::Error;

use super::statements::{changed, rows};
use crate::clock::rows as limit;
use crate::{JobId, TenantId};

/// Two instances that sweep at once take different bites.
pub(super) const SWEEP: &str = "
    DELETE FROM deliveries USING (
        SELECT installation, key FROM deliveries WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED
    ) AS old WHERE deliveries.installation = old.installation AND deliveries.key = old.key RETURNING 1";

const DROP_DELIVERIES: &str = "
    DELETE FROM deliveries WHERE (key, installation) IN (
        SELECT key, installation FROM deliveries WHERE installation = $1 LIMIT $2)";

const LOCK_ALL: &str = "SELECT n FROM partition_locks ORDER BY n FOR UPDATE";

const DROP_JOBS: &str = "
    DELETE FROM jobs WHERE id IN (
        SELECT id FROM jobs WHERE installation = $1 AND id <> $2 ORDER BY id LIMIT $3)";

/// Removes a bite of a tenant's deliveries and jobs, except one.
pub(super) async fn clear(db: &ClientWrapper, tenant: &TenantId, spared: JobId, max: usize) -> Result<usize, Error> {
    let deliveries = changed(db, DROP_DELIVERIES, &[&tenant.as_str(), &limit(max)]).await?;
    let jobs = drop_jobs(db, tenant, spared, max).await?;
    Ok(usize::try_from(deliveries + jobs).unwrap_or(usize::MAX))
}

/// Removes a bite of a tenant's jobs, except one.
pub(super) async fn drop_jobs(db: &ClientWrapper, tenant: &TenantId, spared: JobId, max: usize) -> Result<u64, Error> {
    rows(db, LOCK_ALL, &[]).await?;
    changed(db, DROP_JOBS, &[&tenant.as_str(), &spared.0, &limit(max)]).await
}
