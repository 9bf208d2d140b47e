//! Who waits in which line, kept in memory. An index in the file would cost a page for nearly every
//! job: lines are named at random, so with many waiting each job falls on a page of its own, which is
//! fetched, logged, synced and copied. That was half of what storing a job in a full database took.
//!
//! Truth is in `jobs` alone. An entry here only says where to look: a line by its number, which two
//! lines may share, and a job that may be gone, if another process on the same file finished it. So
//! every search looks at the job itself. What must never happen is that a job has no entry, and none
//! can come to be without one: ours are entered as they join, in the same transaction, and whatever
//! another process has stored has a higher id than all that was there before (`AUTOINCREMENT`).

use std::cell::Cell;

use rusqlite::{Connection, Result, params};

use super::jobs::name;
use crate::store::{Lane, fnv};

/// A table of this connection alone, in memory (`temp_store`), and as much part of its transactions as
/// any other: what is rolled back is rolled back here too.
const CREATE: &str = "
    CREATE TEMP TABLE IF NOT EXISTS lines (
        line INTEGER NOT NULL,
        job INTEGER NOT NULL,
        PRIMARY KEY (line, job)
    ) STRICT, WITHOUT ROWID";

pub(super) const JOINED_SINCE: &str = "
    SELECT id, installation, lane, key FROM jobs WHERE id > ?1 AND state = 'live' ORDER BY id";

pub(super) const ENTER: &str = "INSERT INTO lines (line, job) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

pub(super) const LEAVE: &str = "DELETE FROM lines WHERE line = ?1 AND job = ?2";

/// Changes when another connection has committed something, and only then.
const VERSION: &str = "PRAGMA data_version";

/// The number of a line.
pub(super) fn number(installation: &str, lane: Lane, key: &str) -> i64 {
    fnv::hash(installation, name(lane), key).cast_signed()
}

/// Notes that a job has joined the line.
pub(super) fn enter(connection: &Connection, line: i64, job: i64) -> Result<()> {
    connection.prepare_cached(ENTER)?.execute([line, job]).map(drop)
}

/// Notes that a job has left the line.
pub(super) fn leave(connection: &Connection, line: i64, job: i64) -> Result<()> {
    connection.prepare_cached(LEAVE)?.execute([line, job]).map(drop)
}

/// Keeps the entries complete, whoever else writes.
pub(super) struct Lines {
    known: Cell<Known>,
    /// What will be known if the transaction is committed.
    learnt: Cell<Option<Known>>,
}

/// All jobs that others had stored by then have entries.
#[derive(Clone, Copy)]
struct Known {
    version: i64,
    last: i64,
}

impl Lines {
    /// Enters all jobs that wait.
    pub(super) fn load(connection: &Connection) -> Result<Self> {
        connection.execute_batch(CREATE)?;
        let transaction = connection.unchecked_transaction()?;
        let known = learn(connection, 0)?;
        transaction.commit()?;
        Ok(Self { known: Cell::new(known), learnt: Cell::default() })
    }

    /// Enters what others have stored since. In a transaction, so that nothing can follow.
    pub(super) fn catch_up(&self, connection: &Connection) -> Result<()> {
        let known = self.known.get();
        let changed = version(connection)? != known.version;
        self.learnt.set(changed.then(|| learn(connection, known.last)).transpose()?);
        Ok(())
    }

    /// The transaction was committed.
    pub(super) fn committed(&self) {
        if let Some(learnt) = self.learnt.take() {
            self.known.set(learnt);
        }
    }
}

fn learn(connection: &Connection, mut last: i64) -> Result<Known> {
    let mut joined = connection.prepare_cached(JOINED_SINCE)?;
    let mut joined = joined.query(params![last])?;
    while let Some(row) = joined.next()? {
        last = row.get(0)?;
        let (installation, lane, key) =
            (row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?, row.get_ref(3)?.as_str()?);
        enter(connection, fnv::hash(installation, lane, key).cast_signed(), last)?;
    }
    Ok(Known { version: version(connection)?, last })
}

fn version(connection: &Connection) -> Result<i64> {
    connection.prepare_cached(VERSION)?.query_row([], |row| row.get(0))
}
