//! The history of the tables in a `SQLite` file: the queue's and the app's in one.

use durable_queue::schema::{Migration, Schema, SchemaMismatch, missing};
use durable_queue::sqlite::{QUEUE, VERSIONS, history};
use rusqlite::{Connection, ErrorCode};

const APP: Migration = Migration { name: "app", sql: include_str!("../../../../migrations/sqlite/2_app.sql") };

const COPIES: Migration = Migration { name: "copies", sql: include_str!("../../../../migrations/sqlite/4_copies.sql") };

/// All migrations.
pub(super) const SCHEMA: Schema = &[QUEUE, APP, VERSIONS, COPIES];

/// Checks whether a database was made by this program, or by an older version; returns the reason if not.
pub(super) fn is_ours(connection: &Connection) -> Result<(), String> {
    let none = || "it has none of the app's tables".to_owned();
    let history = history(connection).map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::Unknown) => none(),
        _ => error.to_string(),
    })?;
    match missing(SCHEMA, &history) {
        Ok(_) if history.iter().all(|one| one.name != APP.name) => Err(none()),
        Ok(_) => Ok(()),
        Err(SchemaMismatch::Newer { found, known }) => {
            Err(format!("it has schema {found}, and this program knows only up to {known}"))
        }
        Err(SchemaMismatch::Foreign) => Err("its tables are another program's".to_owned()),
    }
}
