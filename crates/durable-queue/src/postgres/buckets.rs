//! Limits on calls. `rate_limit` decides about a bucket; claims lock and fill
//! several at once (`claiming`).

use deadpool_postgres::ClientWrapper;
use jiff::Timestamp;
use tokio_postgres::Error;

use super::statements::changed;
use crate::TenantId;

const CLOSE: &str = "
    INSERT INTO buckets (installation, name, closed_until) VALUES ($1, $2, $3)
    ON CONFLICT (installation, name)
    DO UPDATE SET closed_until = greatest(buckets.closed_until, excluded.closed_until)";

pub(super) const NAMES: &str = "
    SELECT name FROM buckets WHERE installation = $1 AND name > $2 ORDER BY name LIMIT $3";

pub(super) const FORGET: &str = "DELETE FROM buckets WHERE installation = $1 AND name = $2 RETURNING 1";

/// Closes a bucket.
pub(super) async fn close(
    db: &ClientWrapper,
    installation: &TenantId,
    bucket: &str,
    until: Timestamp,
) -> Result<(), Error> {
    changed(db, CLOSE, &[&installation.as_str(), &bucket, &until.as_millisecond()]).await.map(drop)
}
