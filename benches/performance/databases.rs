//! Databases to measure: created, counted and dropped; and the core of the database server.

use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::load::Core;
use crate::{Outcome, machine};

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// A database of one measurement. Its files are deleted with it; a server's databases are deleted with the server.
pub(crate) struct Database {
    /// `DATABASE_URL`.
    pub(crate) url: String,
    folder: Option<TempDir>,
}

impl Backend {
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// Returns the name for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// Returns the core of the load, which a database server shares ([`move_server`]).
    pub(crate) fn core(self) -> Core {
        match self {
            Self::Sqlite => Core::Own,
            Self::Postgres => Core::Shared,
        }
    }

    /// Creates an empty database, without tables.
    pub(crate) async fn fresh(self) -> Outcome<Database> {
        match self {
            Self::Sqlite => {
                let folder = tempfile::tempdir()?;
                let url = format!("sqlite:{}", file(&folder).display());
                Ok(Database { url, folder: Some(folder) })
            }
            Self::Postgres => {
                let name = format!("bench_{:016x}", rand::random::<u64>());
                let server = server()?;
                execute(&server, &format!("CREATE DATABASE {name}")).await?;
                let (server, _) = server.rsplit_once('/').ok_or("the URL names no database")?;
                Ok(Database { url: format!("{server}/{name}"), folder: None })
            }
        }
    }
}

impl Database {
    /// Runs statements.
    pub(crate) async fn execute(&self, sql: &str) -> Outcome<()> {
        match &self.folder {
            Some(folder) => Ok(Connection::open(file(folder))?.execute_batch(sql)?),
            None => execute(&self.url, sql).await,
        }
    }

    /// Syncs a file to the disk.
    pub(crate) fn sync(&self) -> Outcome<()> {
        if let Some(folder) = &self.folder {
            std::fs::File::open(file(folder))?.sync_all()?;
        }
        Ok(())
    }

    /// Returns the single number that a statement selects.
    pub(crate) async fn number(&self, sql: &str) -> Outcome<i64> {
        match &self.folder {
            Some(folder) => Ok(Connection::open(file(folder))?.query_row(sql, [], |row| row.get(0))?),
            None => Ok(connect(&self.url).await?.query_one(sql, &[]).await?.try_get(0)?),
        }
    }

    /// Fails unless the database has one delivery and one job for each acknowledged command, and no others.
    pub(crate) async fn holds(&self, acknowledged: u64) -> Outcome<()> {
        let deliveries = self.number("SELECT count(*) FROM deliveries").await?;
        let jobs = self.number("SELECT count(*) FROM jobs").await?;
        if [deliveries, jobs].iter().all(|rows| u64::try_from(*rows) == Ok(acknowledged)) {
            return Ok(());
        }
        Err(format!("{acknowledged} were acknowledged, but {deliveries} deliveries and {jobs} jobs are stored").into())
    }

    /// Deletes the database.
    pub(crate) async fn remove(self) -> Outcome<()> {
        if self.folder.is_some() {
            return Ok(());
        }
        let (_, name) = self.url.rsplit_once('/').ok_or("the URL names no database")?;
        execute(&server()?, &format!("DROP DATABASE {name} WITH (FORCE)")).await
    }
}

/// Moves the database server to the core of the load: in production it has its own machine, and the benchmark compares
/// what the app does with its core.
pub(crate) async fn move_server() -> Outcome<String> {
    let client = connect(&server()?).await?;
    let row = client.query_one("SELECT pg_backend_pid(), version(), current_setting('fsync')", &[]).await?;
    let status = std::fs::read_to_string(format!("/proc/{}/status", row.try_get::<_, i32>(0)?))?;
    let parent = status.lines().find_map(|line| line.strip_prefix("PPid:")).ok_or("it has no parent")?;
    let parent: i32 = parent.trim().parse()?;
    for child in std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"))?.split_whitespace() {
        // Some have ended by now.
        let _ = machine::pin_process(child.parse()?, &[machine::GENERATOR]);
    }
    machine::pin_process(parent, &[machine::GENERATOR])?;
    let version: String = row.try_get(1)?;
    let version = version.split(" on ").next().unwrap_or_default().to_owned();
    Ok(format!("{version}, fsync = {}", row.try_get::<_, String>(2)?))
}

fn server() -> Outcome<String> {
    std::env::var("TEST_POSTGRES_URL").map_err(|_| "there is no PostgreSQL; run `make bench`".into())
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("app.db")
}

async fn execute(url: &str, sql: &str) -> Outcome<()> {
    Ok(connect(url).await?.batch_execute(sql).await?)
}

async fn connect(url: &str) -> Outcome<tokio_postgres::Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
