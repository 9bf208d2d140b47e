//! Databases to walk on: a file of `SQLite`'s, and a schema of the tests' PostgreSQL.

use durable_queue::postgres::{Address, PostgresQueue};
use durable_queue::sqlite::SqliteQueue;
use durable_queue::{DurableQueue, QueueError, postgres, sqlite};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio_postgres::NoTls;

/// A new database.
pub(crate) enum Database {
    File(TempDir),
    Schema(String),
}

impl Database {
    pub(crate) fn sqlite() -> Result<Self, QueueError> {
        tempfile::tempdir().map(Self::File).map_err(failed)
    }

    pub(crate) async fn postgres() -> Result<Self, QueueError> {
        let schema = format!("model_{}", std::process::id());
        let (operator, connection) = tokio_postgres::connect(&server()?, NoTls).await.map_err(failed)?;
        tokio::spawn(connection);
        operator.batch_execute(&format!("CREATE SCHEMA {schema}")).await.map_err(failed)?;
        Ok(Self::Schema(format!("{}?options=-csearch_path%3D{schema}", server()?)))
    }

    pub(crate) async fn open(&self) -> Result<Box<dyn DurableQueue>, QueueError> {
        Ok(match self {
            Self::File(directory) => Box::new(
                SqliteQueue::open(&directory.path().join("queue.db"), sqlite::SCHEMA, Timestamp::UNIX_EPOCH).await?,
            ),
            Self::Schema(url) => Box::new(PostgresQueue::open(Address::read(url, "model")?, postgres::SCHEMA).await?),
        })
    }
}

/// Returns the instant `millis` after 1970.
pub(crate) fn from_millis(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

fn server() -> Result<String, QueueError> {
    std::env::var("TEST_POSTGRES_URL")
        .map_err(|_| QueueError::new("there is no PostgreSQL to test with (TEST_POSTGRES_URL); run make test"))
}

fn failed(error: impl std::fmt::Display) -> QueueError {
    QueueError::new(error.to_string())
}
