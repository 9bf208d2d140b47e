//! The promises hold for every database, so the proofs know only three things about one: the way to get an empty one,
//! whether its connection can be cut, and the jobs that wait in it.
//!
//! Another database is one more member of [`Backend`], its arm in [`Backend::fresh`], and its arms in the few questions
//! below it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dialnote_slack::platform::db::Store;
use dialnote_slack::platform::db::postgres::Postgres;
use dialnote_slack::platform::db::sqlite::Sqlite;
use rusqlite::{Connection, TransactionBehavior};
use tempfile::TempDir;
use tokio_postgres::NoTls;
use url::Url;

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Sqlite,
    /// A separate schema on the tests' server.
    Postgres,
}

/// An empty database for one test, removed at its end.
pub struct Database {
    /// `DATABASE_URL`.
    pub url: String,
    /// The server's address; `None` for a file.
    pub address: Option<SocketAddr>,
    place: Place,
}

enum Place {
    File(TempDir),
    Schema,
}

impl Backend {
    /// Every kind there is.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// Creates an empty database.
    pub async fn fresh(self) -> Database {
        match self {
            Self::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite:{}", file(&folder).display());
                Database { url, address: None, place: Place::File(folder) }
            }
            Self::Postgres => schema().await,
        }
    }

    /// Answers whether the app reaches it over TCP, so that the connection can be cut.
    pub fn is_over_tcp(self) -> bool {
        match self {
            Self::Sqlite => false,
            Self::Postgres => true,
        }
    }

    /// Answers whether several processes may work on one database. For a file, only tests rely on it: a process that is
    /// paused in the middle of a transaction holds up all others.
    pub fn is_shared(self) -> bool {
        match self {
            Self::Sqlite | Self::Postgres => true,
        }
    }
}

impl Database {
    /// Opens the same database as the app sees it, to read the waiting jobs.
    pub async fn store(&self) -> Arc<dyn Store> {
        match &self.place {
            Place::File(folder) => Arc::new(Sqlite::open(&file(folder), jiff::Timestamp::UNIX_EPOCH).await.unwrap()),
            Place::Schema => Arc::new(Postgres::open(&self.url).await.unwrap()),
        }
    }

    /// Answers whether no open transaction would hold up everyone else. A server ends those itself.
    pub fn is_free(&self) -> bool {
        match &self.place {
            Place::File(folder) => {
                let mut connection = Connection::open(file(folder)).unwrap();
                connection.busy_timeout(Duration::ZERO).unwrap();
                connection.transaction_with_behavior(TransactionBehavior::Immediate).is_ok()
            }
            Place::Schema => true,
        }
    }

    /// Returns the file's folder, if it is a file.
    pub fn folder(&self) -> Option<&Path> {
        match &self.place {
            Place::File(folder) => Some(folder.path()),
            Place::Schema => None,
        }
    }

    /// Resolves when no open transaction holds up new commands: a server ends that of a process that stands still.
    pub async fn becomes_free(&self) {
        match &self.place {
            Place::File(_) => {}
            Place::Schema => {
                let (operator, connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
                tokio::spawn(connection);
                let all = "BEGIN; LOCK TABLE deliveries, partition_locks, jobs IN EXCLUSIVE MODE; ROLLBACK";
                operator.batch_execute(all).await.unwrap();
            }
        }
    }

    /// Returns its URL for an app that is to reach it through another address.
    pub fn url_by_way_of(&self, address: SocketAddr) -> String {
        let own = self.address.expect("a database that is reached over TCP");
        self.url.replace(&own.to_string(), &address.to_string())
    }
}

async fn schema() -> Database {
    static SCHEMAS: AtomicUsize = AtomicUsize::new(0);
    let server =
        std::env::var("TEST_POSTGRES_URL").expect("a PostgreSQL to test with (TEST_POSTGRES_URL): run make test");
    let schema = format!("proof_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
    let (operator, connection) = tokio_postgres::connect(&server, NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    operator.batch_execute(&format!("CREATE SCHEMA {schema}")).await.unwrap();
    drop(operator);
    driver.await.unwrap().unwrap();
    let address = Url::parse(&server).unwrap();
    let address = format!("{}:{}", address.host_str().unwrap(), address.port().unwrap()).parse().unwrap();
    let url = format!("{server}?options=-csearch_path%3D{schema}");
    Database { url, address: Some(address), place: Place::Schema }
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("app.db")
}
