//! An fsync takes longer than everything else we do to the database, so callers share them: one
//! thread owns the only connection that writes, takes whatever has gathered while it was busy, and
//! commits all of it as one transaction. The busier it gets, the more share one fsync.
//!
//! Sharing must not be felt: each operation runs in a savepoint of its own, so one that fails is
//! undone alone, and nobody is answered before the commit.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use super::fault;
use crate::error::Fault;
use crate::store::bells::{Bells, Rings};

/// How many operations share a transaction at most, so that the first of them is not kept waiting
/// by the last.
const BATCH: usize = 512;

/// How many operations may wait for the writer before callers wait to hand theirs over.
const QUEUE: usize = 1024;

/// The handle to the writer thread. Dropping it lets the thread finish what was handed over, and
/// waits for that.
pub(super) struct Writer {
    /// `None` only while it is being dropped: the thread ends when the queue does.
    queue: Option<mpsc::Sender<Box<dyn Operation>>>,
    thread: Option<JoinHandle<()>>,
    commits: Arc<AtomicU64>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(connection: Connection, bells: Bells) -> Result<Self, Fault> {
        let (queue, operations) = mpsc::channel(QUEUE);
        let commits = Arc::new(AtomicU64::new(0));
        let desk = Desk { connection, bells, commits: Arc::clone(&commits) };
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || desk.serve(operations))
            .map_err(|error| Fault::Store(format!("the writer thread could not be started: {error}")))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), commits })
    }

    /// Carries out `work` as part of the next transaction and answers once that is committed. If it
    /// is not begun within `patience` it is taken back: then nothing of it is stored, ever.
    ///
    /// If the caller stops waiting, an operation that was handed over is still carried out.
    pub(super) async fn write<T, W>(&self, patience: Duration, work: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: FnOnce(&Connection, &mut Rings) -> rusqlite::Result<T> + Send + 'static,
    {
        let deadline = Instant::now() + patience;
        let work = Arc::new(Mutex::new(Some(work)));
        let (reply, mut answer) = oneshot::channel();
        let task = Task { work: Arc::clone(&work), outcome: None, reply };
        timeout_at(deadline, self.hand_over(Box::new(task))).await.map_err(|_| behind())??;
        if let Ok(answered) = timeout_at(deadline, &mut answer).await {
            return answered.unwrap_or_else(|_| Err(gone()));
        }
        let taken_back = work.lock().unwrap_or_else(PoisonError::into_inner).take().is_some();
        if taken_back { Err(behind()) } else { answer.await.unwrap_or_else(|_| Err(gone())) }
    }

    /// How many transactions were committed.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    async fn hand_over(&self, operation: Box<dyn Operation>) -> Result<(), Fault> {
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        queue.send(operation).await.map_err(|_| gone())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has already failed its callers; there is nobody left to tell.
            let _ = thread.join();
        }
    }
}

fn behind() -> Fault {
    Fault::Store("the writer is too far behind to take on more".into())
}

fn gone() -> Fault {
    Fault::Store("the writer has stopped".into())
}

/// One caller's part of a transaction. A trait, because callers wait for answers of different types.
trait Operation: Send {
    /// Carries it out, or undoes it; answers whether the transaction may still be committed.
    fn run(&mut self, connection: &Connection, rings: &mut Rings) -> bool;

    /// Tells the caller, now that it is known what became of the transaction.
    fn answer(self: Box<Self>, committed: &Result<(), Fault>);
}

struct Task<T, W> {
    /// Shared with the caller, who may take it back as long as it is not begun.
    work: Arc<Mutex<Option<W>>>,
    outcome: Option<Result<T, Fault>>,
    reply: oneshot::Sender<Result<T, Fault>>,
}

