//! The history of the tables in a `SQLite` file: the queue's and the app's in one.

use refinery::Runner;
use rusqlite::{Connection, ErrorCode};

mod embedded {
    refinery::embed_migrations!("migrations/sqlite");
}

/// Returns all migrations.
pub(super) fn schema() -> Runner {
    embedded::migrations::runner()
}

/// Checks whether a database was made by this program, or by an older version; returns the reason if not.
pub(super) fn is_ours(connection: &Connection) -> Result<(), String> {
    let no_schema = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::Unknown) => "it has none of the app's tables".to_owned(),
        _ => error.to_string(),
    };
    let all = "SELECT version, name, checksum FROM refinery_schema_history ORDER BY version";
    let mut statement = connection.prepare(all).map_err(no_schema)?;
    let made = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).map_err(no_schema)?;
    let made: Vec<(i64, String, String)> = made.collect::<rusqlite::Result<_>>().map_err(no_schema)?;
    let runner = schema();
    let ours: Vec<_> = runner.get_migrations().iter().map(|one| (i64::from(one.version()), one)).collect();
    let newest = ours.iter().map(|(version, _)| *version).max().unwrap_or(0);
    if made.is_empty() {
        return Err("it has none of the app's tables".to_owned());
    }
    for (version, name, checksum) in made {
        let same = |one: &refinery::Migration| one.name() == name && one.checksum().to_string() == checksum;
        match ours.iter().find(|(number, _)| *number == version) {
            Some((_, one)) if same(one) => {}
            None if version > newest => {
                return Err(format!("it has schema {version}, and this program knows only up to {newest}"));
            }
            _ => return Err("its tables are another program's".to_owned()),
        }
    }
    Ok(())
}
