//! Commits lie in the log until it is copied into the database file. `SQLite` would do that
//! every few commits within a commit, and every caller that waits for it would wait some milliseconds
//! more. So a thread of its own copies, beside the writer.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tracing::debug;

use super::fault::fault;
use crate::QueueError;

/// It is copied again after so many commits that changed so many rows. A few pages are written again by
/// nearly every commit: the longer it waits, the more often one copy does for many, and a disk that is
/// asked to write too often makes all callers wait.
const COMMITS: u64 = 32;
const ROWS: u64 = 500;

/// The handle to the thread. Dropping it waits until a copy that was begun is finished.
pub(super) struct Checkpointer {
    /// `None` only while it is being dropped.
    bell: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Number of commits since it was last rung.
    commits: u64,
    /// Number of rows that had been changed by then.
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

    /// Notes one more commit; `rows` is how many its connection has changed in all.
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
            // One that panicked has left the log to the writer.
            let _ = thread.join();
        }
    }
}

fn copy(connection: &Connection, rung: &Receiver<()>) {
    while rung.recv().is_ok() {
        // It waits for no other: what cannot be copied now is copied the next time.
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            debug!(cause = %fault(&error), "checkpoint failed");
        }
    }
}
