//! Plans on PostgreSQL: statements search for their rows, whatever the tables held when they were planned.

use durable_queue::postgres::PostgresQueue;
use durable_queue::rate_limit::RateLimit;
use durable_queue::{DurableQueue, FollowUp, NewJob, Queue, QueueError, Settled, Verdict};

use crate::postgres::{Database, LEASE, at, command, delivery, failed};

/// Returns how often any table was read from end to end, except the one that names the schema's version; counts
/// connections that have ended.
async fn scans(database: &Database) -> Result<i64, QueueError> {
    database
        .count(&format!(
            "SELECT sum(seq_scan)::bigint FROM pg_stat_user_tables
            WHERE schemaname = '{}' AND relname <> 'schema_migrations'",
            database.schema
        ))
        .await
}

/// Checks that statements of the hot path do not read a table from end to end. A plan depends on the server's
/// statistics, so the tables are filled: many partitions, one of them long, few heads.
#[tokio::test]
async fn hot_statements_search_and_do_not_scan() -> Result<(), QueueError> {
    let database = Database::new().await?;
    let store = database.open().await?;
    let fill = "
        INSERT INTO jobs (
            installation, queue, key, head, due, accepted, delay_notified, body, class, virtual_time, rate_limits, ready
        )
        SELECT 'T1', CASE n % 2 WHEN 0 THEN 'work' ELSE 'outbox' END, 'k' || n % 5000, n <= 5000, n, n, n % 100 > 0,
            repeat('x', 200), 0, n, '[]', n <= 2000
        FROM generate_series(1, 40000) AS n;
        INSERT INTO deliveries SELECT 'T1', 'd' || n, n FROM generate_series(1, 20000) AS n;
        INSERT INTO buckets SELECT 'T1', 'b' || n, 0, 0 FROM generate_series(1, 5000) AS n;
        ANALYZE jobs; ANALYZE deliveries; ANALYZE buckets; ANALYZE partition_locks";
    database.operator.batch_execute(fill).await.map_err(failed)?;
    drop(store);
    for (name, sql) in durable_queue::postgres::HOT_STATEMENTS {
        database.operator.batch_execute(&format!("PREPARE hot AS {sql}")).await.map_err(failed)?;
        let count = database
            .count("SELECT cardinality(parameter_types)::bigint FROM pg_prepared_statements WHERE name = 'hot'");
        let nulls = vec!["NULL"; usize::try_from(count.await?).map_err(failed)?].join(", ");
        // The plan for any parameters, which a connection settles on.
        let explain = format!("SET plan_cache_mode = force_generic_plan; EXPLAIN EXECUTE hot ({nulls})");
        let lines = database.operator.simple_query(&explain).await.map_err(failed)?;
        let plan: Vec<_> = lines
            .iter()
            .filter_map(|line| match line {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
                _ => None,
            })
            .collect();
        let plan = plan.join("\n");
        assert!(!plan.contains("Seq Scan on"), "{name}:\n{plan}");
        database.operator.batch_execute("DEALLOCATE hot").await.map_err(failed)?;
    }
    Ok(())
}

/// Checks that a plan made for an empty table isn't kept: it reads the table or one of its indexes from end to end, and
/// would do so with thousands of rows too.
#[tokio::test]
async fn an_empty_table_teaches_nobody_to_scan() -> Result<(), QueueError> {
    let database = Database::new().await?;
    // Making the indexes reads the tables too.
    drop(database.open().await?);
    database.left_alone().await?;
    database.operator.batch_execute("VACUUM ANALYZE jobs, deliveries, buckets").await.map_err(failed)?;
    let before = scans(&database).await?;
    let store = database.open().await?;
    for round in 0..20 {
        use_every_statement(&store, round).await?;
    }
    let fill = "
        INSERT INTO jobs (
            installation, queue, key, head, due, accepted, delay_notified, body, class, virtual_time, rate_limits
        )
        SELECT 'T1', 'work', 'full' || n, TRUE, 1000000000, n, TRUE, 'x', 0, n, '[]'
        FROM generate_series(1, 20000) AS n;
        INSERT INTO buckets SELECT 'T1', 'full' || n, 0, 0 FROM generate_series(1, 20000) AS n";
    database.operator.batch_execute(fill).await.map_err(failed)?;
    use_every_statement(&store, 20).await?;
    drop(store);
    database.left_alone().await?;
    assert_eq!(scans(&database).await?, before, "every table was searched and none was read from end to end");
    let read = "SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE schemaname = ";
    let read = database.count(&format!("{read}'{}'", database.schema)).await?;
    assert!(read < 20_000, "no index was read from end to end: {read}");
    Ok(())
}

/// Uses the statements of the hot path.
async fn use_every_statement(store: &PostgresQueue, round: usize) -> Result<(), QueueError> {
    let [first, second, third] = ["a", "b", "c"].map(|name| format!("{name}{round}"));
    let limit = RateLimit { bucket: first.clone(), every_ms: 1, burst: 9 };
    let limited = NewJob { rate_limits: vec![limit], ..command(&first, "job") };
    store.accept(delivery(&first), vec![limited, command(&first, "next")], at(0)).await?;
    let follow_up = FollowUp::Enqueue(command(&second, "job"));
    let retry = Verdict::Retry { due: at(0), cause: "later".into(), outcome_unknown: false };
    let step = Verdict::Continue { body: "step".into(), until: at(9) };
    for (verdict, effects) in [(retry, vec![follow_up]), (Verdict::Done, vec![]), (Verdict::Done, vec![])] {
        let claim = store.claim(Queue::Work, 1, at(1), LEASE).await?.remove(0);
        assert_eq!(store.renew(&claim, at(9)).await?, Settled::Applied);
        assert_eq!(store.settle(&claim, step.clone(), Vec::new(), at(1)).await?, Settled::Applied);
        assert_eq!(store.settle(&claim, verdict, effects, at(1)).await?, Settled::Applied);
    }
    store.next_due(Queue::Work).await?;
    store.overdue(at(0), 9).await?;
    let overtaken = NewJob { after_key: Some(second), ..command(&third, "job") };
    store.accept(delivery(&third), vec![overtaken], at(1)).await?;
    let dead = Verdict::Dead { cause: "no".into() };
    let mut claimed = store.claim(Queue::Work, 9, at(1), LEASE).await?;
    for claim in claimed.drain(..) {
        store.settle(&claim, dead.clone(), Vec::new(), at(1)).await?;
    }
    Ok(())
}
