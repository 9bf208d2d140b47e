//! Partitions and the jobs in them, kept in memory. An index in the file would cost a page for nearly every job: keys
//! are random, so with many waiting each job falls on its own page, which is fetched, logged, synced and copied. That
//! was half the cost of storing a job in a full database.
//!
//! The table `jobs` is the only truth. An entry here is only a hint: the number of a partition, which two partitions
//! may share, and a job that may be gone, if another process on the same file finished it. So every search reads the
//! job itself. A job without an entry must never happen, and cannot: ours are entered as they join, and jobs that
//! another process has stored have higher ids than all jobs before (`AUTOINCREMENT`).

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;
use rusqlite::{Connection, Result, params};

use crate::queue_names::name;
use crate::{Queue, fnv};

pub(super) const JOINED_SINCE: &str = "
    SELECT id, installation, queue, key FROM jobs WHERE id > ?1 AND state = 'live' ORDER BY id";

/// Reads a number that changes when another connection has committed something, and only then.
const VERSION: &str = "PRAGMA data_version";

/// Returns the number of a partition.
pub(super) fn number(installation: &str, queue: Queue, key: &str) -> i64 {
    fnv::hash(installation, name(queue), key).cast_signed()
}

/// The entries, complete although other processes write too. They change with the transaction and are undone with it.
#[derive(Default)]
pub(super) struct Partitions {
    /// The oldest job of each partition; most have no other. Its hash is quicker than that of the standard library:
    /// every job needs three searches.
    first: HashMap<i64, i64, RandomState>,
    /// Partitions and the jobs behind the oldest.
    others: BTreeSet<(i64, i64)>,
    /// Changes of the transaction so far.
    changes: Vec<PartitionChange>,
    /// Knowledge about the stored jobs; `None` where there are none.
    known: Option<KnownJobs>,
    /// Knowledge that becomes valid with the commit.
    learnt: Option<KnownJobs>,
}

enum PartitionChange {
    Entered(i64, i64),
    Left(i64, i64),
}

/// The point up to which all jobs that others had stored have entries.
#[derive(Clone, Copy)]
struct KnownJobs {
    version: i64,
    last: i64,
}

impl Partitions {
    /// Enters all waiting jobs.
    pub(super) fn load(connection: &Connection) -> Result<Self> {
        let mut lines = Self::default();
        let transaction = connection.unchecked_transaction()?;
        lines.known = Some(lines.learn(connection, 0)?);
        transaction.commit()?;
        Ok(lines)
    }

    /// Returns the jobs that may be in the partition, the oldest first.
    pub(super) fn of(&self, line: i64) -> impl DoubleEndedIterator<Item = i64> {
        let first = self.first.get(&line).copied();
        let others = first.map(|_| self.behind(line));
        first.into_iter().chain(others.into_iter().flatten())
    }

    fn behind(&self, line: i64) -> impl DoubleEndedIterator<Item = i64> {
        self.others.range((line, i64::MIN)..=(line, i64::MAX)).map(|(_, job)| *job)
    }

    /// Answers whether it was not there.
    fn insert(&mut self, line: i64, job: i64) -> bool {
        let Some(first) = self.first.get_mut(&line) else { return self.first.insert(line, job).is_none() };
        if *first == job {
            return false;
        }
        let later = job.max(std::mem::replace(first, job.min(*first)));
        self.others.insert((line, later))
    }

    /// Answers whether it was there.
    fn remove(&mut self, line: i64, job: i64) -> bool {
        if self.first.get(&line) != Some(&job) {
            return self.others.remove(&(line, job));
        }
        let next = self.behind(line).next();
        match next {
            Some(next) => {
                self.others.remove(&(line, next));
                self.first.insert(line, next).is_some()
            }
            None => self.first.remove(&line).is_some(),
        }
    }

    /// Notes that a job has joined the partition.
    pub(super) fn enter(&mut self, line: i64, job: i64) {
        if self.insert(line, job) {
            self.changes.push(PartitionChange::Entered(line, job));
        }
    }

