//! The rows that are removed when an installation goes, or begins from nothing.

use durable_queue::QueuedJob;
use durable_queue::sqlite::Transaction;
use rusqlite::{Result, params};

use super::{facts, kept};
use crate::core::ids::{InstallationId, JobId};
use crate::platform::db::row_limit::limit;
use crate::platform::db::{Document, Entry};

/// The statements that remove the app's rows of an installation, a batch of each table.
const CLEAR: [&str; 5] = [
    "DELETE FROM snapshots WHERE rowid IN (SELECT rowid FROM snapshots WHERE installation = ?1 LIMIT ?2)",
    "DELETE FROM cards WHERE rowid IN (SELECT rowid FROM cards WHERE installation = ?1 LIMIT ?2)",
    "DELETE FROM cache_entries WHERE rowid IN (SELECT rowid FROM cache_entries WHERE installation = ?1 LIMIT ?2)",
    "DELETE FROM drafts WHERE rowid IN (SELECT rowid FROM drafts WHERE installation = ?1 LIMIT ?2)",
    "DELETE FROM documents WHERE rowid IN (SELECT rowid FROM documents WHERE installation = ?1 LIMIT ?2)",
];

/// The statements that remove the app's rows at once, except documents.
const EMPTY: [&str; 4] = [
    "DELETE FROM snapshots WHERE installation = ?1",
    "DELETE FROM cards WHERE installation = ?1",
    "DELETE FROM cache_entries WHERE installation = ?1",
    "DELETE FROM drafts WHERE installation = ?1",
];

/// The statement that removes documents, except those of the kinds in a JSON list.
const EMPTY_DOCUMENTS: &str = "
    DELETE FROM documents WHERE installation = ?1 AND kind NOT IN (SELECT value FROM json_each(?2))";

/// Removes a batch of an installation's rows.
pub(super) fn clear(
    transaction: &mut Transaction<'_>,
    installation: &InstallationId,
    spared: JobId,
    max: usize,
) -> Result<usize> {
    let mut gone = transaction.clear(installation, spared, max)?;
    for sql in CLEAR {
        let bite = params![installation.as_str(), limit(max)];
        gone += transaction.connection().prepare_cached(sql)?.execute(bite)?;
    }
    Ok(gone)
}

/// Removes all rows that an installation does not keep when it begins from nothing.
pub(super) fn empty(transaction: &mut Transaction<'_>, installation: &InstallationId, stays: &[&str]) -> Result<()> {
    transaction.drop_jobs(installation)?;
    let connection = transaction.connection();
    for sql in EMPTY {
        connection.prepare_cached(sql)?.execute([installation.as_str()])?;
    }
    let stays = serde_json::to_string(stays).unwrap_or_default();
    connection.prepare_cached(EMPTY_DOCUMENTS)?.execute(params![installation.as_str(), stays]).map(drop)
}

/// Stores a document, its line of the audit log, and the follow-up jobs.
pub(super) fn begin(
    transaction: &mut Transaction<'_>,
    installation: &InstallationId,
    document: &Document,
    entry: &Entry,
    jobs: &[QueuedJob],
) -> Result<()> {
    kept::put(transaction.connection(), installation, document)?;
    facts::record(transaction.connection(), installation, entry)?;
    jobs.iter().try_for_each(|job| transaction.enqueue(job))
}
