//! The queue in PostgreSQL: the suite, and the failures that need several instances on one server.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "what is wrong here is a failed test")]

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use durable_queue::postgres::{Address, PostgresQueue, SCHEMA};
use durable_queue::rate_limit::RateLimit;
use durable_queue::{
    Accepted, Delivery, DurableQueue, FollowUp, NewJob, Queue, QueueError, Settled, TenantId, Verdict, conformance,
};
use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls};

pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// A separate part of the tests' server.
pub(crate) struct Database {
    pub(crate) schema: String,
    /// A connection with an operator's rights.
    pub(crate) operator: Client,
}

fn server() -> Result<String, QueueError> {
    std::env::var("TEST_POSTGRES_URL")
        .map_err(|_| QueueError::new("there is no PostgreSQL to test with (TEST_POSTGRES_URL); run make test"))
}

async fn open(url: &str) -> Result<PostgresQueue, QueueError> {
    PostgresQueue::open(Address::read(url, "tests")?, SCHEMA).await
}

pub(crate) fn failed(error: impl std::fmt::Display) -> QueueError {
    QueueError::new(error.to_string())
}

impl Database {
    pub(crate) async fn new() -> Result<Self, QueueError> {
        static SCHEMAS: AtomicUsize = AtomicUsize::new(0);
        let schema = format!("case_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
        let (operator, connection) = tokio_postgres::connect(&server()?, NoTls).await.map_err(failed)?;
        tokio::spawn(connection);
        let setup = format!("CREATE SCHEMA {schema}; SET search_path = {schema}");
        operator.batch_execute(&setup).await.map_err(failed)?;
        Ok(Self { schema, operator })
    }

    fn url(&self) -> Result<String, QueueError> {
        Ok(format!("{}?application_name={}&options=-csearch_path%3D{}", server()?, self.schema, self.schema))
    }

    pub(crate) async fn open(&self) -> Result<PostgresQueue, QueueError> {
        open(&self.url()?).await
    }

    pub(crate) async fn count(&self, sql: &str) -> Result<i64, QueueError> {
        self.operator.query_one(sql, &[]).await.and_then(|row| row.try_get(0)).map_err(failed)
    }

    /// Waits until the connections of the stores have ended.
    pub(crate) async fn left_alone(&self) -> Result<(), QueueError> {
        let there = format!("SELECT count(*) FROM pg_stat_activity WHERE application_name = '{}'", self.schema);
        let gone = async {
            while self.count(&there).await? > 0 {}
            Ok(())
        };
        // The time limit makes a connection that stays fail the test.
        tokio::time::timeout(Duration::from_secs(10), gone).await.map_err(failed)?
    }

    /// Cuts every connection of the stores.
    async fn cut(&self) -> Result<i64, QueueError> {
        let cut = format!(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '{}'",
            self.schema
        );
        self.count(&cut).await
    }
}

#[expect(clippy::panic, reason = "the suite has no use for a store that cannot be opened")]
async fn one() -> Box<dyn DurableQueue> {
    let open = async { Database::new().await?.open().await };
    match open.await {
        Ok(store) => Box::new(store),
        Err(fault) => panic!("{fault}"),
    }
}

#[expect(clippy::panic, reason = "the suite has no use for a store that cannot be opened")]
async fn two() -> (Box<dyn DurableQueue>, Box<dyn DurableQueue>) {
    let open = async {
        let database = Database::new().await?;
        tokio::try_join!(database.open(), database.open())
    };
    match open.await {
        Ok((one, other)) => (Box::new(one), Box::new(other)),
        Err(fault) => panic!("{fault}"),
    }
}

macro_rules! conforms {
    ($($group:ident),+) => {
        $(#[tokio::test]
        async fn $group() {
            conformance::$group(&async || one().await).await;
        })+
    };
}

conforms!(deliveries, order, claims, verdicts, telling, operating, tenants, wakeups, fairness, doubts, waiting);

#[tokio::test]
async fn two_handles() {
    conformance::two_handles(&async || two().await).await;
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_750_000_000_000 + seconds * 1000).unwrap_or(Timestamp::MAX)
}

fn here() -> TenantId {
    TenantId::new("T1")
}

pub(crate) fn delivery(key: impl Into<String>) -> Delivery {
    Delivery { installation: here(), key: key.into() }
}

pub(crate) fn command(key: &str, body: impl Into<String>) -> NewJob {
    NewJob::new(&here(), Queue::Work, key, at(0), body)
}

