//! An fsync takes longer than everything else we do to the database, so callers share them. One thread owns the only
//! connection that writes, takes all operations that gathered while it was busy, and commits them as one transaction.
//! The busier it gets, the more operations share one fsync.
//!
//! Sharing must not be noticeable: one operation that fails is undone alone, and no caller is answered before the
//! commit. Almost always all succeed, so they first run without savepoints, and deliveries in one piece. If one fails,
//! or a delivery is known, all are rolled back and run again, each in its own savepoint; savepoints for all would cost
//! half as much as the operations themselves. An operation may therefore run twice, and has no effect except on the
//! database.
//!
//! Two kinds of operations wait for a transaction to join (`sleepers`), because a commit costs more than most of them.

mod operation;
mod sleepers;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use super::accepting::{self, PendingAccept};
use super::checkpointer::Checkpointer;
use super::fault::fault;
use super::file::DatabaseFile;
use super::memory::Memory;
use crate::wakeups::Wakeups;
use crate::{Accepted, Queue, QueueError};

use self::operation::{Acceptance, CallerPart, Operation, Task, Turn, gone, guarded, run};
use self::sleepers::{Sleepers, WokenBy};

/// Largest number of operations in a transaction, so that the last does not keep the first waiting.
const BATCH: usize = 512;

/// Number of operations with which the writer waits for no more: the next ones gather during the commit.
const ENOUGH: usize = 64;

/// Number of operations that may wait for the writer before callers have to wait too.
const QUEUE: usize = 1024;

/// Time that work which no one waits for waits for a transaction to join.
const COMPANY: Duration = Duration::from_millis(3);

/// The handle to the writer thread. Dropping it waits until the thread has finished all operations received.
pub(super) struct Writer {
    /// `None` only while it is being dropped: the thread ends when the queue does.
    queue: Option<mpsc::Sender<Box<dyn Operation>>>,
    thread: Option<JoinHandle<()>>,
    sleepers: Sleepers,
    commits: Arc<AtomicU64>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(
        connection: Connection,
        memory: Memory,
        file: Option<(DatabaseFile, Checkpointer)>,
        wakeups: Wakeups,
    ) -> Result<Self, QueueError> {
        let (queue, operations) = mpsc::channel(QUEUE);
        let (answers, carried_out) = mpsc::unbounded_channel();
        tokio::spawn(answer(carried_out));
        let commits = Arc::new(AtomicU64::new(0));
        let (file, checkpointer) = file.unzip();
        let (sleepers, count) = (Sleepers::default(), Arc::clone(&commits));
        let asleep = sleepers.clone();
        let desk = WriterLoop { connection, memory, file, checkpointer, wakeups, sleepers, answers, commits: count };
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || desk.serve(operations))
            .map_err(|error| QueueError::new(format!("the writer thread could not be started: {error}")))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), sleepers: asleep, commits })
    }

    /// Carries out `work` as part of the next transaction and answers after its commit. If it is not begun within
    /// `patience` it is taken back: then nothing of it is ever stored.
    ///
    /// If the caller stops waiting, an operation in the queue is still carried out.
    pub(super) async fn write<T, W>(&self, patience: Duration, work: W) -> Result<T, QueueError>
    where
        T: Send + 'static,
        W: Fn(&Connection, &mut Memory) -> rusqlite::Result<T> + Send + 'static,
    {
        let turn = Turn::default();
        let (part, answer) = CallerPart::new(turn.clone());
        self.carried_out(patience, Box::new(Task { work, part }), turn, answer).await
    }

    /// Stores a delivery and its jobs in the same way.
    pub(super) async fn accept(&self, patience: Duration, arrival: PendingAccept) -> Result<Accepted, QueueError> {
        let turn = Turn::default();
        let (part, answer) = CallerPart::new(turn.clone());
        self.carried_out(patience, Box::new(Acceptance { arrival, part }), turn, answer).await
    }

    async fn carried_out<T>(
        &self,
        patience: Duration,
        operation: Box<dyn Operation>,
        turn: Turn,
        mut answer: oneshot::Receiver<Result<T, QueueError>>,
    ) -> Result<T, QueueError> {
        let deadline = Instant::now() + patience;
        timeout_at(deadline, self.hand_over(operation)).await.map_err(|_| behind())??;
        if let Ok(answered) = timeout_at(deadline, &mut answer).await {
            return answered.unwrap_or_else(|_| Err(gone()));
        }
        if turn.is_taken_back() { Err(behind()) } else { answer.await.unwrap_or_else(|_| Err(gone())) }
    }

    /// Carries out `work` as part of the first transaction that may have made a job of the queue due earlier, instead of
    /// ringing the bell. If the caller stops waiting before, the work is not carried out.
    pub(super) async fn write_when_woken<T, W>(&self, queue: Queue, work: W) -> Result<T, QueueError>
    where
        T: Send + 'static,
        W: Fn(&Connection, &mut Memory) -> rusqlite::Result<T> + Send + 'static,
    {
        let turn = Turn::default();
        let (part, answer) = CallerPart::new(turn.clone());
        let _asleep = self.sleepers.add(WokenBy::Queue(queue), Box::new(Task { work, part }), turn);
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Carries out `work` as [`Self::write`] does, but waits a little for a transaction that others need. Without a
    /// worker that waits for jobs it does not: then there are others, or no server is running.
    pub(super) async fn write_lazily<T, W>(&self, patience: Duration, work: W) -> Result<T, QueueError>
    where
        T: Send + 'static,
        W: Fn(&Connection, &mut Memory) -> rusqlite::Result<T> + Send + 'static,
    {
        if !self.sleepers.has_worker() {
            return self.write(patience, work).await;
        }
        let turn = Turn::default();
        let (part, mut answer) = CallerPart::new(turn.clone());
        let _asleep = self.sleepers.add(WokenBy::Any, Box::new(Task { work, part }), turn);
        if let Ok(answered) = timeout(COMPANY, &mut answer).await {
            return answered.unwrap_or_else(|_| Err(gone()));
        }
        self.write(patience, |_, _| Ok(())).await?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Returns the number of committed transactions.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    async fn hand_over(&self, operation: Box<dyn Operation>) -> Result<(), QueueError> {
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        queue.send(operation).await.map_err(|_| gone())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has already failed its callers.
            let _ = thread.join();
        }
    }
}

