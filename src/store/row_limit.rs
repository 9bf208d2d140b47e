//! Numbers of rows as databases want them.

/// Returns what a statement's `LIMIT` is given for a number of rows.
pub(super) fn limit(max: usize) -> i64 {
    i64::try_from(max).unwrap_or(i64::MAX)
}
