//! What goes when an installation goes, or begins from nothing.

use rusqlite::{Connection, Result, params};

use super::jobs::{self, name};
use super::memory::Memory;
use super::{facts, kept, limit, partitions};
use crate::ids::{InstallationId, JobId};
use crate::store::fairness::Queued;
use crate::store::{Document, Entry, Queue};

/// Jobs have no index by installation: this is seldom asked, and every index is written to for every request.
const JOBS: &str = "SELECT id, lane, key FROM jobs WHERE installation = ?1 AND id <> ?2 LIMIT ?3";

const DROP_JOB: &str = "DELETE FROM jobs WHERE id = ?1";

/// What goes besides jobs, a bite of each.
const CLEAR: [&str; 6] = [
    "DELETE FROM mirror WHERE rowid IN (SELECT rowid FROM mirror WHERE installation = ?1 LIMIT ?2)",
    "DELETE FROM cards WHERE rowid IN (SELECT rowid FROM cards WHERE installation = ?1 LIMIT ?2)",
    "DELETE FROM memos WHERE rowid IN (SELECT rowid FROM memos WHERE installation = ?1 LIMIT ?2)",
    "DELETE FROM drafts WHERE rowid IN (SELECT rowid FROM drafts WHERE installation = ?1 LIMIT ?2)",
    "DELETE FROM documents WHERE rowid IN (SELECT rowid FROM documents WHERE installation = ?1 LIMIT ?2)",
    "DELETE FROM deliveries WHERE (key, installation) IN (
        SELECT key, installation FROM deliveries WHERE installation = ?1 LIMIT ?2)",
];

/// What goes besides jobs and documents, at once.
const EMPTY: [&str; 4] = [
    "DELETE FROM mirror WHERE installation = ?1",
    "DELETE FROM cards WHERE installation = ?1",
    "DELETE FROM memos WHERE installation = ?1",
    "DELETE FROM drafts WHERE installation = ?1",
];

/// The kinds that stay come as JSON.
const EMPTY_DOCUMENTS: &str = "
    DELETE FROM documents WHERE installation = ?1 AND kind NOT IN (SELECT value FROM json_each(?2))";

/// No job has this id.
const NONE: JobId = JobId(0);

/// Removes a bite of all that goes with an installation.
pub(super) fn clear(
    connection: &Connection,
    memory: &mut Memory,
    installation: &InstallationId,
    spared: JobId,
    max: usize,
) -> Result<usize> {
    let mut gone = drop_jobs(connection, memory, installation, spared, limit(max))?;
    for sql in CLEAR {
        gone += connection.prepare_cached(sql)?.execute(params![installation.as_str(), limit(max)])?;
    }
    Ok(gone)
}

/// Removes all that an installation does not keep when it begins from nothing.
pub(super) fn empty(
    connection: &Connection,
    memory: &mut Memory,
    installation: &InstallationId,
    stays: &[&str],
) -> Result<()> {
    drop_jobs(connection, memory, installation, NONE, i64::MAX)?;
    for sql in EMPTY {
        connection.prepare_cached(sql)?.execute([installation.as_str()])?;
    }
    let stays = serde_json::to_string(stays).unwrap_or_default();
    connection.prepare_cached(EMPTY_DOCUMENTS)?.execute(params![installation.as_str(), stays]).map(drop)
}

/// Keeps a document, the line of the audit log about it, and the jobs that follow.
pub(super) fn begin(
    connection: &Connection,
    memory: &mut Memory,
    installation: &InstallationId,
    (document, entry, following): &(&Document, &Entry, &Vec<Queued>),
) -> Result<()> {
    kept::put(connection, installation, document)?;
    facts::record(connection, installation, entry)?;
    following.iter().try_for_each(|job| jobs::enqueue(connection, memory, job))
}

fn drop_jobs(
    connection: &Connection,
    memory: &mut Memory,
    installation: &InstallationId,
    spared: JobId,
    max: i64,
) -> Result<usize> {
    let mut found = connection.prepare_cached(JOBS)?;
    let queue = |name_of: &str| if name_of == name(Queue::Work) { Queue::Work } else { Queue::Outbox };
    let jobs = found.query_map(params![installation.as_str(), spared.0, max], |row| {
        Ok((row.get::<_, i64>(0)?, queue(row.get_ref(1)?.as_str()?), row.get::<_, String>(2)?))
    })?;
    let jobs = jobs.collect::<Result<Vec<_>>>()?;
    for (id, queue, key) in &jobs {
        connection.prepare_cached(DROP_JOB)?.execute([id])?;
        memory.lines.leave(partitions::number(installation.as_str(), *queue, key), *id);
    }
    Ok(jobs.len())
}