fn behind() -> QueueError {
    QueueError::new("the writer's queue is full")
}

/// State of the thread.
struct WriterLoop {
    connection: Connection,
    memory: Memory,
    /// The file; `None` for a database in memory.
    file: Option<DatabaseFile>,
    /// The checkpointer; `None` where there is no log to copy.
    checkpointer: Option<Checkpointer>,
    wakeups: Wakeups,
    sleepers: Sleepers,
    answers: mpsc::UnboundedSender<CarriedOut>,
    commits: Arc<AtomicU64>,
}

impl WriterLoop {
    /// Works until every sender is gone and the queue is empty.
    fn serve(mut self, mut operations: mpsc::Receiver<Box<dyn Operation>>) {
        while let Some(first) = operations.blocking_recv() {
            let mut waiting = gather(first, &mut operations);
            match self.together(&mut waiting) {
                Ok(()) => self.answer(waiting, Ok(())),
                Err(BatchFailure::Transaction(fault)) => self.answer(waiting, Err(fault)),
                Err(BatchFailure::Operation) => {
                    while !waiting.is_empty() {
                        self.apart(&mut waiting);
                    }
                }
            }
        }
    }

    /// Runs one transaction for all, as long as none fails. Beginning it may take long, if another program holds the
    /// file; operations taken back by then are left out.
    fn together(&mut self, waiting: &mut VecDeque<Box<dyn Operation>>) -> Result<(), BatchFailure> {
        self.begin()?;
        // Only now: until the database is locked, every caller may still take back its operation.
        waiting.retain(|operation| operation.begin());
        if !self.all_succeed(waiting) {
            self.roll_back();
            return Err(BatchFailure::Operation);
        }
        Ok(self.commit()?)
    }

    /// Runs all operations, and those that they wake, as long as none fails.
    fn all_succeed(&mut self, waiting: &mut VecDeque<Box<dyn Operation>>) -> bool {
        let arrivals: Vec<_> = waiting.iter().filter_map(|operation| operation.arrival()).collect();
        let mut sound = guarded(|| accepting::all(&self.connection, &mut self.memory, &arrivals)) == Ok(true)
            && waiting.iter_mut().all(|operation| operation.run(&self.connection, &mut self.memory));
        while sound && let Some(mut woken) = self.sleepers.woken(&mut self.memory.pending) {
            sound = woken.run(&self.connection, &mut self.memory);
            waiting.push_back(woken);
        }
        sound
    }

