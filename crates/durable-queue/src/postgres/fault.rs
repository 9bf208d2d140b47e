//! Errors of PostgreSQL as those of the queue.

use tokio_postgres::Error;

use crate::QueueError;
use crate::error::with_sources;

/// Returns an error's message for the operator. Of a refusal it shows only the sentence and the code: the details may
/// hold what people wrote.
pub(super) fn fault(error: &Error) -> QueueError {
    match error.as_db_error() {
        Some(refusal) => QueueError::Refused(format!("{} ({})", refusal.message(), refusal.code().code())),
        None => QueueError::new(with_sources(error)),
    }
}