#[tokio::test]
async fn a_rehearsal_fails_where_nothing_can_be_stored_and_changes_nothing() -> Result<(), QueueError> {
    let database = Database::new().await?;
    let store = database.open().await?;
    for held in ["deliveries", "partition_locks", "jobs"] {
        store.rehearse().await?;
        let hold = format!("BEGIN; LOCK TABLE {held} IN EXCLUSIVE MODE");
        database.operator.batch_execute(&hold).await.map_err(failed)?;
        assert!(store.rehearse().await.is_err(), "{held} is held");
        database.operator.batch_execute("ROLLBACK").await.map_err(failed)?;
    }
    store.rehearse().await?;
    assert_eq!(store.accept(delivery("one"), vec![command("a", "a1")], at(0)).await?, Accepted::New);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_instances_at_once_lose_nothing_and_keep_every_line_in_order() -> Result<(), QueueError> {
    const WRITERS: usize = 6;
    const EACH: usize = 40;
    let database = Database::new().await?;
    let (a, b, c) = tokio::try_join!(database.open(), database.open(), database.open())?;
    let stores: [Arc<PostgresQueue>; 3] = [a.into(), b.into(), c.into()];
    let done = Arc::new(std::sync::Mutex::new(Vec::<(String, String)>::new()));
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        let store = stores[writer % 3].clone();
        tasks.spawn(async move {
            for n in 0..EACH {
                let key = format!("k{}", n % 4);
                let behind = (n % 5 == 0).then(|| format!("k{}", (n + 1) % 4));
                let job = NewJob { after_key: behind, ..command(&key, format!("{writer}:{n}")) };
                let accepted = store.accept(delivery(format!("{writer}:{n}")), vec![job], at(0)).await?;
                assert_eq!(accepted, Accepted::New);
            }
            Ok::<_, QueueError>(())
        });
    }
    for worker in 0..6 {
        let (store, done) = (stores[worker % 3].clone(), done.clone());
        tasks.spawn(async move {
            while done.lock().unwrap().len() < WRITERS * EACH {
                for claim in store.claim(Queue::Work, 3, at(0), LEASE).await? {
                    assert_eq!(claim.attempt, 1, "{} is claimed once", claim.body);
                    done.lock().unwrap().push((claim.key.clone(), claim.body.clone()));
                    let say = NewJob { queue: Queue::Outbox, ..command(&claim.key, claim.body.clone()) };
                    let settled = store.settle(&claim, Verdict::Done, vec![FollowUp::Enqueue(say)], at(0)).await?;
                    assert_eq!(settled, Settled::Applied);
                }
            }
            Ok::<_, QueueError>(())
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.map_err(failed)??;
    }
    let done = done.lock().unwrap().clone();
    let once: HashSet<_> = done.iter().map(|(_, body)| body).collect();
    assert_eq!((done.len(), once.len()), (WRITERS * EACH, WRITERS * EACH), "every job was done, and once");
    // In every partition, one writer's jobs are in the order in which it stored them.
    let mut last: HashMap<(&str, &str), usize> = HashMap::new();
    for (key, body) in &done {
        let (writer, n) = body.split_once(':').unwrap();
        let n = n.parse().unwrap();
        let before = last.insert((key, writer), n);
        assert!(before.is_none_or(|before| before < n), "{key}: {writer}:{n} after {before:?}");
    }
    assert_eq!(database.count("SELECT count(*) FROM jobs WHERE queue = 'work'").await?, 0);
    assert_eq!(database.count("SELECT count(*) FROM jobs WHERE queue = 'outbox'").await?, 240);
    let lines =
        "SELECT count(*) FROM (SELECT key FROM jobs GROUP BY queue, key HAVING count(*) FILTER (WHERE head) <> 1
        OR min(id) <> min(id) FILTER (WHERE head)) AS wrong";
    assert_eq!(database.count(lines).await?, 0, "every line has one head, its oldest");
    Ok(())
}

/// Checks three writers that find a partition empty, which they do not lock. Two have to find out that they came
/// second, even if each wants several partitions in a different order.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_those_who_come_first_at_once_one_is_first() -> Result<(), QueueError> {
    const ROUNDS: usize = 40;
    let database = Database::new().await?;
    // Crosswise they wait for each other until the server notices; here that takes less than a second.
    let url = format!("{}%20-cdeadlock_timeout%3D5ms", database.url()?);
    let (one, two, three) = tokio::try_join!(open(&url), open(&url), open(&url))?;
    for round in 0..ROUNDS {
        let jobs = |who: &str, order: [&str; 3]| {
            let own = order.map(|line| command(&format!("{line}{round}"), format!("{who} {line}")));
            let behind = NewJob { after_key: Some(format!("a{round}")), ..command(&format!("d{round}"), who) };
            own.into_iter().chain([behind]).collect::<Vec<_>>()
        };
        let accept = |store, who, order| {
            let (jobs, delivery) = (jobs(who, order), delivery(format!("{who} {round}")));
            async move { PostgresQueue::accept(store, delivery, jobs, at(0)).await }
        };
        let accepted = tokio::try_join!(
            accept(&one, "one", ["a", "b", "c"]),
            accept(&two, "two", ["c", "b", "a"]),
            accept(&three, "three", ["b", "c", "a"]),
        )?;
        assert_eq!(accepted, (Accepted::New, Accepted::New, Accepted::New));
    }
    let heads = "SELECT count(*) FROM jobs WHERE head";
    assert_eq!(database.count(heads).await?, i64::try_from(ROUNDS * 3).map_err(failed)?, "each line has one head");
    let astray = "SELECT count(*) FROM jobs WHERE key LIKE 'd%'";
    assert_eq!(database.count(astray).await?, 0, "who wanted to be behind somebody is");
    let wrong = "SELECT count(*) FROM jobs AS later JOIN jobs AS head ON head.head AND head.key = later.key
        AND head.id > later.id";
    assert_eq!(database.count(wrong).await?, 0, "every head is its line's oldest");
    assert_eq!(database.count("SELECT count(*) FROM jobs").await?, i64::try_from(ROUNDS * 12).map_err(failed)?);
    Ok(())
}

