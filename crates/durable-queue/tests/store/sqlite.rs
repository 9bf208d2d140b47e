//! The queue in a `SQLite` file: the suite, and the failures that need a file and a writer thread.

use std::future::{Future, poll_fn};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use durable_queue::sqlite::{SCHEMA, SqliteQueue};
use durable_queue::{Accepted, Delivery, DurableQueue, NewJob, Queue, QueueError, TenantId, Verdict, conformance};
use jiff::Timestamp;
use rusqlite::Connection;
use tempfile::TempDir;

/// A directory of databases that is gone after the test.
pub(crate) struct Home {
    directory: TempDir,
    databases: AtomicUsize,
}

impl Home {
    pub(crate) fn new() -> Result<Self, QueueError> {
        let directory = tempfile::tempdir().map_err(|error| QueueError::new(error.to_string()))?;
        Ok(Self { directory, databases: AtomicUsize::new(0) })
    }

    /// Returns a path where there is no database yet.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join(format!("{}.db", self.databases.fetch_add(1, Ordering::Relaxed)))
    }

    pub(crate) async fn fresh(&self) -> Result<SqliteQueue, QueueError> {
        open(&self.path()).await
    }

    #[expect(clippy::panic, reason = "the suite has no use for a store that cannot be opened")]
    async fn one(&self) -> Box<dyn DurableQueue> {
        match self.fresh().await {
            Ok(store) => Box::new(store),
            Err(fault) => panic!("{fault}"),
        }
    }

    #[expect(clippy::panic, reason = "the suite has no use for a store that cannot be opened")]
    async fn two(&self) -> (Box<dyn DurableQueue>, Box<dyn DurableQueue>) {
        let path = self.path();
        match tokio::join!(open(&path), open(&path)) {
            (Ok(one), Ok(other)) => (Box::new(one), Box::new(other)),
            (one, other) => panic!("{:?} {:?}", one.err(), other.err()),
        }
    }
}

macro_rules! conforms {
    ($($group:ident),+) => {
        $(#[tokio::test]
        async fn $group() -> Result<(), QueueError> {
            let home = Home::new()?;
            conformance::$group(&async || home.one().await).await;
            Ok(())
        })+
    };
}

conforms!(deliveries, order, claims, verdicts, telling, operating, tenants, wakeups, fairness, doubts, waiting);

#[tokio::test]
async fn two_handles() -> Result<(), QueueError> {
    let home = Home::new()?;
    conformance::two_handles(&async || home.two().await).await;
    Ok(())
}

#[tokio::test]
async fn a_file_that_somebody_is_just_making_is_waited_for() -> Result<(), QueueError> {
    let home = Home::new()?;
    let path = home.path();
    let maker = Connection::open(&path).map_err(|error| QueueError::new(error.to_string()))?;
    let make = |sql| maker.execute_batch(sql).map_err(|error| QueueError::new(error.to_string()));
    make("BEGIN IMMEDIATE; CREATE TABLE made (it INTEGER)")?;

    let mut opening = Box::pin(open(&path));
    let opened = tokio::time::timeout(Duration::from_millis(50), &mut opening).await;
    assert!(opened.is_err(), "it is waited for: {:?}", opened.map(Result::err));
    make("COMMIT")?;

    let store = opening.await?;
    assert_eq!(accept(&store, "one", [command("a", "a1")]).await?, Accepted::New);
    Ok(())
}

#[tokio::test]
async fn callers_that_wait_together_share_a_commit() -> Result<(), QueueError> {
    let home = Home::new()?;
    let path = home.path();
    let store = open(&path).await?;
    let gate = Gate::close(&path)?;
    let mut callers: Vec<_> = (0..40).map(|n| Box::pin(deliver(&store, n))).collect();
    for caller in &mut callers {
        hand_over(caller.as_mut()).await;
    }
    let before = store.commits();
    gate.open()?;
    for caller in callers {
        assert_eq!(caller.await?, Accepted::New);
    }
    // The first may have been taken alone, before the others came.
    let commits = store.commits() - before;
    assert!((1..=2).contains(&commits), "40 callers took {commits} commits");
    assert_eq!(store.overview().await?.inbox, 40, "and all of it is stored");
    Ok(())
}

