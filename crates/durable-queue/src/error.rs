//! Failures of the database.

/// A failure of the database, for the operator: nothing of the verb was stored. The message contains nothing that
/// people wrote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// The database failed, or answered too late.
    #[error("{0}")]
    Failed(String),
    /// The server refused a statement. Without the part that it refused, the same work may succeed.
    #[error("{0}")]
    Refused(String),
    /// The server requires a password, and the address has none.
    #[error("the server requires a password")]
    NoPassword,
    /// The server offers no TLS, and the address asks for it.
    #[error("the server offers no TLS")]
    NoTls,
}

impl QueueError {
    /// Makes an error from its cause.
    pub fn new(cause: impl Into<String>) -> Self {
        Self::Failed(cause.into())
    }
}

/// Returns an error's message with those of all its sources: often only the last names the cause.
pub(crate) fn with_sources(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        words = format!("{words}: {inner}");
        source = inner.source();
    }
    words
}