#[tokio::test]
async fn a_delivery_that_is_refused_fails_alone() -> Result<(), QueueError> {
    let store = Database::new().await?.open().await?;
    let (good, bad, late) = tokio::join!(
        store.accept(delivery("good"), vec![command("a", "good")], at(0)),
        store.accept(delivery("bad\0"), vec![command("a", "bad")], at(0)),
        store.accept(delivery("late"), vec![command("a", "late")], at(0)),
    );
    assert_eq!((good?, late?), (Accepted::New, Accepted::New));
    assert!(matches!(bad, Err(QueueError::Refused(_))));
    assert_eq!(store.overview().await?.inbox, 2, "nothing of it is stored");
    Ok(())
}

/// Checks two deliveries that arrive while another program holds up the second one's batch. A caller that was answered
/// "nothing was saved" can rely on it, even if the lock is released later.
#[tokio::test]
async fn what_was_refused_is_not_stored_later() -> Result<(), QueueError> {
    let database = Database::new().await?;
    let store = database.open().await?;
    let schema = &database.schema;
    database.operator.batch_execute("BEGIN; LOCK TABLE jobs IN EXCLUSIVE MODE").await.map_err(failed)?;
    let (watcher, connection) = tokio_postgres::connect(&server()?, NoTls).await.map_err(failed)?;
    tokio::spawn(connection);
    let waiting =
        format!("SELECT 1 FROM pg_stat_activity WHERE application_name = '{schema}' AND wait_event_type = 'Lock'");
    let waits = async { while watcher.query(&waiting, &[]).await.is_ok_and(|found| found.is_empty()) {} };
    let accept = |key| store.accept(delivery(key), vec![command("k", key)], at(0));
    let second = async {
        waits.await;
        accept("second").await
    };
    let (first, second) = tokio::join!(accept("first"), second);
    assert!(first.is_err() && second.is_err(), "both are refused: {first:?} {second:?}");
    database.operator.batch_execute("ROLLBACK").await.map_err(failed)?;
    assert_eq!(accept("third").await?, Accepted::New);
    assert_eq!(database.count("SELECT count(*) FROM deliveries").await?, 1, "only what was acknowledged");
    Ok(())
}

