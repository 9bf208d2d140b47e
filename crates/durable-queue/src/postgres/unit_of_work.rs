//! Several instances write at once, so a transaction may lose against another one, and its connection may be cut. Until
//! the COMMIT nothing has happened, and it is run again. The outcome of a COMMIT without an answer is unknown: it
//! fails, unless doing it twice is the same as doing it once.

use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::Pool;
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::{Error, Row};

use super::connection::PooledConnection;
use super::fault::fault;
use super::idle_claims::IdleClaims;
use super::partitions::ONE_HEAD;
use super::statements::{Params, rows};
use super::transaction::Transaction;
use crate::QueueError;
use crate::wakeups::PendingWakeups;

/// Time limit for the database, all attempts together.
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(5);

/// Number of attempts at a transaction that lost against another one.
const ATTEMPTS: u32 = 6;

/// The work of one transaction. A trait, because it may run more than once: it should have no effect except on the
/// database. Locks are taken in one order everywhere: deliveries, partitions, jobs, buckets, everything else.
#[async_trait]
pub trait UnitOfWork: Sync {
    /// The answer to the caller.
    type Output: Send;

    /// True if repeating it changes nothing. Then a COMMIT without an answer is tried again.
    const REPEATABLE: bool = false;

    /// Answers at the last moment whether the commit is still wanted.
    fn may_commit(&self) -> bool {
        true
    }

    /// Does the work inside an open transaction that will be committed.
    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<Self::Output, Error>;
}

/// Runs the work as one transaction. Answers after its COMMIT, with the bells to ring.
pub(super) async fn transact<W: UnitOfWork>(
    pool: &Pool,
    idle_claims: &IdleClaims,
    work: &W,
) -> Result<(W::Output, PendingWakeups), QueueError> {
    within(TRANSACTION_TIMEOUT, async {
        let mut attempt = 1;
        loop {
            match attempt_once(pool, idle_claims, work).await {
                Err(TransactionError::Again(_)) if attempt < ATTEMPTS => attempt += 1,
                Err(TransactionError::Again(fault) | TransactionError::Final(fault)) => return Err(fault),
                Ok(done) => return Ok(done),
            }
        }
    })
    .await
}

/// Runs one statement that may be repeated without harm.
pub(super) async fn query(pool: &Pool, sql: &str, params: Params<'_>) -> Result<Vec<Row>, QueueError> {
    within(TRANSACTION_TIMEOUT, async {
        let mut attempt = 1;
        loop {
            let loan = PooledConnection::from(pool).await?;
            match rows(loan.client()?, sql, params).await {
                Ok(rows) => {
                    loan.give_back();
                    return Ok(rows);
                }
                Err(error) if attempt < ATTEMPTS && (lost(&error) || cut(&error)) => attempt += 1,
                Err(error) => {
                    // A refusal by the server leaves the connection as it was.
                    if error.as_db_error().is_some() {
                        loan.give_back();
                    }
                    return Err(fault(&error));
                }
            }
        }
    })
    .await
}

/// Fails after a time limit: the caller has someone to answer.
pub(super) async fn within<T>(
    time: Duration,
    work: impl Future<Output = Result<T, QueueError>>,
) -> Result<T, QueueError> {
    tokio::time::timeout(time, work)
        .await
        .unwrap_or_else(|_| Err(QueueError::new("the database did not answer in time")))
}

enum TransactionError {
    /// Nothing has happened, and the next attempt may succeed.
    Again(QueueError),
    Final(QueueError),
}

async fn attempt_once<W: UnitOfWork>(
    pool: &Pool,
    idle_claims: &IdleClaims,
    work: &W,
) -> Result<(W::Output, PendingWakeups), TransactionError> {
    let loan = PooledConnection::from(pool).await.map_err(TransactionError::Final)?;
    let db = loan.client().map_err(TransactionError::Final)?;
    let mut transaction = Transaction::on(db, idle_claims);
    // BEGIN travels together with the first statement: `biased` sends it first.
    let done = async { tokio::try_join!(biased; db.batch_execute("BEGIN"), work.run(&mut transaction)) };
    let done = done.await;
    let Transaction { mut pending, joined, .. } = transaction;
    match done {
        Ok(((), answer)) if work.may_commit() => {
            commit::<W>(loan).await?;
            if let Some((woken, found)) = joined {
                woken.hand_over(found, &mut pending);
            }
            Ok((answer, pending))
        }
        Ok(_) => {
            roll_back(loan).await;
            Err(TransactionError::Final(QueueError::new("the caller no longer waits")))
        }
        Err(error) => {
            roll_back(loan).await;
            Err(if lost(&error) || cut(&error) {
                TransactionError::Again(fault(&error))
            } else {
                TransactionError::Final(fault(&error))
            })
        }
    }
}

async fn commit<W: UnitOfWork>(loan: PooledConnection) -> Result<(), TransactionError> {
    let committed = loan.client().map_err(TransactionError::Final)?.batch_execute("COMMIT").await;
    match committed {
        Ok(()) => {
            loan.give_back();
            Ok(())
        }
        Err(error) if lost(&error) => {
            roll_back(loan).await;
            Err(TransactionError::Again(fault(&error)))
        }
        Err(error) if W::REPEATABLE && cut(&error) => Err(TransactionError::Again(fault(&error))),
        Err(error) => Err(TransactionError::Final(fault(&error))),
    }
}

/// Rolls back. If even this fails, the connection is closed, and the server rolls back.
async fn roll_back(loan: PooledConnection) {
    if let Ok(db) = loan.client()
        && db.batch_execute("ROLLBACK").await.is_ok()
    {
        loan.give_back();
    }
}

/// Answers whether the server undid the transaction in favour of another one. Distributed servers do that where
/// PostgreSQL waits.
fn lost(error: &Error) -> bool {
    let undone = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::LOCK_NOT_AVAILABLE];
    error.code().is_some_and(|code| undone.contains(code)) || second_head(error)
}

/// Answers whether another transaction made a head of the same partition at the same time.
fn second_head(error: &Error) -> bool {
    error.as_db_error().and_then(DbError::constraint) == Some(ONE_HEAD)
}

/// Answers whether the connection ended. During a COMMIT this says nothing about its outcome.
fn cut(error: &Error) -> bool {
    let leaving = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
    error.is_closed() || error.code().is_some_and(|code| leaving.contains(code))
}
