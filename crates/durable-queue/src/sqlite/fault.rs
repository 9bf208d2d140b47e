//! Errors of `SQLite` as those of the queue.

use crate::QueueError;

/// Returns the operator's words for what went wrong.
pub(super) fn fault(error: &rusqlite::Error) -> QueueError {
    QueueError::new(error.to_string())
}
