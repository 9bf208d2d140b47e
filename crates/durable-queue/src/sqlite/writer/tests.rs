//! Promises of the writer to callers that share a transaction.

use std::sync::Mutex;

use super::*;

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(60);

fn writer() -> Result<Writer, QueueError> {
    let connection = Connection::open_in_memory().map_err(|error| fault(&error))?;
    let tables =
        "PRAGMA foreign_keys = ON; CREATE TABLE words (word TEXT); CREATE TABLE parents (id INTEGER PRIMARY KEY);
        CREATE TABLE orphans (parent INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED);";
    connection.execute_batch(tables).map_err(|error| fault(&error))?;
    Writer::start(connection, Memory::default(), None, Wakeups::default())
}

async fn say(writer: &Writer, word: &'static str) -> Result<(), QueueError> {
    writer.write(LONG, insert(word)).await
}

async fn words(writer: &Writer) -> Result<i64, QueueError> {
    writer.write(LONG, |connection, _| connection.query_row("SELECT count(*) FROM words", [], |row| row.get(0))).await
}

#[tokio::test]
#[expect(clippy::panic, reason = "the panic is what is tested")]
async fn a_panic_fails_its_caller_and_nobody_else() -> Result<(), QueueError> {
    let writer = writer()?;
    let outcome: Result<(), QueueError> = writer
        .write(LONG, |connection, _| {
            connection.execute("INSERT INTO words VALUES ('half')", [])?;
            panic!("on purpose")
        })
        .await;
    assert_eq!(outcome, Err(QueueError::new("an operation panicked")));
    say(&writer, "whole").await?;
    assert_eq!(words(&writer).await?, 1, "what the panicking operation wrote is undone");
    Ok(())
}

/// Keeps the writer busy until the sender is used or dropped, so that later operations gather.
async fn occupy(writer: &Writer) -> Result<std::sync::mpsc::Sender<()>, QueueError> {
    let (finish, finished) = std::sync::mpsc::channel::<()>();
    let (begin, begun) = oneshot::channel();
    let begin = Mutex::new(Some(begin));
    let finished = Mutex::new(finished);
    let work = move |_: &Connection, _: &mut Memory| {
        if let Ok(Some(begin)) = begin.lock().map(|mut begin| begin.take()) {
            let _ = begin.send(());
        }
        let _ = finished.lock().map(|finished| finished.recv());
        Ok(())
    };
    hand_over(writer, work).await?;
    begun.await.map_err(|_| gone())?;
    Ok(finish)
}

async fn hand_over<T, W>(writer: &Writer, work: W) -> Result<oneshot::Receiver<Result<T, QueueError>>, QueueError>
where
    T: Send + 'static,
    W: Fn(&Connection, &mut Memory) -> rusqlite::Result<T> + Send + 'static,
{
    let (part, answer) = CallerPart::new(Turn::default());
    writer.hand_over(Box::new(Task { work, part })).await?;
    Ok(answer)
}

fn insert(word: &'static str) -> impl Fn(&Connection, &mut Memory) -> rusqlite::Result<()> {
    move |connection, _| connection.execute("INSERT INTO words VALUES (?1)", [word]).map(drop)
}

#[tokio::test]
async fn what_gathers_is_one_commit() -> Result<(), QueueError> {
    let writer = writer()?;
    let finish = occupy(&writer).await?;
    let mut answers = Vec::new();
    for _ in 0..BATCH {
        answers.push(hand_over(&writer, insert("word")).await?);
    }
    drop(finish);
    for answer in answers {
        assert_eq!(answer.await, Ok(Ok(())));
    }
    assert_eq!(writer.commits(), 2, "one for the first operation, one for all that came meanwhile");
    Ok(())
}

#[tokio::test]
async fn a_commit_that_fails_fails_everybody() -> Result<(), QueueError> {
    let writer = writer()?;
    let finish = occupy(&writer).await?;
    let good = hand_over(&writer, insert("good")).await?;
    let orphan = hand_over(&writer, |connection, _| connection.execute("INSERT INTO orphans VALUES (1)", [])).await?;
    let late = hand_over(&writer, insert("late")).await?;
    drop(finish);
    assert!(matches!(good.await, Ok(Err(QueueError::Failed(_)))));
    assert!(matches!(orphan.await, Ok(Err(QueueError::Failed(_)))));
    assert!(matches!(late.await, Ok(Err(QueueError::Failed(_)))));
    assert_eq!(words(&writer).await?, 0, "nothing of it is stored");
    say(&writer, "next").await?;
    assert_eq!(words(&writer).await?, 1, "the writer goes on");
    Ok(())
}

#[tokio::test]
async fn a_broken_transaction_fails_those_before_it_and_not_those_after() -> Result<(), QueueError> {
    let writer = writer()?;
    let finish = occupy(&writer).await?;
    let before = hand_over(&writer, insert("before")).await?;
    // SQLite does this itself when the disk is full.
    let breaks = hand_over(&writer, |connection, _| {
        connection.execute_batch("ROLLBACK")?;
        Err::<(), _>(rusqlite::Error::InvalidQuery)
    });
    let breaks = breaks.await?;
    let after = hand_over(&writer, insert("after")).await?;
    drop(finish);
    assert!(matches!(before.await, Ok(Err(QueueError::Failed(_)))), "its transaction is gone");
    assert_eq!(breaks.await, Ok(Err(fault(&rusqlite::Error::InvalidQuery))), "its own failure");
    assert_eq!(after.await, Ok(Ok(())), "it has a transaction of its own");
    assert_eq!(words(&writer).await?, 1, "only that is stored");
    Ok(())
}

