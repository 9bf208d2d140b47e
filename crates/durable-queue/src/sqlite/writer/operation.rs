//! Operations: the parts of callers in a transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::sqlite::accepting::{self, PendingAccept};
use crate::sqlite::fault::fault;
use crate::sqlite::memory::Memory;
use crate::{Accepted, QueueError};

/// State of an operation: begun, or taken back. The first of the two decides.
#[derive(Clone, Default)]
pub(super) struct Turn(Arc<AtomicU8>);

impl Turn {
    const WAITING: u8 = 0;
    const BEGUN: u8 = 1;
    const TAKEN_BACK: u8 = 2;

    pub(super) fn has_begun(&self) -> bool {
        self.decide(Self::BEGUN) == Self::BEGUN
    }

    pub(super) fn is_taken_back(&self) -> bool {
        self.decide(Self::TAKEN_BACK) == Self::TAKEN_BACK
    }

    fn decide(&self, what: u8) -> u8 {
        let before = self.0.compare_exchange(Self::WAITING, what, Ordering::AcqRel, Ordering::Acquire);
        before.map_or_else(|decided| decided, |_| what)
    }
}

/// One caller's part of a transaction. A trait, because callers wait for answers of different types.
pub(super) trait Operation: Send {
    /// Answers whether its caller still wants it. Afterwards it cannot be taken back.
    fn begin(&self) -> bool;

    /// Returns the delivery to store. All deliveries of a transaction are stored in one piece, before anything is run.
    fn arrival(&self) -> Option<&PendingAccept> {
        None
    }

    /// Carries it out; if the answer is `false` the transaction must be rolled back.
    fn run(&mut self, connection: &Connection, memory: &mut Memory) -> bool;

    /// Carries it out, or undoes it alone; answers whether the transaction may still be committed.
    fn run_apart(&mut self, connection: &Connection, memory: &mut Memory) -> bool;

    /// Answers the caller, once the transaction's outcome is known.
    fn answer(self: Box<Self>, committed: &Result<(), QueueError>);
}

/// The caller's part of an operation.
pub(super) struct CallerPart<T> {
    turn: Turn,
    outcome: Option<Result<T, QueueError>>,
    reply: oneshot::Sender<Result<T, QueueError>>,
}

impl<T> CallerPart<T> {
    /// Returns the part of a new caller, with the place where its answer will be.
    pub(super) fn new(turn: Turn) -> (Self, oneshot::Receiver<Result<T, QueueError>>) {
        let (reply, answer) = oneshot::channel();
        (Self { turn, outcome: None, reply }, answer)
    }

    fn answer(self, committed: &Result<(), QueueError>) {
        let outcome = match self.outcome {
            Some(Ok(value)) => committed.clone().map(|()| value),
            // The operation's own error says more than the transaction's.
            Some(Err(own)) => Err(own),
            None => Err(committed.clone().err().unwrap_or_else(gone)),
        };
        // A caller that stopped waiting needs no answer.
        let _ = self.reply.send(outcome);
    }
}

/// An operation of any kind.
pub(super) struct Task<T, W> {
    pub(super) work: W,
    pub(super) part: CallerPart<T>,
}

impl<T, W> Operation for Task<T, W>
where
    T: Send,
    W: Fn(&Connection, &mut Memory) -> rusqlite::Result<T> + Send,
{
    fn begin(&self) -> bool {
        self.part.turn.has_begun()
    }

    fn run(&mut self, connection: &Connection, memory: &mut Memory) -> bool {
        let outcome = guarded(|| (self.work)(connection, memory));
        self.part.outcome.insert(outcome).is_ok()
    }

    fn run_apart(&mut self, connection: &Connection, memory: &mut Memory) -> bool {
        let outcome = in_savepoint(connection, memory, &self.work);
        self.part.outcome.insert(outcome).is_ok() || undo(connection)
    }

    fn answer(self: Box<Self>, committed: &Result<(), QueueError>) {
        self.part.answer(committed);
    }
}

/// A delivery.
pub(super) struct Acceptance {
    pub(super) arrival: PendingAccept,
    pub(super) part: CallerPart<Accepted>,
}

impl Operation for Acceptance {
    fn begin(&self) -> bool {
        self.part.turn.has_begun()
    }

    fn arrival(&self) -> Option<&PendingAccept> {
        Some(&self.arrival)
    }

    /// Does nothing: it was stored in one piece with the others.
    fn run(&mut self, _: &Connection, _: &mut Memory) -> bool {
        self.part.outcome.insert(Ok(Accepted::New)).is_ok()
    }

    fn run_apart(&mut self, connection: &Connection, memory: &mut Memory) -> bool {
        let outcome =
            in_savepoint(connection, memory, |connection, memory| accepting::one(connection, memory, &self.arrival));
        self.part.outcome.insert(outcome).is_ok() || undo(connection)
    }

    fn answer(self: Box<Self>, committed: &Result<(), QueueError>) {
        self.part.answer(committed);
    }
}

pub(super) fn in_savepoint<T>(
    connection: &Connection,
    memory: &mut Memory,
    work: impl Fn(&Connection, &mut Memory) -> rusqlite::Result<T>,
) -> Result<T, QueueError> {
    let mark = memory.mark();
    run(connection, "SAVEPOINT operation").map_err(|error| fault(&error))?;
    let outcome = guarded(|| work(connection, memory))
        .and_then(|value| run(connection, "RELEASE operation").map(|()| value).map_err(|error| fault(&error)));
    if outcome.is_err() {
        memory.undo(mark);
    }
    outcome
}

/// Turns a panic into the caller's failure: the writer and the next operation are not affected.
pub(super) fn guarded<T>(work: impl FnOnce() -> rusqlite::Result<T>) -> Result<T, QueueError> {
    catch_unwind(AssertUnwindSafe(work))
        .map_err(|_| QueueError::new("an operation panicked"))?
        .map_err(|error| fault(&error))
}

/// Undoes the failed operation alone. `SQLite` ends the whole transaction when, for example, the disk is full; then
/// there is no savepoint left, and the answer is `false`.
pub(super) fn undo(connection: &Connection) -> bool {
    run(connection, "ROLLBACK TO operation").and_then(|()| run(connection, "RELEASE operation")).is_ok()
}

pub(super) fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

/// Returns the fault of callers whom the writer will not answer.
pub(super) fn gone() -> QueueError {
    QueueError::new("the writer has stopped")
}
