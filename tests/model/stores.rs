//! Databases to walk on: a file of `SQLite`'s, and a schema of the tests' PostgreSQL.

use dialnote_slack::error::Fault;
use dialnote_slack::store::Store;
use dialnote_slack::store::postgres::Postgres;
use dialnote_slack::store::sqlite::Sqlite;
use tempfile::TempDir;
use tokio_postgres::NoTls;

/// A new database.
pub(crate) enum Database {
    File(TempDir),
    Schema(String),
}

impl Database {
    pub(crate) fn sqlite() -> Result<Self, Fault> {
        tempfile::tempdir().map(Self::File).map_err(failed)
    }

    pub(crate) async fn postgres() -> Result<Self, Fault> {
        let schema = format!("model_{}", std::process::id());
        let (operator, connection) = tokio_postgres::connect(&server()?, NoTls).await.map_err(failed)?;
        tokio::spawn(connection);
        operator.batch_execute(&format!("CREATE SCHEMA {schema}")).await.map_err(failed)?;
        Ok(Self::Schema(format!("{}?options=-csearch_path%3D{schema}", server()?)))
    }

    pub(crate) async fn open(&self) -> Result<Box<dyn Store>, Fault> {
        Ok(match self {
            Self::File(directory) => {
                Box::new(Sqlite::open(&directory.path().join("store.db"), jiff::Timestamp::UNIX_EPOCH).await?)
            }
            Self::Schema(url) => Box::new(Postgres::open(url).await?),
        })
    }
}

fn server() -> Result<String, Fault> {
    std::env::var("TEST_POSTGRES_URL")
        .map_err(|_| Fault::Store("there is no PostgreSQL to test with (TEST_POSTGRES_URL); run make test".into()))
}

fn failed(error: impl std::fmt::Display) -> Fault {
    Fault::Store(error.to_string())
}
