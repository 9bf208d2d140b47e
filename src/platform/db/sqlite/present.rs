//! A file as a program finds it that has not changed it yet.

use std::path::Path;

use durable_queue::sqlite::history;
use rusqlite::{Connection, Result, Row};

use super::copies::opened_to_read;
use super::schema::SCHEMA;
use crate::core::error::Fault;
use crate::core::ids::JobId;
use crate::platform::db::present_state::{PresentState, StoredBody, WhyUnreadable};

const JOBS: &str = "SELECT id, state = 'dead', body FROM jobs ORDER BY id";

/// Reads the schema and the jobs of a database without changing it.
pub fn present_state(path: &Path, unreadable: WhyUnreadable<'_>) -> Result<PresentState, Fault> {
    let failed = |error: rusqlite::Error| Fault::Store(error.to_string());
    let connection = opened_to_read(path).map_err(failed)?;
    let history = history(&connection).map_err(failed)?;
    let mut state = PresentState::of(SCHEMA, &history).map_err(|error| Fault::Store(error.to_string()))?;
    count_jobs(&connection, &mut state, unreadable).map_err(failed)?;
    Ok(state)
}

fn count_jobs(connection: &Connection, state: &mut PresentState, unreadable: WhyUnreadable<'_>) -> Result<()> {
    let mut statement = connection.prepare(JOBS)?;
    for job in statement.query_map([], read)? {
        state.count(&job?, unreadable);
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<StoredBody> {
    Ok(StoredBody { id: JobId(row.get(0)?), is_dead: row.get(1)?, body: row.get(2)? })
}