#[tokio::test]
async fn cut_connections_are_replaced() -> Result<(), QueueError> {
    let database = Database::new().await?;
    let store = database.open().await?;
    store.accept(delivery("before"), vec![command("a", "job")], at(0)).await?;
    assert!(database.cut().await? > 0);
    // Chance decides whether the first call finds the cut or pays for it; either way the same delivery sent again finds
    // the truth.
    let first = store.accept(delivery("after"), vec![command("b", "job")], at(0)).await;
    assert!(matches!(first, Ok(Accepted::New) | Err(QueueError::Failed(_))), "{first:?}");
    let again = store.accept(delivery("after"), vec![command("b", "job")], at(0)).await?;
    assert_eq!(again == Accepted::Duplicate, first.is_ok());
    assert_eq!(store.claim(Queue::Work, 9, at(0), LEASE).await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn work_that_one_stores_wakes_the_other() -> Result<(), QueueError> {
    let database = Database::new().await?;
    let (one, other) = tokio::try_join!(database.open(), database.open())?;
    pending(&other).await; // it listens
    one.accept(delivery("one"), vec![command("a", "job")], at(0)).await?;
    pending(&other).await;
    assert!(database.cut().await? > 0);
    pending(&other).await; // it listens again
    let mut accepted = one.accept(delivery("two"), vec![command("b", "job")], at(0)).await;
    if accepted.is_err() {
        accepted = one.accept(delivery("three"), vec![command("c", "job")], at(0)).await;
    }
    accepted?;
    pending(&other).await;
    Ok(())
}

/// Waits for the bell; the time limit makes one that never rings fail the test.
async fn pending(store: &PostgresQueue) {
    let ring = tokio::time::timeout(Duration::from_secs(10), store.bell(Queue::Work).notified()).await;
    assert!(ring.is_ok(), "the bell rings");
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_is_not_spoken_to() -> Result<(), QueueError> {
    let outcome = open(&format!("{}?sslmode=require", server()?)).await;
    let why = outcome.err().map(|fault| fault.to_string()).unwrap_or_default();
    assert!(why.contains("certificate"), "{why}");
    Ok(())
}

async fn use_all_connections(store: &Arc<PostgresQueue>) -> Result<(), QueueError> {
    let mut asked = JoinSet::new();
    for _ in 0..64 {
        let store = store.clone();
        asked.spawn(async move { store.next_due(Queue::Work).await });
    }
    while let Some(answered) = asked.join_next().await {
        answered.map_err(failed)??;
    }
    Ok(())
}

/// Checks that a caller which leaves while it asks for the next due time does not cost a connection.
#[tokio::test]
async fn a_worker_that_leaves_cuts_no_connection() -> Result<(), QueueError> {
    let database = Database::new().await?;
    let store = Arc::new(database.open().await?);
    use_all_connections(&store).await?;
    let newest = &format!(
        "SELECT (extract(epoch FROM max(backend_start)) * 1000000)::bigint FROM pg_stat_activity
        WHERE application_name = '{}'",
        database.schema
    );
    let before = database.count(newest).await?;
    for _ in 0..20 {
        tokio::select! {
            biased;
            _ = store.next_due(Queue::Work) => {}
            () = tokio::task::yield_now() => {}
        }
        store.next_due(Queue::Work).await?;
    }
    use_all_connections(&store).await?;
    assert_eq!(database.count(newest).await?, before, "no connection was opened");
    Ok(())
}

/// Checks jobs that name their buckets in different orders, and settlements that close several: a caller that locked
/// them in the order given would wait crosswise.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn buckets_are_shared_without_waiting_crosswise() -> Result<(), QueueError> {
    const JOBS: usize = 90;
    let database = Database::new().await?;
    let (a, b, c) = tokio::try_join!(database.open(), database.open(), database.open())?;
    let rate_limit = |bucket: &str| RateLimit { bucket: bucket.into(), every_ms: 10, burst: 1000 };
    let jobs = (0..JOBS).map(|n| {
        let order = if n % 2 == 0 { ["x", "y"] } else { ["y", "x"] };
        NewJob { rate_limits: order.map(rate_limit).into(), ..command(&format!("k{n}"), n.to_string()) }
    });
    a.accept(delivery("all"), jobs.collect(), at(0)).await?;
    let done = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for store in [a, b, c] {
        let done = done.clone();
        tasks.spawn(async move {
            while done.load(Ordering::SeqCst) < JOBS {
                for claim in store.claim(Queue::Work, 4, at(0), LEASE).await? {
                    let close = |bucket: &str| FollowUp::Close { bucket: bucket.into(), until: at(-1) };
                    let closed = if claim.id.0 % 2 == 0 { ["x", "y"] } else { ["y", "x"] };
                    let settled = store.settle(&claim, Verdict::Done, closed.map(close).into(), at(0)).await?;
                    assert_eq!(settled, Settled::Applied);
                    done.fetch_add(1, Ordering::SeqCst);
                }
            }
            Ok::<_, QueueError>(())
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.map_err(failed)??;
    }
    let full = "SELECT max(full_until) - min(full_until) FROM buckets";
    assert_eq!(database.count(full).await?, 0, "both are as full: no filling was lost");
    let filled = format!("SELECT min(full_until) - {} FROM buckets", at(0).as_millisecond());
    assert_eq!(database.count(&filled).await?, 10 * 90, "by every job that passed");
    Ok(())
}
