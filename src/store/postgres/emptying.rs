//! What goes when an installation goes, or begins from nothing. Every line is locked before a job is taken out of
//! one, or somebody could join behind a head that is going, and wait for ever. That holds up whoever joins or
//! leaves a line for as long as it takes, and it is done when an app is removed or gets another organization's key.

use async_trait::async_trait;
use deadpool_postgres::ClientWrapper;
use tokio_postgres::Error;

use super::partitions::{self, lines_of};
use super::settling::lock;
use super::transaction::{Transaction, changed, rows};
use super::{facts, kept};
use crate::ids::{InstallationId, JobId};
use crate::store::fairness::Queued;
use crate::store::wakeups::PendingWakeups;
use crate::store::{Document, Entry};

const DROP_DELIVERIES: &str = "
    DELETE FROM deliveries WHERE (key, installation) IN (
        SELECT key, installation FROM deliveries WHERE installation = $1 LIMIT $2)";

const LOCK_ALL: &str = "SELECT n FROM line_locks ORDER BY n FOR UPDATE";

const DROP_JOBS: &str = "
    DELETE FROM jobs WHERE id IN (
        SELECT id FROM jobs WHERE installation = $1 AND id <> $2 ORDER BY id LIMIT $3)";

/// What goes besides deliveries and jobs, a bite of each.
const CLEAR: [&str; 5] = [
    "DELETE FROM mirror WHERE (installation, conversation) IN (
        SELECT installation, conversation FROM mirror WHERE installation = $1 LIMIT $2)",
    "DELETE FROM cards WHERE (installation, conversation, channel) IN (
        SELECT installation, conversation, channel FROM cards WHERE installation = $1 LIMIT $2)",
    "DELETE FROM memos WHERE (installation, kind, id) IN (
        SELECT installation, kind, id FROM memos WHERE installation = $1 LIMIT $2)",
    "DELETE FROM drafts WHERE (installation, id) IN (
        SELECT installation, id FROM drafts WHERE installation = $1 LIMIT $2)",
    "DELETE FROM documents WHERE (installation, kind, id) IN (
        SELECT installation, kind, id FROM documents WHERE installation = $1 LIMIT $2)",
];

/// What goes besides jobs and documents, at once.
const EMPTY: [&str; 4] = [
    "DELETE FROM mirror WHERE installation = $1",
    "DELETE FROM cards WHERE installation = $1",
    "DELETE FROM memos WHERE installation = $1",
    "DELETE FROM drafts WHERE installation = $1",
];

const EMPTY_DOCUMENTS: &str = "DELETE FROM documents WHERE installation = $1 AND kind <> ALL($2)";

/// No job has this id.
const NONE: JobId = JobId(0);

/// Removes a bite of all that goes with an installation.
pub(super) struct Clear<'a> {
    pub(super) installation: &'a InstallationId,
    pub(super) spared: JobId,
    pub(super) max: i64,
}

#[async_trait]
impl Transaction for Clear<'_> {
    type Output = usize;

    async fn run(&self, db: &ClientWrapper, _: &mut PendingWakeups) -> Result<usize, Error> {
        let (installation, max) = (self.installation.as_str(), self.max);
        let mut gone = changed(db, DROP_DELIVERIES, &[&installation, &max]).await?;
        gone += drop_jobs(db, installation, self.spared, max).await?;
        for sql in CLEAR {
            gone += changed(db, sql, &[&installation, &max]).await?;
        }
        Ok(usize::try_from(gone).unwrap_or(usize::MAX))
    }
}

/// Keeps a document and the line of the audit log about it; before that, if so asked, all goes that the
/// installation does not keep when it begins from nothing.
pub(super) struct Begin<'a> {
    pub(super) installation: &'a InstallationId,
    pub(super) emptied_but: Option<&'a [&'a str]>,
    pub(super) document: &'a Document,
    pub(super) entry: &'a Entry,
    pub(super) jobs: &'a [Queued],
}

#[async_trait]
impl Transaction for Begin<'_> {
    type Output = ();

    async fn run(&self, db: &ClientWrapper, pending: &mut PendingWakeups) -> Result<(), Error> {
        if let Some(stays) = self.emptied_but {
            let installation = self.installation.as_str();
            drop_jobs(db, installation, NONE, i64::MAX).await?;
            for sql in EMPTY {
                changed(db, sql, &[&installation]).await?;
            }
            changed(db, EMPTY_DOCUMENTS, &[&installation, &stays]).await?;
        } else {
            lock(db, &partitions::locks(self.jobs.iter().flat_map(|queued| lines_of(&queued.job)))).await?;
        }
        partitions::join(db, &self.jobs.iter().collect::<Vec<_>>(), pending).await?;
        kept::put(db, self.installation, self.document).await?;
        facts::record(db, self.installation, self.entry).await
    }
}

async fn drop_jobs(db: &ClientWrapper, installation: &str, spared: JobId, max: i64) -> Result<u64, Error> {
    rows(db, LOCK_ALL, &[]).await?;
    changed(db, DROP_JOBS, &[&installation, &spared.0, &max]).await
}