    /// Notes that a job has left the partition.
    pub(super) fn leave(&mut self, line: i64, job: i64) {
        if self.remove(line, job) {
            self.changes.push(PartitionChange::Left(line, job));
        }
    }

    /// Enters the jobs that others have stored since. Needs a transaction, so that nothing can follow.
    pub(super) fn catch_up(&mut self, connection: &Connection) -> Result<()> {
        if let Some(known) = self.known
            && version(connection)? != known.version
        {
            self.learnt = Some(self.learn(connection, known.last)?);
        }
        Ok(())
    }

    /// Returns the position that the transaction has reached, for [`Self::undo`].
    pub(super) fn mark(&self) -> usize {
        self.changes.len()
    }

    /// Undoes the transaction's changes since then.
    pub(super) fn undo(&mut self, mark: usize) {
        while self.changes.len() > mark {
            match self.changes.pop() {
                Some(PartitionChange::Entered(line, job)) => self.remove(line, job),
                Some(PartitionChange::Left(line, job)) => self.insert(line, job),
                None => return,
            };
        }
    }

    /// Keeps the changes of a committed transaction.
    pub(super) fn committed(&mut self) {
        self.changes.clear();
        self.known = self.learnt.take().or(self.known);
    }

    /// Undoes the changes of a transaction that was not committed. Jobs that others have stored remain entered.
    pub(super) fn rolled_back(&mut self) {
        self.undo(0);
        self.learnt = None;
    }

    fn learn(&mut self, connection: &Connection, mut last: i64) -> Result<KnownJobs> {
        let mut joined = connection.prepare_cached(JOINED_SINCE)?;
        let mut joined = joined.query(params![last])?;
        while let Some(row) = joined.next()? {
            last = row.get(0)?;
            let (installation, queue, key) =
                (row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?, row.get_ref(3)?.as_str()?);
            self.insert(fnv::hash(installation, queue, key).cast_signed(), last);
        }
        Ok(KnownJobs { version: version(connection)?, last })
    }
}

fn version(connection: &Connection) -> Result<i64> {
    connection.prepare_cached(VERSION)?.query_row([], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(lines: &Partitions) -> Vec<i64> {
        lines.of(1).collect()
    }

    #[test]
    fn what_is_undone_was_never_so() {
        let mut lines = Partitions::default();
        lines.enter(1, 10);
        lines.enter(1, 11);
        lines.committed();
        lines.leave(1, 10);
        let mark = lines.mark();
        lines.enter(1, 12);
        lines.leave(1, 12);
        lines.leave(1, 11);
        lines.enter(1, 11);
        lines.leave(1, 11);
        lines.undo(mark);
        assert_eq!(entries(&lines), [11], "one operation alone");
        lines.rolled_back();
        assert_eq!(entries(&lines), [10, 11], "the whole transaction");
        lines.leave(1, 10);
        lines.committed();
        lines.rolled_back();
        assert_eq!(entries(&lines), [11], "and nothing of the one before it");
    }

    #[test]
    fn a_line_is_in_order_whoever_comes_and_goes() {
        let mut lines = Partitions::default();
        for job in [13, 11, 12, 11, 14] {
            lines.enter(1, job);
        }
        assert_eq!(entries(&lines), [11, 12, 13, 14]);
        lines.leave(1, 11);
        lines.leave(1, 13);
        lines.leave(1, 99);
        assert_eq!(entries(&lines), [12, 14]);
        lines.leave(1, 14);
        lines.leave(1, 12);
        assert_eq!(entries(&lines), [0; 0]);
        lines.undo(0);
        assert_eq!(entries(&lines), [0; 0], "nothing was there before");
    }

    #[test]
    fn a_line_is_its_own() {
        let mut lines = Partitions::default();
        for (line, job) in [(0, 1), (1, 3), (1, 2), (2, 4), (i64::MAX, 5), (i64::MIN, 6)] {
            lines.enter(line, job);
        }
        assert_eq!(entries(&lines), [2, 3]);
        assert_eq!(lines.of(1).next_back(), Some(3));
    }
}
