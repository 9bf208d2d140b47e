//! What is promised is promised for every database, so the proofs know a database only by what
//! matters to them: how to get an empty one, whether its connection can be cut, and what waits in it.
//!
//! Another database is one more member of [`Backend`], its arm in [`Backend::fresh`], and its arms in
//! the few questions below it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dialnote_slack::store::Store;
use dialnote_slack::store::sqlite::Sqlite;
use rusqlite::{Connection, TransactionBehavior};
use tempfile::TempDir;

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Sqlite,
}

/// An empty database for one test, removed at its end.
pub struct Database {
    /// `DATABASE_URL`.
    pub url: String,
    /// Where it listens; none if it is a file.
    pub address: Option<SocketAddr>,
    place: Place,
}

enum Place {
    File(TempDir),
}

impl Backend {
    /// Every kind there is.
    pub const ALL: [Self; 1] = [Self::Sqlite];

    /// An empty database.
    #[expect(clippy::unused_async, reason = "only for a file there is nobody to wait for")]
    pub async fn fresh(self) -> Database {
        match self {
            Self::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite:{}", file(&folder).display());
                Database { url, address: None, place: Place::File(folder) }
            }
        }
    }

    /// Whether the app reaches it over TCP, so that the connection can be cut.
    pub fn is_over_tcp(self) -> bool {
        match self {
            Self::Sqlite => false,
        }
    }

    /// Whether several processes may work on one database. Only to be relied upon in tests for a
    /// file: a process that is paused in the middle of a transaction holds up all others.
    pub fn is_shared(self) -> bool {
        match self {
            Self::Sqlite => true,
        }
    }
}

impl Database {
    /// The same database as the app sees it, to look at what waits.
    pub async fn store(&self) -> Arc<dyn Store> {
        match &self.place {
            Place::File(folder) => Arc::new(Sqlite::open(&file(folder)).await.unwrap()),
        }
    }

    /// Whether nobody is in the middle of a transaction that would hold up everybody else.
    pub fn is_free(&self) -> bool {
        match &self.place {
            Place::File(folder) => {
                let mut connection = Connection::open(file(folder)).unwrap();
                connection.busy_timeout(Duration::ZERO).unwrap();
                connection.transaction_with_behavior(TransactionBehavior::Immediate).is_ok()
            }
        }
    }

    /// Its URL for an app that is to reach it by way of another address.
    pub fn url_by_way_of(&self, address: SocketAddr) -> String {
        let own = self.address.expect("a database that is reached over TCP");
        self.url.replace(&own.to_string(), &address.to_string())
    }
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("app.db")
}
