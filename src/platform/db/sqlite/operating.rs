//! The list of installations, and the retention of the audit log.

use jiff::Timestamp;
use rusqlite::{Connection, Result, Row, params};

use crate::core::ids::InstallationId;
use crate::platform::db::row_limit::limit;

/// Ids grow with time, so the oldest are found without an index of times.
const FORGET: &str = "
    DELETE FROM audit_entries WHERE id IN (
        SELECT id FROM (SELECT id, at FROM audit_entries ORDER BY id LIMIT ?2) WHERE at < ?1
    )";

pub(super) const INSTALLATIONS: &str = "
    SELECT installation FROM documents WHERE kind = 'installation' AND installation > ?1 ORDER BY installation LIMIT ?2";

/// Returns the installations beyond `after`.
pub(super) fn installations(
    connection: &Connection,
    after: &InstallationId,
    max: usize,
) -> Result<Vec<InstallationId>> {
    let read = |row: &Row<'_>| row.get::<_, String>(0).map(InstallationId::new);
    connection.prepare_cached(INSTALLATIONS)?.query_map(params![after.as_str(), limit(max)], read)?.collect()
}

/// Removes old entries of the audit log.
pub(super) fn forget_entries(connection: &Connection, before: Timestamp, max: usize) -> Result<usize> {
    connection.prepare_cached(FORGET)?.execute(params![before.as_millisecond(), limit(max)])
}
