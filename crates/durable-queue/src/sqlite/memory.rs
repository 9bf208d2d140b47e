//! Changes of a transaction outside the file: the jobs of each partition, and the bells to ring. They are undone with
//! it.

use super::partitions::Partitions;
use crate::wakeups::PendingWakeups;

/// Position of the sweep in the deliveries: key and tenant of the last one checked.
pub(super) type Walk = (String, String);

/// Memory of the writer.
#[derive(Default)]
pub(super) struct Memory {
    /// The jobs of each partition.
    pub(super) lines: Partitions,
    /// The bells to ring after the commit.
    pub(super) pending: PendingWakeups,
    /// Position of the sweep. It is not undone: deliveries that it skipped come up again in its next round.
    pub(super) walk: Walk,
}

/// Position that a transaction has reached.
#[derive(Clone, Copy)]
pub(super) struct Savepoint {
    lines: usize,
    pending: PendingWakeups,
}

impl Memory {
    /// Creates the memory before the first transaction.
    pub(super) fn new(lines: Partitions) -> Self {
        Self { lines, ..Self::default() }
    }

    /// Returns the position that the transaction has reached, for [`Self::undo`].
    pub(super) fn mark(&self) -> Savepoint {
        Savepoint { lines: self.lines.mark(), pending: self.pending }
    }

    /// Undoes the transaction's changes since then.
    pub(super) fn undo(&mut self, mark: Savepoint) {
        self.lines.undo(mark.lines);
        self.pending = mark.pending;
    }

    /// Keeps the changes of a committed transaction and returns the bells to ring.
    pub(super) fn committed(&mut self) -> PendingWakeups {
        self.lines.committed();
        std::mem::take(&mut self.pending)
    }

    /// Undoes the changes of a transaction that was not committed.
    pub(super) fn rolled_back(&mut self) {
        self.lines.rolled_back();
        self.pending = PendingWakeups::default();
    }
}
