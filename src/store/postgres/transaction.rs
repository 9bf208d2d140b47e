//! Several instances write at once, so a transaction may lose against another one, and a connection
//! may be cut under it. Up to the COMMIT nothing has happened and it is simply run again; a COMMIT
//! without an answer is nobody's to guess about, and fails, unless doing it twice is doing it once.

use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::{ClientWrapper, Pool};
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, Statement};

use super::connection::PooledConnection;
use super::fault;
use super::partitions::ONE_HEAD;
use crate::error::Fault;
use crate::store::wakeups::PendingWakeups;

/// How long a caller waits for the database, all attempts together.
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(5);

/// How often a transaction is tried that lost against another one.
const ATTEMPTS: u32 = 6;

/// The parameters of a statement.
pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// What one transaction does. A trait, because it may have to be done more than once.
#[async_trait]
pub(super) trait Transaction: Sync {
    /// What the caller wants to know.
    type Output: Send;

    /// Whether doing it again after it was done changes nothing.
    const REPEATABLE: bool = false;

    /// Asked at the last moment: whether it is still wanted.
    fn may_commit(&self) -> bool {
        true
    }

    /// Does it, inside a transaction that was begun and will be committed.
    async fn run(&self, db: &ClientWrapper, pending: &mut PendingWakeups) -> Result<Self::Output, Error>;
}

/// Runs the verb as one transaction; answers after its COMMIT, with the bells that are to ring.
pub(super) async fn transact<V: Transaction>(pool: &Pool, verb: &V) -> Result<(V::Output, PendingWakeups), Fault> {
    within(TRANSACTION_TIMEOUT, async {
        let mut attempt = 1;
        loop {
            match attempt_once(pool, verb).await {
                Err(TransactionError::Again(_)) if attempt < ATTEMPTS => attempt += 1,
                Err(TransactionError::Again(fault) | TransactionError::Final(fault)) => return Err(fault),
                Ok(done) => return Ok(done),
            }
        }
    })
    .await
}

/// Runs one statement that may be repeated without harm.
pub(super) async fn query(pool: &Pool, sql: &str, params: Params<'_>) -> Result<Vec<Row>, Fault> {
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

/// Gives up after a while: the caller has somebody to answer.
pub(super) async fn within<T>(time: Duration, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    tokio::time::timeout(time, work)
        .await
        .unwrap_or_else(|_| Err(Fault::Store("the database did not answer in time".into())))
}

/// A statement by its text, parsed by the server once per connection.
pub(super) async fn prepared(db: &ClientWrapper, sql: &str) -> Result<Statement, Error> {
    db.prepare_cached(sql).await
}

/// The rows of a statement.
pub(super) async fn rows(db: &ClientWrapper, sql: &str, params: Params<'_>) -> Result<Vec<Row>, Error> {
    db.query(&prepared(db, sql).await?, params).await
}

/// How many rows a statement changed.
pub(super) async fn changed(db: &ClientWrapper, sql: &str, params: Params<'_>) -> Result<u64, Error> {
    db.execute(&prepared(db, sql).await?, params).await
}

enum TransactionError {
    /// Nothing has happened, and it may well work the next time.
    Again(Fault),
    Final(Fault),
}

async fn attempt_once<V: Transaction>(pool: &Pool, verb: &V) -> Result<(V::Output, PendingWakeups), TransactionError> {
    let loan = PooledConnection::from(pool).await.map_err(TransactionError::Final)?;
    let db = loan.client().map_err(TransactionError::Final)?;
    let mut pending = PendingWakeups::default();
    // BEGIN travels together with the first statement: `biased` sends it first.
    let work = async { tokio::try_join!(biased; db.batch_execute("BEGIN"), verb.run(db, &mut pending)) };
    match work.await {
        Ok(((), answer)) if verb.may_commit() => {
            commit::<V>(loan).await?;
            Ok((answer, pending))
        }
        Ok(_) => {
            roll_back(loan).await;
            Err(TransactionError::Final(Fault::Store("it was no longer wanted".into())))
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

async fn commit<V: Transaction>(loan: PooledConnection) -> Result<(), TransactionError> {
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
        Err(error) if V::REPEATABLE && cut(&error) => Err(TransactionError::Again(fault(&error))),
        Err(error) => Err(TransactionError::Final(fault(&error))),
    }
}

/// Where even this fails, the connection is closed, and the server rolls back by itself.
async fn roll_back(loan: PooledConnection) {
    if let Ok(db) = loan.client()
        && db.batch_execute("ROLLBACK").await.is_ok()
    {
        loan.give_back();
    }
}

/// Whether the server undid the transaction in favour of another one. Distributed servers do that
/// where PostgreSQL lets one wait.
fn lost(error: &Error) -> bool {
    let undone = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::LOCK_NOT_AVAILABLE];
    error.code().is_some_and(|code| undone.contains(code)) || second_head(error)
}

/// Whether somebody else became the head of the same line at the same time.
fn second_head(error: &Error) -> bool {
    error.as_db_error().and_then(DbError::constraint) == Some(ONE_HEAD)
}

/// Whether the connection ended. While a COMMIT is under way this says nothing about its outcome.
fn cut(error: &Error) -> bool {
    let leaving = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
    error.is_closed() || error.code().is_some_and(|code| leaving.contains(code))
}