#[tokio::test]
async fn a_writer_that_stopped_answers_with_a_fault() -> Result<(), QueueError> {
    let mut writer = writer()?;
    writer.queue = None;
    assert_eq!(say(&writer, "late").await, Err(gone()));
    Ok(())
}

#[tokio::test]
async fn what_was_handed_over_is_carried_out_before_the_writer_stops() -> Result<(), QueueError> {
    let writer = writer()?;
    let answer = hand_over(&writer, |_, _| Ok("done")).await?;
    drop(writer);
    assert_eq!(answer.await, Ok(Ok("done")));
    Ok(())
}

#[tokio::test]
async fn what_is_not_begun_in_time_is_taken_back() -> Result<(), QueueError> {
    let writer = writer()?;
    let finish = occupy(&writer).await?;
    let outcome = writer.write(Duration::ZERO, insert("late")).await;
    assert_eq!(outcome, Err(behind()), "its caller is told at once");
    drop(finish);
    assert_eq!(words(&writer).await?, 0, "and nothing of it is stored afterwards");
    Ok(())
}

fn wake(queue: Queue) -> impl Fn(&Connection, &mut Memory) -> rusqlite::Result<()> {
    move |connection, memory| {
        memory.pending.wake(queue);
        insert("job")(connection, memory)
    }
}

#[tokio::test]
async fn a_claim_joins_the_transaction_that_wakes_it() -> Result<(), QueueError> {
    let writer = writer()?;
    let count = |connection: &Connection, _: &mut Memory| {
        connection.query_row("SELECT count(*) FROM words", [], |row| row.get::<_, i64>(0))
    };
    let claim = writer.write_when_woken(Queue::Work, count);
    let others = async {
        say(&writer, "no job").await?;
        writer.write(LONG, wake(Queue::Outbox)).await?;
        writer.write(LONG, wake(Queue::Work)).await
    };
    let (claimed, others) = tokio::join!(claim, others);
    others?;
    assert_eq!(claimed, Ok(3), "it sees what the operation before it in the transaction stored");
    assert_eq!(writer.commits(), 3);
    Ok(())
}

#[tokio::test]
async fn a_claim_outlives_a_transaction_that_fails() -> Result<(), QueueError> {
    let writer = writer()?;
    let fails = |connection: &Connection, memory: &mut Memory| {
        wake(Queue::Work)(connection, memory)?;
        connection.execute("INSERT INTO orphans VALUES (1)", [])
    };
    let claim = writer.write_when_woken(Queue::Work, insert("claimed"));
    let others = async {
        assert!(writer.write(LONG, |_, _| Err::<(), _>(rusqlite::Error::InvalidQuery)).await.is_err());
        writer.write(LONG, wake(Queue::Work)).await
    };
    let (claimed, woken) = tokio::join!(claim, others);
    assert_eq!((claimed, woken), (Ok(()), Ok(())), "the operation that failed woke nothing");
    let claim = writer.write_when_woken(Queue::Work, insert("claimed"));
    let (claimed, orphan) = tokio::join!(claim, writer.write(LONG, fails));
    assert!(claimed.is_err() && orphan.is_err(), "the worker learns that its claim was not stored");
    assert_eq!(words(&writer).await?, 2);
    Ok(())
}

#[tokio::test]
async fn a_claim_that_fails_fails_alone() -> Result<(), QueueError> {
    let writer = writer()?;
    let fails = |_: &Connection, _: &mut Memory| Err::<(), _>(rusqlite::Error::InvalidQuery);
    let (claimed, woken) =
        tokio::join!(writer.write_when_woken(Queue::Work, fails), writer.write(LONG, wake(Queue::Work)));
    assert_eq!(claimed, Err(fault(&rusqlite::Error::InvalidQuery)));
    assert_eq!(woken, Ok(()));
    assert_eq!(words(&writer).await?, 1);
    Ok(())
}

#[tokio::test]
async fn what_no_one_waits_for_joins_a_transaction() -> Result<(), QueueError> {
    let writer = writer()?;
    let asleep = writer.write_when_woken(Queue::Work, insert("never"));
    let work = async {
        let (lazy, other) = tokio::join!(writer.write_lazily(LONG, insert("lazy")), say(&writer, "other"));
        assert_eq!((lazy, other, writer.commits()), (Ok(()), Ok(()), 1), "one transaction for both");
        assert_eq!(writer.write_lazily(LONG, insert("alone")).await, Ok(()), "it is stored without others, too");
    };
    tokio::select! {
        _ = asleep => {}
        () = work => {}
    }
    assert_eq!(writer.write_lazily(LONG, insert("at once")).await, Ok(()));
    assert_eq!(words(&writer).await?, 4);
    Ok(())
}
