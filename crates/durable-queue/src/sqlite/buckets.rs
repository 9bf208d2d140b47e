//! Limits on calls. `rate_limit` decides about a bucket; this module reads and stores it.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::TenantId;
use crate::clock::rows;
use crate::rate_limit::{BucketState, RateLimit};

pub(super) const LEVEL: &str = "
    SELECT full_until, closed_until FROM buckets WHERE installation = ?1 AND name = ?2";

pub(super) const FILL: &str = "
    INSERT INTO buckets (installation, name, full_until) VALUES (?1, ?2, ?3)
    ON CONFLICT (installation, name) DO UPDATE SET full_until = excluded.full_until";

pub(super) const CLOSE: &str = "
    INSERT INTO buckets (installation, name, closed_until) VALUES (?1, ?2, ?3)
    ON CONFLICT (installation, name) DO UPDATE SET closed_until = max(closed_until, excluded.closed_until)";

pub(super) const NAMES: &str = "
    SELECT name FROM buckets WHERE installation = ?1 AND name > ?2 ORDER BY name LIMIT ?3";

pub(super) const FORGET: &str = "DELETE FROM buckets WHERE installation = ?1 AND name = ?2";

/// Returns the buckets with their states.
pub(super) fn levels(
    connection: &Connection,
    installation: &str,
    rate_limit: Vec<RateLimit>,
) -> Result<Vec<(RateLimit, BucketState)>> {
    let mut find = connection.prepare_cached(LEVEL)?;
    let level = |rate_limit: RateLimit| {
        let read = |row: &Row<'_>| Ok(BucketState { full_until: row.get(0)?, closed_until: row.get(1)? });
        let level = find.query_row(params![installation, rate_limit.bucket], read).optional()?;
        Ok((rate_limit, level.unwrap_or_default()))
    };
    rate_limit.into_iter().map(level).collect()
}

/// Stores the levels of the buckets. One without a limit is never full.
pub(super) fn fill(connection: &Connection, installation: &str, buckets: &[(RateLimit, BucketState)]) -> Result<()> {
    for (rate_limit, level) in buckets.iter().filter(|(rate_limit, _)| rate_limit.every_ms > 0) {
        connection.prepare_cached(FILL)?.execute(params![installation, rate_limit.bucket, level.full_until])?;
    }
    Ok(())
}

/// Closes a bucket.
pub(super) fn close(connection: &Connection, installation: &TenantId, bucket: &str, until: Timestamp) -> Result<()> {
    connection.prepare_cached(CLOSE)?.execute(params![installation.as_str(), bucket, until.as_millisecond()])?;
    Ok(())
}

/// Returns the names of a tenant's buckets.
pub(super) fn names(connection: &Connection, tenant: &TenantId, after: &str, max: usize) -> Result<Vec<String>> {
    let mut find = connection.prepare_cached(NAMES)?;
    find.query_map(params![tenant.as_str(), after, rows(max)], |row| row.get(0))?.collect()
}

/// Removes a bucket.
pub(super) fn forget(connection: &Connection, tenant: &TenantId, bucket: &str) -> Result<bool> {
    Ok(connection.prepare_cached(FORGET)?.execute(params![tenant.as_str(), bucket])? > 0)
}
