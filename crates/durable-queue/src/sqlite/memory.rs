//! What a transaction changes besides the file: who waits in which line, and which bells are to ring. It is
//! undone with it.

use super::emptying::Walk;
use super::partitions::Partitions;
use crate::wakeups::PendingWakeups;

/// What the writer has in memory.
#[derive(Default)]
pub(super) struct Memory {
    /// Who waits in which line.
    pub(super) lines: Partitions,
    /// Which bells are to ring once it is committed.
    pub(super) pending: PendingWakeups,
    /// Place of the sweep. It is not undone: what it passed in vain it meets again on its next round.
    pub(super) walk: Walk,
}

/// How far a transaction has got.
#[derive(Clone, Copy)]
pub(super) struct Savepoint {
    lines: usize,
    pending: PendingWakeups,
}

impl Memory {
    /// What there is before the first transaction.
    pub(super) fn new(lines: Partitions) -> Self {
        Self { lines, ..Self::default() }
    }

    /// How far the transaction has got, for [`Self::undo`].
    pub(super) fn mark(&self) -> Savepoint {
        Savepoint { lines: self.lines.mark(), pending: self.pending }
    }

    /// Undoes what the transaction has changed since.
    pub(super) fn undo(&mut self, mark: Savepoint) {
        self.lines.undo(mark.lines);
        self.pending = mark.pending;
    }

    /// The transaction was committed: what is to ring.
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
