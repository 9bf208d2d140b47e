//! Errors of PostgreSQL as those of the queue.

use tokio_postgres::Error;

use crate::QueueError;
use crate::error::with_sources;

/// Returns an error's message for the operator. Of a refusal it shows only the sentence and the code: the details may
/// hold what people wrote.
pub(super) fn fault(error: &Error) -> QueueError {
    QueueError::new(match error.as_db_error() {
        Some(refusal) => format!("{} ({})", refusal.message(), refusal.code().code()),
        None => with_sources(error),
    })
}
