//! Errors of PostgreSQL as those of the queue.

use tokio_postgres::Error;

use crate::QueueError;
use crate::error::with_sources;

/// Returns the operator's words for what went wrong. Of a refusal only the sentence and the code: its details may
/// hold what people wrote.
pub(super) fn fault(error: &Error) -> QueueError {
    QueueError::new(match error.as_db_error() {
        Some(refusal) => format!("{} ({})", refusal.message(), refusal.code().code()),
        None => with_sources(error),
    })
}
