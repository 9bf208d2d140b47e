//! Changes of a transaction besides the file: the jobs of each line, and the bells that are to ring. It is
//! undone with it.

use super::partitions::Partitions;
use crate::wakeups::PendingWakeups;

/// Place of the walk along the deliveries: key and tenant of the last one looked at.
pub(super) type Walk = (String, String);

/// Memory of the writer.
#[derive(Default)]
pub(super) struct Memory {
    /// The jobs of each line.
    pub(super) lines: Partitions,
    /// The bells that are to ring once it is committed.
    pub(super) pending: PendingWakeups,
    /// Place of the sweep. It is not undone: what it passed in vain it meets again on its next round.
    pub(super) walk: Walk,
}

/// Place that a transaction has got to.
#[derive(Clone, Copy)]
pub(super) struct Savepoint {
    lines: usize,
    pending: PendingWakeups,
}

impl Memory {
    /// Makes the memory before the first transaction.
    pub(super) fn new(lines: Partitions) -> Self {
        Self { lines, ..Self::default() }
    }

    /// Returns how far the transaction has got, for [`Self::undo`].
    pub(super) fn mark(&self) -> Savepoint {
        Savepoint { lines: self.lines.mark(), pending: self.pending }
    }

    /// Undoes what the transaction has changed since.
    pub(super) fn undo(&mut self, mark: Savepoint) {
        self.lines.undo(mark.lines);
        self.pending = mark.pending;
    }

    /// Keeps the changes of a committed transaction; returns the bells that are to ring.
    pub(super) fn committed(&mut self) -> PendingWakeups {
        self.lines.committed();
        std::mem::take(&mut self.pending)
    }

    /// The transaction was not committed.
    pub(super) fn rolled_back(&mut self) {
        self.lines.rolled_back();
        self.pending = PendingWakeups::default();
    }
}
