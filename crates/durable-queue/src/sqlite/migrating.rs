//! Migrations of a `SQLite` file.

use rusqlite::{Connection, TransactionBehavior};

use super::fault::fault;
use crate::QueueError;
use crate::schema::{ADD, Applied, CREATE_HISTORY, HISTORY, Schema, missing};

/// Brings a database up to date: all migrations that it lacks in one transaction. Of two processes that start at the
/// same moment the second waits, and finds the work done.
pub(super) fn migrate(connection: &mut Connection, schema: Schema) -> Result<(), QueueError> {
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|error| fault(&error))?;
    transaction.execute_batch(CREATE_HISTORY).map_err(|error| fault(&error))?;
    let history = history(&transaction).map_err(|error| fault(&error))?;
    for (migration, entry) in missing(schema, &history).map_err(|error| QueueError::new(error.to_string()))? {
        let failed = |error: rusqlite::Error| QueueError::new(format!("migration {}: {error}", migration.name));
        transaction.execute_batch(migration.sql).map_err(failed)?;
        transaction.execute(ADD, (entry.version, entry.name, entry.checksum)).map_err(failed)?;
    }
    transaction.commit().map_err(|error| fault(&error))
}

/// Reads the migrations that a database has run; fails if it was never migrated.
pub fn history(connection: &Connection) -> rusqlite::Result<Vec<Applied>> {
    let mut statement = connection.prepare(HISTORY)?;
    let rows = statement.query_map([], |row| {
        Ok(Applied { version: row.get("version")?, name: row.get("name")?, checksum: row.get("checksum")? })
    })?;
    rows.collect()
}
