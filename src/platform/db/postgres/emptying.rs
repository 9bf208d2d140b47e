//! The rows that are removed when an installation goes, or begins from nothing.

use async_trait::async_trait;
use durable_queue::QueuedJob;
use durable_queue::postgres::{Transaction, UnitOfWork};
use tokio_postgres::Error;

use super::effects;
use crate::core::ids::{InstallationId, JobId};
use crate::platform::db::row_limit::limit;
use crate::platform::db::{Document, Effect, Entry};

/// The statements that remove the app's rows of an installation, a batch of each table.
const CLEAR: [&str; 5] = [
    "DELETE FROM snapshots WHERE (installation, conversation) IN (
        SELECT installation, conversation FROM snapshots WHERE installation = $1 LIMIT $2)",
    "DELETE FROM cards WHERE (installation, conversation, channel) IN (
        SELECT installation, conversation, channel FROM cards WHERE installation = $1 LIMIT $2)",
    "DELETE FROM cache_entries WHERE (installation, kind, id) IN (
        SELECT installation, kind, id FROM cache_entries WHERE installation = $1 LIMIT $2)",
    "DELETE FROM drafts WHERE (installation, id) IN (
        SELECT installation, id FROM drafts WHERE installation = $1 LIMIT $2)",
    "DELETE FROM documents WHERE (installation, kind, id) IN (
        SELECT installation, kind, id FROM documents WHERE installation = $1 LIMIT $2)",
];

/// The statements that remove the app's rows at once, except documents.
const EMPTY: [&str; 4] = [
    "DELETE FROM snapshots WHERE installation = $1",
    "DELETE FROM cards WHERE installation = $1",
    "DELETE FROM cache_entries WHERE installation = $1",
    "DELETE FROM drafts WHERE installation = $1",
];

const EMPTY_DOCUMENTS: &str = "DELETE FROM documents WHERE installation = $1 AND kind <> ALL($2)";

/// Removes a batch of an installation's rows.
pub(super) struct ClearAll<'a> {
    pub(super) installation: &'a InstallationId,
    pub(super) spared: JobId,
    pub(super) max: usize,
}

#[async_trait]
impl UnitOfWork for ClearAll<'_> {
    type Output = usize;

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<usize, Error> {
        let mut gone = transaction.clear(self.installation, self.spared, self.max).await?;
        for sql in CLEAR {
            let dropped = transaction.changed(sql, &[&self.installation.as_str(), &limit(self.max)]).await?;
            gone = gone.saturating_add(usize::try_from(dropped).unwrap_or(usize::MAX));
        }
        Ok(gone)
    }
}

/// Stores a document and its line of the audit log; before that, if requested, removes all rows that the installation
/// does not keep when it begins from nothing.
pub(super) struct Begin<'a> {
    pub(super) installation: &'a InstallationId,
    pub(super) emptied_but: Option<&'a [&'a str]>,
    pub(super) document: &'a Document,
    pub(super) entry: &'a Entry,
    pub(super) jobs: &'a [QueuedJob],
}

#[async_trait]
impl UnitOfWork for Begin<'_> {
    type Output = ();

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<(), Error> {
        if let Some(stays) = self.emptied_but {
            transaction.drop_jobs(self.installation).await?;
            empty(transaction, self.installation, stays).await?;
        }
        let locked = transaction.lock_partitions(self.jobs).await?;
        transaction.enqueue(locked).await?;
        let effects = [Effect::PutDocument(self.document.clone()), Effect::Record(self.entry.clone())];
        effects::store(transaction, &effects.each_ref().map(|effect| (self.installation, effect))).await
    }
}

/// Removes the rows. Every partition is locked by now, so the order of locks is kept although jobs join afterwards.
async fn empty(db: &Transaction<'_>, installation: &InstallationId, stays: &[&str]) -> Result<(), Error> {
    for sql in EMPTY {
        db.changed(sql, &[&installation.as_str()]).await?;
    }
    db.changed(EMPTY_DOCUMENTS, &[&installation.as_str(), &stays]).await.map(drop)
}
