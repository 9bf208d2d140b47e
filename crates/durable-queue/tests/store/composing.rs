//! An app's own rows in one transaction with the verbs of the queue.

use std::time::Duration;

use async_trait::async_trait;
use durable_queue::postgres::{Transaction, UnitOfWork};
use durable_queue::{
    Claim, Delivery, DurableQueue, FollowUp, NewJob, Queue, QueueError, QueuedJob, Settled, Settlement, TenantId,
    Verdict,
};
use jiff::Timestamp;
use rusqlite::Connection;

use crate::postgres::{Database, failed};
use crate::sqlite::{self, Home};

const LEASE: Duration = Duration::from_secs(30);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_750_000_000_000 + seconds * 1000).unwrap_or(Timestamp::MAX)
}

fn delivery() -> Delivery {
    Delivery { installation: TenantId::new("T1"), key: "one".into() }
}

fn command(key: &str, body: &str) -> NewJob {
    NewJob::new(&TenantId::new("T1"), Queue::Work, key, at(0), body)
}

/// Checks that the app's own rows are stored with the verdict, or not at all.
#[tokio::test]
async fn the_apps_rows_share_the_fate_of_a_verdict_in_sqlite() -> Result<(), QueueError> {
    let home = Home::new()?;
    let path = home.path();
    let queue = sqlite::open(&path).await?;
    let make = "CREATE TABLE notes (words TEXT NOT NULL)";
    sqlite::outside(&path)?.execute_batch(make).map_err(|error| QueueError::new(error.to_string()))?;
    let note = async |claim: &Claim, words: Option<&'static str>| {
        let next = FollowUp::Enqueue(command("b", "next"));
        let settlement = queue.settlement(claim, Verdict::Done, vec![next], at(1));
        let store = move |transaction: &mut durable_queue::sqlite::Transaction<'_>| {
            let settled = transaction.settle(&settlement)?;
            if settled == Settled::Applied {
                transaction.connection().execute("INSERT INTO notes VALUES (?1)", [words])?;
            }
            Ok(settled)
        };
        queue.transact(store).await
    };
    queue.accept(delivery(), vec![command("a", "first")], at(0)).await?;
    let claim = queue.claim(Queue::Work, 9, at(0), LEASE).await?.remove(0);
    assert!(note(&claim, None).await.is_err(), "the app's row is refused");
    assert_eq!(queue.next_due(Queue::Work).await?, Some(claim.until), "and the verdict with it");
    assert_eq!(note(&claim, Some("done")).await?, Settled::Applied);
    assert_eq!(note(&claim, Some("done again")).await?, Settled::LostLease);
    let next = queue.claim(Queue::Work, 9, at(1), LEASE).await?;
    assert_eq!(next.iter().map(|claim| claim.body.as_str()).collect::<Vec<_>>(), ["next"], "it follows once");
    let count = |connection: &Connection| connection.query_row("SELECT count(*) FROM notes", [], |row| row.get(0));
    let notes: i64 = queue.read(count)?;
    assert_eq!(notes, 1, "and so does the app's row");
    Ok(())
}

/// A verdict with a row of the app's own.
struct Note {
    settlement: Settlement,
    words: Option<&'static str>,
}

#[async_trait]
impl UnitOfWork for Note {
    type Output = Settled;

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<Settled, tokio_postgres::Error> {
        let settled = transaction.settle(&[&self.settlement]).await?.remove(0);
        if settled == Settled::Applied {
            transaction.changed("INSERT INTO notes VALUES ($1)", &[&self.words]).await?;
        }
        Ok(settled)
    }
}

/// Checks that the app's own rows are stored with the verdict, or not at all.
#[tokio::test]
async fn the_apps_rows_share_the_fate_of_a_verdict_in_postgres() -> Result<(), QueueError> {
    let database = Database::new().await?;
    let queue = database.open().await?;
    database.operator.batch_execute("CREATE TABLE notes (words TEXT NOT NULL)").await.map_err(failed)?;
    queue.accept(delivery(), vec![command("a", "first")], at(0)).await?;
    let claim = queue.claim(Queue::Work, 9, at(0), LEASE).await?.remove(0);
    let note = async |words| {
        let next = FollowUp::Enqueue(command("b", "next"));
        let settlement = queue.settlement(&claim, Verdict::Done, vec![next], at(1));
        queue.transact(&Note { settlement, words }).await
    };
    assert!(note(None).await.is_err(), "the app's row is refused");
    assert_eq!(queue.next_due(Queue::Work).await?, Some(claim.until), "and the verdict with it");
    assert_eq!(note(Some("done")).await?, Settled::Applied);
    assert_eq!(note(Some("done again")).await?, Settled::LostLease);
    let next = queue.claim(Queue::Work, 9, at(1), LEASE).await?;
    assert_eq!(next.iter().map(|claim| claim.body.as_str()).collect::<Vec<_>>(), ["next"], "it follows once");
    assert_eq!(database.count("SELECT count(*) FROM notes").await?, 1, "and so does the app's row");
    Ok(())
}

/// Jobs that are stored unless the app changes its mind.
struct Perhaps {
    jobs: [QueuedJob; 1],
    really: bool,
}

#[async_trait]
impl UnitOfWork for Perhaps {
    type Output = ();

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<(), tokio_postgres::Error> {
        let locked = transaction.lock_partitions(&self.jobs).await?;
        if self.really { transaction.enqueue(locked).await } else { Ok(()) }
    }
}

#[tokio::test]
async fn jobs_whose_partitions_are_locked_may_join_or_not() -> Result<(), QueueError> {
    let database = Database::new().await?;
    let queue = database.open().await?;
    for really in [false, true] {
        let jobs = [queue.prepare(command("a", "job"), at(0))];
        queue.transact(&Perhaps { jobs, really }).await?;
        assert_eq!(queue.overview().await?.inbox, u64::from(really));
    }
    Ok(())
}
