//! The app's rows when the clock is set back.

use jiff::Timestamp;
use rusqlite::{Connection, Result};

/// The statements that move times later than now to now.
const BY_NOW: [&str; 2] =
    ["UPDATE snapshots SET at = ?1 WHERE at > ?1", "UPDATE cache_entries SET at = ?1 WHERE at > ?1"];

/// Moves times that have become later than now to now.
pub(super) fn set_back(connection: &Connection, now: Timestamp) -> Result<()> {
    for sql in BY_NOW {
        connection.execute(sql, [now.as_millisecond()])?;
    }
    Ok(())
}
