//! The PostgreSQL store: the app's promises, and a database shared by the queue and the app.

#![expect(clippy::unwrap_used, reason = "what is wrong here is a failed test")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::conformance;
use crate::conformance::common;
use dialnote_slack::core::error::Fault;
use dialnote_slack::core::ids::{ChannelId, ConversationId, DraftId, InstallationId};
use dialnote_slack::platform::db::postgres::{Postgres, with_password};
use dialnote_slack::platform::db::{Document, Effect, Store, Verdict};
use jiff::Timestamp;
use tokio_postgres::{Client, NoTls};

/// A separate part of the tests' server.
struct Database {
    schema: String,
    /// A connection with an operator's rights.
    operator: Client,
}

fn server() -> Result<String, Fault> {
    std::env::var("TEST_POSTGRES_URL")
        .map_err(|_| Fault::Store("there is no PostgreSQL to test with (TEST_POSTGRES_URL); run make test".into()))
}

fn failed(error: impl std::fmt::Display) -> Fault {
    Fault::Store(error.to_string())
}

impl Database {
    async fn new() -> Result<Self, Fault> {
        static SCHEMAS: AtomicUsize = AtomicUsize::new(0);
        let schema = format!("case_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
        let (operator, connection) = tokio_postgres::connect(&server()?, NoTls).await.map_err(failed)?;
        tokio::spawn(connection);
        let setup = format!("CREATE SCHEMA {schema}; SET search_path = {schema}");
        operator.batch_execute(&setup).await.map_err(failed)?;
        Ok(Self { schema, operator })
    }

    fn url(&self) -> Result<String, Fault> {
        Ok(format!("{}?application_name={}&options=-csearch_path%3D{}", server()?, self.schema, self.schema))
    }

    async fn open(&self) -> Result<Postgres, Fault> {
        Postgres::open(&self.url()?).await
    }

    /// Waits until the connections of the store have ended.
    async fn left_alone(&self) -> Result<(), Fault> {
        let there = format!("SELECT count(*) FROM pg_stat_activity WHERE application_name = '{}'", self.schema);
        let gone = async {
            while self.operator.query_one(&there, &[]).await?.try_get::<_, i64>(0)? > 0 {}
            Ok::<_, tokio_postgres::Error>(())
        };
        // The time limit makes a connection that stays fail the test.
        tokio::time::timeout(Duration::from_secs(10), gone).await.map_err(failed)?.map_err(failed)
    }
}

#[expect(clippy::panic, reason = "the suite has no use for a store that cannot be opened")]
async fn one() -> Box<dyn Store> {
    let open = async { Database::new().await?.open().await };
    match open.await {
        Ok(store) => Box::new(store),
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

conforms!(facts, kept, categories, copies, together);

#[tokio::test]
async fn a_password_of_its_own_may_have_any_characters() -> Result<(), Fault> {
    let operator = Database::new().await?.operator;
    operator
        .batch_execute("DROP ROLE IF EXISTS needs_password; CREATE ROLE needs_password LOGIN")
        .await
        .map_err(failed)?;
    let url = server()?.replace("://tests@", "://needs_password@");
    let enters = async |password: &str| Postgres::is_there(&with_password(&url, password).unwrap()).await.is_ok();
    let without = Postgres::is_there(&url).await.map_err(|fault| fault.in_short());
    assert_eq!(without, Err("the server requires a password: set DATABASE_PASSWORD".to_owned()));
    for password in ["p@ss/w#rd", " a b ", "pässwörd €", "100%41?&=+", ":'\"\\"] {
        let set = format!("ALTER ROLE needs_password PASSWORD '{}'", password.replace('\'', "''"));
        operator.batch_execute(&set).await.map_err(failed)?;
        assert!(enters(password).await, "{password}");
        assert!(!enters(&format!("{password}!")).await, "{password} is not looked at");
    }
    operator.batch_execute("DROP ROLE needs_password").await.map_err(failed)
}

/// PostgreSQL stores no NUL. Of writes that arrive together, the server refuses the one that has it.
#[tokio::test]
async fn a_write_that_the_server_refuses_fails_alone() -> Result<(), Fault> {
    let store = one().await;
    let document = |id: &str, body: &str| Document {
        kind: "settings".into(),
        id: id.into(),
        at: Timestamp::UNIX_EPOCH,
        due: None,
        body: body.into(),
    };
    let here = InstallationId::new("T1");
    let keep = |id: &str, body: &str| store.keep(&here, document(id, body));
    let kept = tokio::join!(
        keep("a", "one"),
        keep("b", "two"),
        keep("c", "th\0ree"),
        keep("d", "four"),
        keep("e", "five"),
        keep("f", "six"),
    );
    let kept: [_; 6] = kept.into();
    assert_eq!(kept.map(|kept| kept.is_ok()), [true, true, false, true, true, true], "only that one is refused");
    let kept = store.documents(&here, "settings", 9).await?;
    assert_eq!(kept.iter().map(|document| document.id.as_str()).collect::<Vec<_>>(), ["a", "b", "d", "e", "f"]);
    Ok(())
}

/// Checks that statements which name their rows search for them, whatever the tables held when they were planned. Other
/// plans would read all rows of a workspace.
#[tokio::test]
async fn rows_are_searched_for_in_a_large_workspace() -> Result<(), Fault> {
    let database = Database::new().await?;
    let store = database.open().await?;
    let analyze = "VACUUM ANALYZE cards, drafts, documents, cache_entries, snapshots";
    database.operator.batch_execute(analyze).await.map_err(failed)?;
    name_rows(&store, "small").await?;
    let fill = "
        INSERT INTO cards SELECT 'T1', 'c' || n, 'C' || n, n, '{}' FROM generate_series(1, 20000) AS n;
        INSERT INTO drafts SELECT 'T1', 'd' || n, 'U1', n, '{}' FROM generate_series(1, 20000) AS n;
        INSERT INTO documents SELECT 'T1', 'settings', 's' || n, n, NULL, '{}' FROM generate_series(1, 20000) AS n;
        INSERT INTO cache_entries SELECT 'T1', 'profile', 'p' || n, NULL, n, '{}' FROM generate_series(1, 20000) AS n;
        INSERT INTO snapshots SELECT 'T1', 'c' || n, n, '{}' FROM generate_series(1, 20000) AS n";
    database.operator.batch_execute(fill).await.map_err(failed)?;
    name_rows(&store, "large").await?;
    drop(store);
    database.left_alone().await?;
    let read =
        format!("SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE schemaname = '{}'", database.schema);
    let read: i64 = database.operator.query_one(&read, &[]).await.and_then(|row| row.try_get(0)).map_err(failed)?;
    assert!(read < 20_000, "no index was read from end to end: {read}");
    Ok(())
}

/// Reads and removes rows by their names, several at once.
async fn name_rows(store: &Postgres, text: &str) -> Result<(), Fault> {
    let here = common::here();
    common::accept(store, [common::command(text, text)]).await?;
    let claim = common::claim_one(store, common::at(1)).await?;
    let drop = |n: u32| {
        let conversation = ConversationId::new(format!("c{n}"));
        [
            Effect::DropCard { channel: ChannelId::new(format!("C{n}")), conversation },
            Effect::DropDraft(DraftId::new(format!("d{n}"))),
            Effect::DropDocument { kind: "settings".into(), id: format!("s{n}") },
        ]
    };
    common::settle_with(store, &claim, Verdict::Done, (1..=3).flat_map(drop)).await?;
    store.cache_get_all(&here, "profile", &["p1", "p2"]).await?;
    store.cache_get(&here, "profile", "p1").await?;
    store.document(&here, "settings", "s9").await?;
    store.cards(&here, &ConversationId::new("c9")).await?;
    store.snapshot(&here, &ConversationId::new("c9")).await?;
    store.draft(&here, &DraftId::new("d9")).await?;
    Ok(())
}