#[tokio::test]
async fn a_failing_operation_leaves_the_others_intact() -> Result<(), QueueError> {
    let home = Home::new()?;
    let path = home.path();
    let store = open(&path).await?;
    // The second insertion of the operation fails; its first must be undone with it.
    sabotage(&path, "BEFORE INSERT ON jobs WHEN NEW.body = '{7}' BEGIN SELECT RAISE(ABORT, 'job 7 is bad'); END")?;
    let outcomes = deliver_together(&store, &path, 12).await?;
    for (n, outcome) in outcomes.into_iter().enumerate() {
        match (n, outcome) {
            (7, Err(QueueError::Failed(cause))) => assert!(cause.contains("job 7 is bad"), "{cause}"),
            (n, outcome) => assert_eq!(outcome, Ok(Accepted::New), "delivery {n}"),
        }
    }
    assert_eq!(store.overview().await?.inbox, 11);
    let delivery = Delivery { installation: here(), key: "7".into() };
    assert_eq!(store.accept(delivery, vec![], at(0)).await?, Accepted::New, "nothing of it was stored");
    Ok(())
}

#[tokio::test]
async fn a_broken_transaction_stores_nothing_and_hurts_nobody_later() -> Result<(), QueueError> {
    let home = Home::new()?;
    let path = home.path();
    let store = open(&path).await?;
    // RAISE(ROLLBACK) ends the whole transaction at once, as a full disk does.
    sabotage(&path, "BEFORE INSERT ON jobs WHEN NEW.body = '{7}' BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END")?;
    let outcomes = deliver_together(&store, &path, 12).await?;
    let stored = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    for (n, outcome) in outcomes.iter().enumerate() {
        let key = Delivery { installation: here(), key: n.to_string() };
        let again = store.accept(key, vec![], at(0)).await?;
        let expected = if outcome.is_ok() { Accepted::Duplicate } else { Accepted::New };
        assert_eq!(again, expected, "delivery {n} was answered {outcome:?}");
    }
    assert!(outcomes.iter().skip(8).all(Result::is_ok), "those after it had a transaction of their own: {outcomes:?}");
    assert_eq!(store.overview().await?.inbox, stored as u64);
    Ok(())
}

#[tokio::test]
async fn a_failed_commit_is_everybodys_fault() -> Result<(), QueueError> {
    let home = Home::new()?;
    let path = home.path();
    let store = open(&path).await?;
    let tables = "CREATE TABLE parents (id INTEGER PRIMARY KEY);
        CREATE TABLE orphans (parent INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED);";
    outside(&path)?.execute_batch(tables).map_err(|error| QueueError::new(error.to_string()))?;
    // COMMIT checks a deferred constraint: every operation succeeds, the transaction does not.
    sabotage(&path, "BEFORE INSERT ON jobs WHEN NEW.body = '{11}' BEGIN INSERT INTO orphans VALUES (1); END")?;
    let outcomes = deliver_together(&store, &path, 12).await?;
    // Operations taken before it had their own commit.
    let shared = outcomes.iter().skip_while(|outcome| outcome.is_ok());
    assert!(shared.clone().count() > 0 && shared.clone().all(Result::is_err), "{outcomes:?}");
    let stored = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(store.overview().await?.inbox, stored as u64, "what failed is not stored");
    assert_eq!(deliver(&store, 12).await?, Accepted::New, "the writer goes on");
    Ok(())
}

