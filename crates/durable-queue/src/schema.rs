//! Words about the tables of the queue. An app that keeps tables of its own beside them hands its whole history of
//! migrations to `open`; one of its tests compares the queue's tables in both.

use refinery::error::Kind;
use refinery::{Migration, Runner};

/// Returns the operator's words for a failed migration.
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
