//! The database of a test's app. `PRODUCT_ON=postgres` runs the product on the tests' PostgreSQL instead of files.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls};

use crate::support::{MAYA, product};

/// A test's needs of its database.
#[derive(Clone, Copy)]
pub enum On {
    /// Any database.
    Any,
    /// A file, because the test reads it.
    File,
    /// A file that begins with the rows of this SQL.
    Written(&'static str),
}

/// A database for one test.
pub struct Database {
    /// `DATABASE_URL`.
    pub url: String,
    folder: TempDir,
}

impl Database {
    /// Returns an empty database, or the one that was written.
    pub async fn new(on: On) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("app.db");
        if let On::Written(sql) = on {
            let written = std::fs::read_to_string(sql).unwrap();
            Connection::open(&file).unwrap().execute_batch(&written).unwrap();
        }
        let url = match (on, std::env::var("PRODUCT_ON").as_deref()) {
            (On::Any, Ok("postgres")) => schema().await,
            _ => format!("sqlite:{}", file.display()),
        };
        Self { url, folder }
    }

    /// Answers whether it is a file.
    fn is_file(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// Returns the file.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("app.db")
    }
}

/// Another program in the middle of a change.
pub enum Change {
    /// In a file.
    File(Connection),
    /// On the tests' server.
    Server(Client, JoinHandle<()>),
}

impl Change {
    /// Begins a change and makes it, visible only to its own program.
    pub async fn begin(database: &Database, sql: &str) -> Self {
        let sql = format!("BEGIN {}; {sql}", if database.is_file() { "IMMEDIATE" } else { "" });
        if database.is_file() {
            let connection = Connection::open(database.file()).unwrap();
            connection.execute_batch(&sql).unwrap();
            return Self::File(connection);
        }
        let (client, connection) = tokio_postgres::connect(&database.url, NoTls).await.unwrap();
        let driver = tokio::spawn(async { connection.await.unwrap() });
        client.batch_execute(&sql).await.unwrap();
        Self::Server(client, driver)
    }

    /// Returns when the app waits for it. A file's writer waits as soon as it has any work.
    pub async fn is_waited_for(&self) {
        let Self::Server(client, _) = self else { return };
        let waiting = "SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))";
        while client.query(waiting, &[]).await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    }

    /// Commits it: everyone sees it now.
    pub async fn commit(self) {
        match self {
            Self::File(connection) => connection.execute_batch("COMMIT").unwrap(),
            Self::Server(client, driver) => {
                client.batch_execute("COMMIT").await.unwrap();
                drop(client);
                driver.await.unwrap();
            }
        }
    }
}

/// Creates a separate part of the tests' server and returns its URL.
async fn schema() -> String {
    static SCHEMAS: AtomicUsize = AtomicUsize::new(0);
    let server = std::env::var("TEST_POSTGRES_URL").expect("a PostgreSQL (TEST_POSTGRES_URL): run make test");
    let schema = format!("product_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
    let (operator, connection) = tokio_postgres::connect(&server, NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    operator.batch_execute(&format!("CREATE SCHEMA {schema}")).await.unwrap();
    drop(operator);
    driver.await.unwrap().unwrap();
    format!("{server}?options=-csearch_path%3D{schema}")
}

#[tokio::test]
async fn an_ended_world_keeps_nothing_open() {
    let mut store = None;
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        store = Some(Arc::downgrade(&bot.tenants.common.store));
    })
    .await;
    let store = store.expect("the world's store");
    let ends = async {
        while store.strong_count() > 0 {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(3), ends).await.is_ok(), "its app still uses its database");
}