/// Checks that jobs of another process are learnt in a transaction and may be forgotten with it.
#[tokio::test]
async fn who_learns_of_anothers_jobs_in_vain_learns_of_them_again() -> Result<(), QueueError> {
    let home = Home::new()?;
    let path = home.path();
    let (one, other) = (open(&path).await?, open(&path).await?);
    sabotage(&path, "BEFORE INSERT ON jobs WHEN NEW.body = '{bad}' BEGIN SELECT RAISE(ABORT, 'no'); END")?;
    accept(&other, "1", [command("k", "{1}")]).await?;
    assert!(accept(&one, "2", [command("x", "{bad}")]).await.is_err());
    accept(&one, "3", [command("k", "{3}")]).await?;
    accept(&other, "4", [command("k", "{4}")]).await?;
    for body in ["{1}", "{3}", "{4}"] {
        let claims = one.claim(Queue::Work, 10, at(1), LEASE).await?;
        let [claim] = claims.as_slice() else { return Err(unexpected(&claims)) };
        assert_eq!(claim.body, body, "one line, in the order of joining");
        one.settle(claim, Verdict::Done, Vec::new(), at(1)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_newer_database_is_refused_in_words() -> Result<(), QueueError> {
    let home = Home::new()?;
    let path = home.path();
    drop(open(&path).await?);
    let newer = "INSERT INTO schema_migrations SELECT 99, 'later', checksum
        FROM schema_migrations WHERE version = 1";
    outside(&path)?.execute(newer, []).map_err(|error| QueueError::new(error.to_string()))?;
    let fault = open(&path).await.err().map(|fault| fault.to_string()).unwrap_or_default();
    assert!(fault.contains("schema 99") && fault.contains("use a newer version"), "{fault}");
    Ok(())
}

#[tokio::test]
async fn a_place_that_cannot_be_opened_is_a_fault() -> Result<(), QueueError> {
    let home = Home::new()?;
    let nowhere = home.directory.path().join("missing").join("store.db");
    assert!(matches!(open(&nowhere).await, Err(QueueError::Failed(_))));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn many_may_open_a_new_database_at_once() -> Result<(), QueueError> {
    let home = Home::new()?;
    for _ in 0..5 {
        let path = Arc::new(home.path());
        let opening: Vec<_> = (0..4)
            .map(|_| {
                let path = Arc::clone(&path);
                tokio::spawn(async move { open(&path).await })
            })
            .collect();
        for opened in opening {
            let store = opened.await.map_err(|error| QueueError::new(error.to_string()))??;
            store.overview().await?;
        }
    }
    Ok(())
}

pub(crate) async fn open(path: &Path) -> Result<SqliteQueue, QueueError> {
    SqliteQueue::open(path, SCHEMA, Timestamp::UNIX_EPOCH).await
}

const LEASE: Duration = Duration::from_secs(30);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_750_000_000_000 + seconds * 1000).unwrap_or(Timestamp::MAX)
}

fn here() -> TenantId {
    TenantId::new("T1")
}

fn command(key: &str, body: &str) -> NewJob {
    NewJob::new(&here(), Queue::Work, key, at(0), body)
}

async fn accept(
    store: &SqliteQueue,
    key: &str,
    jobs: impl IntoIterator<Item = NewJob>,
) -> Result<Accepted, QueueError> {
    let delivery = Delivery { installation: here(), key: key.into() };
    store.accept(delivery, jobs.into_iter().collect(), at(0)).await
}

/// Accepts the nth delivery, with one job of its own.
async fn deliver(store: &SqliteQueue, n: usize) -> Result<Accepted, QueueError> {
    accept(store, &n.to_string(), [command(&n.to_string(), &format!("{{{n}}}"))]).await
}

/// Accepts `count` deliveries while the database is locked, so that they gather.
async fn deliver_together(
    store: &SqliteQueue,
    path: &Path,
    count: usize,
) -> Result<Vec<Result<Accepted, QueueError>>, QueueError> {
    let gate = Gate::close(path)?;
    let mut callers: Vec<_> = (0..count).map(|n| Box::pin(deliver(store, n))).collect();
    for caller in &mut callers {
        hand_over(caller.as_mut()).await;
    }
    gate.open()?;
    let mut outcomes = Vec::new();
    for caller in callers {
        outcomes.push(caller.await);
    }
    Ok(outcomes)
}

/// Polls a call until it waits for its answer.
async fn hand_over<T>(mut call: Pin<&mut impl Future<Output = T>>) {
    poll_fn(|context| {
        let outcome = call.as_mut().poll(context);
        assert!(outcome.is_pending(), "nobody is answered before the commit");
        Poll::Ready(())
    })
    .await;
}

/// Another program that is in the middle of a write.
struct Gate(Connection);

impl Gate {
    fn close(path: &Path) -> Result<Self, QueueError> {
        let connection = outside(path)?;
        connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| QueueError::new(error.to_string()))?;
        Ok(Self(connection))
    }

    fn open(self) -> Result<(), QueueError> {
        self.0.execute_batch("ROLLBACK").map_err(|error| QueueError::new(error.to_string()))
    }
}

pub(crate) fn outside(path: &Path) -> Result<Connection, QueueError> {
    Connection::open(path).map_err(|error| QueueError::new(error.to_string()))
}

fn sabotage(path: &Path, trigger: &str) -> Result<(), QueueError> {
    let sql = format!("CREATE TRIGGER sabotage {trigger}");
    outside(path)?.execute_batch(&sql).map_err(|error| QueueError::new(error.to_string()))
}

fn unexpected(found: &impl std::fmt::Debug) -> QueueError {
    QueueError::new(format!("the test did not expect {found:?}"))
}

#[tokio::test]
async fn a_file_that_is_moved_away_takes_nothing_in() -> Result<(), QueueError> {
    let place = tempfile::tempdir().map_err(|error| QueueError::new(error.to_string()))?;
    let (path, away) = (place.path().join("store.db"), place.path().join("away.db"));
    let store = open(&path).await?;
    deliver(&store, 1).await?;
    std::fs::rename(&path, &away).map_err(|error| QueueError::new(error.to_string()))?;
    let refused = deliver(&store, 2).await.err().map(|fault| fault.to_string()).unwrap_or_default();
    assert!(refused.contains("store.db is not the file that was opened"), "{refused}");
    // Another file in its place is refused too.
    std::fs::write(&path, b"").map_err(|error| QueueError::new(error.to_string()))?;
    assert!(deliver(&store, 2).await.is_err());
    std::fs::rename(&away, &path).map_err(|error| QueueError::new(error.to_string()))?;
    deliver(&store, 2).await.map(drop)
}

#[tokio::test]
async fn a_rehearsal_fails_where_nothing_can_be_stored() -> Result<(), QueueError> {
    let home = Home::new()?;
    let (path, away) = (home.path(), home.path());
    let store = open(&path).await?;
    store.rehearse().await?;
    let gate = Gate::close(&path)?;
    assert!(store.rehearse().await.is_err(), "another program writes");
    gate.open()?;
    store.rehearse().await?;
    std::fs::rename(&path, &away).map_err(|error| QueueError::new(error.to_string()))?;
    assert!(store.rehearse().await.is_err(), "it is not there");
    std::fs::rename(&away, &path).map_err(|error| QueueError::new(error.to_string()))?;
    store.rehearse().await
}

#[tokio::test]
async fn the_only_process_need_not_wait_for_leases_of_the_dead() -> Result<(), QueueError> {
    let place = tempfile::tempdir().map_err(|error| QueueError::new(error.to_string()))?;
    let path = place.path().join("store.db");
    let first = open(&path).await?;
    deliver(&first, 1).await?;
    let claim = first.claim(Queue::Work, 9, at(0), LEASE).await?.remove(0);
    // While the first lives, a second one waits for the lease like any other.
    let second = open(&path).await?;
    assert_eq!(second.claim(Queue::Work, 9, at(1), LEASE).await?, []);
    // The same while only the second lives: a process that was not alone on arrival counts too.
    drop(first);
    let third = open(&path).await?;
    assert_eq!(third.claim(Queue::Work, 9, at(1), LEASE).await?, []);
    drop((second, third));
    // A call of the dead one may be on its way: its job waits for that, and no longer.
    let last = SqliteQueue::open(&path, SCHEMA, at(12)).await?;
    assert_eq!(last.next_due(Queue::Work).await?, Some(at(12)));
    assert_eq!(last.claim(Queue::Work, 9, at(11), LEASE).await?, []);
    let again = last.claim(Queue::Work, 9, at(12), LEASE).await?.remove(0);
    assert_eq!((again.id, again.outcome_unknown), (claim.id, true), "nobody knows how far the dead one came");
    Ok(())
}
