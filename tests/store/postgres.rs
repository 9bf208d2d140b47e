//! The PostgreSQL store: the app's promises, and a database shared by the queue and the app.

#![expect(clippy::unwrap_used, reason = "what is wrong here is a failed test")]

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::conformance;
use dialnote_slack::core::error::Fault;
use dialnote_slack::core::ids::InstallationId;
use dialnote_slack::platform::db::postgres::{Postgres, with_password};
use dialnote_slack::platform::db::{Document, Store};
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
