//! The list of installations, and the retention of the audit log.

pub(super) const INSTALLATIONS: &str = "
    SELECT installation FROM documents WHERE kind = 'installation' AND installation > $1 ORDER BY installation LIMIT $2";

/// Ids grow with time, so the oldest are found without an index of times.
pub(super) const FORGET: &str = "
    DELETE FROM audit_entries USING (
        SELECT id FROM (SELECT id, at FROM audit_entries ORDER BY id LIMIT $2) AS oldest WHERE at < $1
    ) AS old WHERE audit_entries.id = old.id RETURNING 1";
