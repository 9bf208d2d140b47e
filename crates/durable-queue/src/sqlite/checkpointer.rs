//! Commits are in the log until it is copied into the database file. `SQLite` would copy within every few commits, and
//! every caller of such a commit would wait some milliseconds more. So a separate thread copies, beside the writer.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tracing::debug;

use super::fault::fault;
use crate::QueueError;

/// The log is copied again after so many commits that changed so many rows. Nearly every commit writes a few pages
/// again: the longer the wait, the more writes one copy covers, and a disk that is asked to write too often makes all
/// callers wait.
const COMMITS: u64 = 32;
const ROWS: u64 = 500;

/// The handle to the thread. Dropping it waits until the current copy is finished.
pub(super) struct Checkpointer {
    /// `None` only while it is being dropped.
    bell: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Number of commits since the last ring.
    commits: u64,
    /// Number of rows changed until then.
    rows: u64,
}

impl Checkpointer {
    /// Starts the thread.
    pub(super) fn start(connection: Connection) -> Result<Self, QueueError> {
        let (bell, rung) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("store-copier".into())
            .spawn(move || copy(&connection, &rung))
            .map_err(|error| QueueError::new(format!("the checkpoint thread could not be started: {error}")))?;
        Ok(Self { bell: Some(bell), thread: Some(thread), commits: 0, rows: 0 })
    }

    /// Notes one more commit; `rows` is the total that its connection has changed.
    pub(super) fn committed(&mut self, rows: u64) {
        self.commits += 1;
        if self.commits < COMMITS || rows.saturating_sub(self.rows) < ROWS {
            return;
        }
        (self.commits, self.rows) = (0, rows);
        if let Some(bell) = &self.bell
            && let Err(TrySendError::Disconnected(())) = bell.try_send(())
        {
            debug!("checkpoint thread stopped; the writer checkpoints");
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.bell = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has left the log to the writer.
            let _ = thread.join();
        }
    }
}

fn copy(connection: &Connection, rung: &Receiver<()>) {
    while rung.recv().is_ok() {
        // It waits for no other: pages that cannot be copied now are copied the next time.
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            debug!(cause = %fault(&error), "checkpoint failed");
        }
    }
}
