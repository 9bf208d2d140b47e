//! Row counts as the databases take them.

/// Returns the value of a statement's `LIMIT` for a number of rows.
pub(super) fn limit(max: usize) -> i64 {
    i64::try_from(max).unwrap_or(i64::MAX)
}