    /// Runs one transaction in which each can fail alone. One that breaks the transaction fails those before it, never
    /// those after it: they remain for the next.
    fn apart(&mut self, waiting: &mut VecDeque<Box<dyn Operation>>) {
        let mut carried_out = VecDeque::with_capacity(waiting.len());
        let committed = self.one_by_one(waiting, &mut carried_out);
        if committed.is_err() && carried_out.is_empty() {
            carried_out.append(waiting);
        }
        self.answer(carried_out, committed);
    }

    fn answer(&self, operations: VecDeque<Box<dyn Operation>>, committed: Result<(), QueueError>) {
        // Without a task to answer, no caller waits.
        let _ = self.answers.send((operations, committed));
    }

    fn one_by_one(
        &mut self,
        waiting: &mut VecDeque<Box<dyn Operation>>,
        carried_out: &mut VecDeque<Box<dyn Operation>>,
    ) -> Result<(), QueueError> {
        self.begin()?;
        while let Some(mut operation) = waiting.pop_front().or_else(|| self.sleepers.woken(&mut self.memory.pending)) {
            let sound = operation.run_apart(&self.connection, &mut self.memory);
            carried_out.push_back(operation);
            if !sound {
                self.roll_back();
                return Err(QueueError::new("the transaction was rolled back because another operation in it failed"));
            }
        }
        self.commit()
    }

    fn begin(&mut self) -> Result<(), QueueError> {
        if let Some(file) = &self.file {
            file.is_there()?;
        }
        run(&self.connection, "BEGIN IMMEDIATE").map_err(|error| fault(&error))?;
        self.memory.lines.catch_up(&self.connection).map_err(|error| {
            self.roll_back();
            fault(&error)
        })
    }

    fn commit(&mut self) -> Result<(), QueueError> {
        if let Err(error) = run(&self.connection, "COMMIT") {
            self.roll_back();
            return Err(fault(&error));
        }
        self.commits.fetch_add(1, Ordering::Relaxed);
        if let Some(checkpointer) = &mut self.checkpointer {
            checkpointer.committed(self.connection.total_changes());
        }
        self.wakeups.wake(self.memory.committed());
        Ok(())
    }

    /// Rolls back, unless `SQLite` has ended the transaction already.
    fn roll_back(&mut self) {
        if !self.connection.is_autocommit() {
            let _ = run(&self.connection, "ROLLBACK");
        }
        self.memory.rolled_back();
    }
}

/// Reason why a batch was not stored.
enum BatchFailure {
    /// One of them failed; its meaning for the others is not known yet.
    Operation,
    /// The transaction failed, for all.
    Transaction(QueueError),
}

impl From<QueueError> for BatchFailure {
    fn from(fault: QueueError) -> Self {
        Self::Transaction(fault)
    }
}

/// Takes the waiting operations. While there are few, yields to callers that are about to send one, in case the writer
/// shares its core with them: the fewer commits there are, the less of it they take.
fn gather(
    first: Box<dyn Operation>,
    operations: &mut mpsc::Receiver<Box<dyn Operation>>,
) -> VecDeque<Box<dyn Operation>> {
    let mut waiting = VecDeque::from([first]);
    let mut before = 0;
    while before < waiting.len() && waiting.len() < ENOUGH {
        before = waiting.len();
        std::thread::yield_now();
        while waiting.len() < BATCH
            && let Ok(next) = operations.try_recv()
        {
            waiting.push_back(next);
        }
    }
    waiting
}

/// Operations that shared a transaction, and its outcome.
type CarriedOut = (VecDeque<Box<dyn Operation>>, Result<(), QueueError>);

/// Answers callers from a task on their own runtime: waking all of them from another thread takes longer, and it would
/// delay the writer.
async fn answer(mut carried_out: mpsc::UnboundedReceiver<CarriedOut>) {
    while let Some((operations, committed)) = carried_out.recv().await {
        for operation in operations {
            operation.answer(&committed);
        }
    }
}

#[cfg(test)]
mod tests;
