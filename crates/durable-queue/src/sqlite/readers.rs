//! Queries must not wait behind writes. In WAL mode they need not: each of these connections sees the database as of
//! the last commit, regardless of the writer.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::connection;
use super::fault::fault;
use crate::QueueError;

/// Number of queries that run at a time. They take microseconds; more would only compete for cores.
const READERS: usize = 4;

/// A few read-only connections, opened when they are first needed.
pub(super) struct Readers(Arc<Pool>);

struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// Returns a pool for the database at `path`, which must exist by the time of the first query.
    pub(super) fn new(path: PathBuf) -> Self {
        let permits = Arc::new(Semaphore::new(READERS));
        Self(Arc::new(Pool { path, idle: Mutex::default(), permits }))
    }

    /// Runs a query by key on this thread: it takes some microseconds, less than passing it to another thread.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, QueueError> {
        self.0.lend(work).map_err(|error| fault(&error))
    }

    /// Runs a query over many rows on a thread that may block.
    pub(super) async fn read_apart<T, W>(&self, work: W) -> Result<T, QueueError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let pool = Arc::clone(&self.0);
        let permit = Arc::clone(&pool.permits).acquire_owned().await.map_err(|_| stopped())?;
        let look_up = move || {
            // The thread holds it, not the caller, who may stop waiting before the work is done.
            let _permit = permit;
            pool.lend(work)
        };
        let outcome = tokio::task::spawn_blocking(look_up).await.map_err(|_| stopped())?;
        outcome.map_err(|error| fault(&error))
    }
}

impl Pool {
    /// Lends a connection. One that saw a failure or a panic is not put back: a new one is sure to be sound.
    fn lend<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connection::reader(&self.path)?,
        };
        let value = work(&connection)?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(value)
    }
}

fn stopped() -> QueueError {
    QueueError::new("the read was interrupted")
}
