//! Error messages about the queue's tables. An app with its own tables beside them passes its whole history of
//! migrations to `open`; one of its tests compares the queue's tables in both.

use refinery::error::Kind;
use refinery::{Migration, Runner};

/// Returns the message for a failed migration, for the operator.
pub(crate) fn migration_failed(kind: &Kind, schema: &Runner) -> String {
    let known = schema.get_migrations().iter().map(Migration::version).max().unwrap_or(0);
    match kind {
        Kind::MissingVersion(found) if found.version() > known => format!(
            "the database has schema {} but this program knows only up to {known}; use a newer version",
            found.version()
        ),
        kind => format!("the database could not be migrated: {kind}"),
    }
}
