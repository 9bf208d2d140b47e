//! Errors of `SQLite` as those of the queue.

use crate::QueueError;

/// Returns an error's message for the operator.
pub(super) fn fault(error: &rusqlite::Error) -> QueueError {
    QueueError::new(error.to_string())
}
