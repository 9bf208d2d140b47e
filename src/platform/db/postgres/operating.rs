//! The list of installations, and the retention of the audit log.

pub(super) const INSTALLATIONS: &str = "
    SELECT installation FROM documents WHERE kind = 'installation' AND installation > $1 ORDER BY installation LIMIT $2";

/// Ids grow with time, so the oldest are found without an index of times.
pub(super) const FORGET: &str = "
    DELETE FROM entries USING (
        SELECT id FROM (SELECT id, at FROM entries ORDER BY id LIMIT $2) AS oldest WHERE at < $1
    ) AS old WHERE entries.id = old.id RETURNING 1";
