//! The history of a database's tables: SQL files in order, each run once in each database. An app with tables beside
//! the queue's puts the queue's migrations and its own into one history.

use sha2::{Digest, Sha256};

/// A change of the tables.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The name, for people who read the history in a database.
    pub name: &'static str,
    /// The statements.
    pub sql: &'static str,
}

/// All migrations of a program, oldest first. The version of a migration is its place, counted from 1.
pub type Schema = &'static [Migration];

/// The table that holds a database's history, for both backends.
pub(crate) const CREATE_HISTORY: &str = "CREATE TABLE IF NOT EXISTS schema_migrations
    (version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)";

/// Reads the history, oldest first.
pub(crate) const HISTORY: &str = "SELECT version, name, checksum FROM schema_migrations ORDER BY version";

/// Adds a migration to the history.
pub(crate) const ADD: &str = "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)";

/// A migration that was run in a database, as its history says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The place in the history, from 1.
    pub version: i64,
    /// The name.
    pub name: String,
    /// SHA-256 of the statements, in hexadecimal digits.
    pub checksum: String,
}

/// The reason why a database does not fit a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaMismatch {
    /// A newer version of the program has used it.
    #[error("the database has schema {found} but this program knows only up to {known}; use a newer version")]
    Newer {
        /// The database's version.
        found: i64,
        /// The program's newest version.
        known: i64,
    },
    /// Another program made its tables, or a migration was changed after it had been run.
    #[error("the database has another program's tables")]
    Foreign,
}

/// Returns the migrations that a database with this history still needs, with their entries in the history.
pub fn missing(
    schema: Schema,
    history: &[Applied],
) -> Result<impl Iterator<Item = (&'static Migration, Applied)>, SchemaMismatch> {
    let mut ours = (1..).zip(schema).map(|(version, migration)| (migration, applied(version, migration)));
    for found in history {
        match ours.next() {
            Some((_, own)) if own == *found => {}
            None if found.version > known(schema) => {
                let newest = history.iter().map(|one| one.version).max().unwrap_or(found.version);
                return Err(SchemaMismatch::Newer { found: newest, known: known(schema) });
            }
            _ => return Err(SchemaMismatch::Foreign),
        }
    }
    Ok(ours)
}

fn applied(version: i64, migration: &Migration) -> Applied {
    let checksum = hex::encode(Sha256::digest(migration.sql));
    Applied { version, name: migration.name.to_owned(), checksum }
}

fn known(schema: Schema) -> i64 {
    i64::try_from(schema.len()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUEUE: Migration = Migration { name: "queue", sql: "one" };
    const APP: Migration = Migration { name: "app", sql: "two" };
    const TWO: Schema = &[QUEUE, APP];

    /// Returns the names of the missing migrations of a database that has run the first `count` of `of`.
    fn after(of: Schema, count: usize) -> Result<Vec<&'static str>, SchemaMismatch> {
        let history: Vec<_> = (1..).zip(of).take(count).map(|(version, one)| applied(version, one)).collect();
        Ok(missing(TWO, &history)?.map(|(migration, _)| migration.name).collect())
    }

    #[test]
    fn a_database_runs_what_it_lacks_in_order() {
        assert_eq!(after(TWO, 0), Ok(vec!["queue", "app"]));
        assert_eq!(after(TWO, 1), Ok(vec!["app"]));
        assert_eq!(after(TWO, 2), Ok(vec![]));
    }

    #[test]
    fn a_newer_or_a_foreign_history_is_refused() {
        const THREE: Schema = &[QUEUE, APP, Migration { name: "later", sql: "three" }];
        const CHANGED: Schema = &[Migration { name: "queue", sql: "other" }, APP];
        const RENAMED: Schema = &[Migration { name: "other", sql: "one" }];
        assert_eq!(after(THREE, 3), Err(SchemaMismatch::Newer { found: 3, known: 2 }));
        assert_eq!(after(CHANGED, 2), Err(SchemaMismatch::Foreign));
        assert_eq!(after(RENAMED, 1), Err(SchemaMismatch::Foreign));
        let gap = [applied(2, &APP)];
        assert_eq!(missing(TWO, &gap).map(Iterator::count), Err(SchemaMismatch::Foreign));
    }
}