impl<T, W> Operation for Task<T, W>
where
    T: Send,
    W: FnOnce(&Connection, &mut Rings) -> rusqlite::Result<T> + Send,
{
    fn run(&mut self, connection: &Connection, rings: &mut Rings) -> bool {
        let work = self.work.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(work) = work else { return true };
        let mut own = Rings::default();
        let outcome = in_savepoint(connection, || work(connection, &mut own));
        if outcome.is_ok() {
            rings.join(own);
        }
        let sound = outcome.is_ok() || undo(connection);
        self.outcome = Some(outcome);
        sound
    }

    fn answer(self: Box<Self>, committed: &Result<(), Fault>) {
        let Self { outcome, reply, .. } = *self;
        let outcome = match outcome {
            Some(Ok(value)) => committed.clone().map(|()| value),
            // What went wrong here says more than that the transaction did.
            Some(Err(own)) => Err(own),
            None => Err(committed.clone().err().unwrap_or_else(gone)),
        };
        // A caller that stopped waiting does not want to know.
        let _ = reply.send(outcome);
    }
}

/// A panic is the caller's failure, not the writer's: the next operation knows nothing of it.
fn in_savepoint<T>(connection: &Connection, work: impl FnOnce() -> rusqlite::Result<T>) -> Result<T, Fault> {
    run(connection, "SAVEPOINT operation").map_err(|error| fault(&error))?;
    let value = catch_unwind(AssertUnwindSafe(work))
        .map_err(|_| Fault::Store("an operation panicked".into()))?
        .map_err(|error| fault(&error))?;
    run(connection, "RELEASE operation").map_err(|error| fault(&error))?;
    Ok(value)
}

/// Undoes the failed operation alone. `SQLite` ends the whole transaction by itself when, for
/// example, the disk is full; then there is no savepoint to go back to, and the answer is `false`.
fn undo(connection: &Connection) -> bool {
    run(connection, "ROLLBACK TO operation").and_then(|()| run(connection, "RELEASE operation")).is_ok()
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

/// What the thread works with.
struct Desk {
    connection: Connection,
    bells: Bells,
    commits: Arc<AtomicU64>,
}

impl Desk {
    /// Works until every sender is gone and the queue is empty.
    fn serve(self, mut operations: mpsc::Receiver<Box<dyn Operation>>) {
        while let Some(first) = operations.blocking_recv() {
            let mut waiting = VecDeque::from([first]);
            while waiting.len() < BATCH
                && let Ok(next) = operations.try_recv()
            {
                waiting.push_back(next);
            }
            while !waiting.is_empty() {
                self.commit_gathered(&mut waiting);
            }
        }
    }

    /// One transaction: carries out what waits, commits it, and only then answers. An operation
    /// that broke the transaction fails those before it, never those after it.
    fn commit_gathered(&self, waiting: &mut VecDeque<Box<dyn Operation>>) {
        let mut carried_out = Vec::with_capacity(waiting.len());
        let mut rings = Rings::default();
        let committed = self.transaction(waiting, &mut carried_out, &mut rings);
        if committed.is_ok() {
            self.commits.fetch_add(1, Ordering::Relaxed);
            self.bells.ring(rings);
        }
        for operation in carried_out {
            operation.answer(&committed);
        }
    }

    fn transaction(
        &self,
        waiting: &mut VecDeque<Box<dyn Operation>>,
        carried_out: &mut Vec<Box<dyn Operation>>,
        rings: &mut Rings,
    ) -> Result<(), Fault> {
        if let Err(error) = run(&self.connection, "BEGIN IMMEDIATE") {
            carried_out.extend(waiting.drain(..));
            return Err(fault(&error));
        }
        while let Some(mut operation) = waiting.pop_front() {
            let sound = operation.run(&self.connection, rings);
            carried_out.push(operation);
            if !sound {
                self.roll_back();
                return Err(Fault::Store("the transaction was given up because of another operation in it".into()));
            }
        }
        run(&self.connection, "COMMIT").map_err(|error| {
            self.roll_back();
            fault(&error)
        })
    }

    /// Whether `SQLite` has ended the transaction already is its own business: after this there is none.
    fn roll_back(&self) {
        if !self.connection.is_autocommit() {
            let _ = run(&self.connection, "ROLLBACK");
        }
    }
}

#[cfg(test)]
mod tests;
