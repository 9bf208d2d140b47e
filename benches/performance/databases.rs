//! Databases to measure: created, counted and dropped; and the core of the database server.

use std::collections::BTreeMap;
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

/// The work that a PostgreSQL server has carried out for a database.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    /// The number of calls of each statement.
    pub(crate) calls: BTreeMap<String, f64>,
    /// The number of transactions that were committed.
    pub(crate) transactions: f64,
    /// The number of syncs of the log, of all databases of the server.
    pub(crate) syncs: f64,
}

impl Counted {
    /// Returns the work since an earlier count.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let since = |(text, calls): (&String, &f64)| (text.clone(), calls - before.calls.get(text).unwrap_or(&0.0));
        Self {
            calls: self.calls.iter().map(since).collect(),
            transactions: self.transactions - before.transactions,
            syncs: self.syncs - before.syncs,
        }
    }

    /// Returns the number of statements, without those that begin and end a transaction.
    pub(crate) fn statements(&self) -> f64 {
        let is_bracket = |text: &str| ["BEGIN", "COMMIT", "ROLLBACK", "START TRANSACTION"].contains(&text);
        self.calls.iter().filter(|(text, _)| !is_bracket(text)).map(|(_, calls)| calls).sum()
    }
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

    /// Returns the work that the server has carried out for this database. Needs its module `pg_stat_statements`.
    pub(crate) async fn counted(&self) -> Outcome<Counted> {
        let client = connect(&self.url).await?;
        client.batch_execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements").await?;
        let rows = client
            .query(
                "SELECT query, sum(calls)::float8 FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
                 WHERE d.datname = current_database() AND query NOT LIKE '%pg_stat_statements%' GROUP BY query",
                &[],
            )
            .await?;
        let calls = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
        let committed = "SELECT xact_commit::float8 FROM pg_stat_database WHERE datname = current_database()";
        let version: i32 =
            client.query_one("SELECT current_setting('server_version_num')::int", &[]).await?.try_get(0)?;
        let synced = if version < 180_000 {
            "SELECT wal_sync::float8 FROM pg_stat_wal"
        } else {
            "SELECT sum(fsyncs)::float8 FROM pg_stat_io WHERE object = 'wal'"
        };
        Ok(Counted {
            calls: calls.collect::<Result<_, tokio_postgres::Error>>()?,
            transactions: client.query_one(committed, &[]).await?.try_get(0)?,
            syncs: client.query_one(synced, &[]).await?.try_get(0)?,
        })
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
