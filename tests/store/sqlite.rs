//! The `SQLite` store: the app's promises, and a file shared by the queue and the app.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::conformance;
use dialnote_slack::core::clock::from_millis;
use dialnote_slack::core::error::Fault;
use dialnote_slack::core::ids::{ChannelId, ConversationId, InstallationId, MessageTs};
use dialnote_slack::platform::db::sqlite::Sqlite;
use dialnote_slack::platform::db::{
    Accepted, CacheEntry, Card, Delivery, Effect, NewJob, Overview, Queue, Store, Verdict,
};
use jiff::Timestamp;
use tempfile::TempDir;

/// A directory of databases that is gone after the test.
struct Home {
    directory: TempDir,
    databases: AtomicUsize,
}

impl Home {
    fn new() -> Result<Self, Fault> {
        let directory = tempfile::tempdir().map_err(|error| Fault::Store(error.to_string()))?;
        Ok(Self { directory, databases: AtomicUsize::new(0) })
    }

    /// Returns a path where there is no database yet.
    fn path(&self) -> PathBuf {
        self.directory.path().join(format!("{}.db", self.databases.fetch_add(1, Ordering::Relaxed)))
    }

    async fn fresh(&self) -> Result<Sqlite, Fault> {
        Sqlite::open(&self.path(), Timestamp::UNIX_EPOCH).await
    }

    #[expect(clippy::panic, reason = "the suite has no use for a store that cannot be opened")]
    async fn one(&self) -> Box<dyn Store> {
        match self.fresh().await {
            Ok(store) => Box::new(store),
            Err(fault) => panic!("{fault}"),
        }
    }
}

macro_rules! conforms {
    ($($group:ident),+) => {
        $(#[tokio::test]
        async fn $group() -> Result<(), Fault> {
            let home = Home::new()?;
            conformance::$group(&async || home.one().await).await;
            Ok(())
        })+
    };
}

conforms!(facts, kept, categories, copies, together);

#[tokio::test]
async fn a_crash_loses_nothing_that_was_answered() -> Result<(), Fault> {
    let home = Home::new()?;
    let path = home.path();
    let conversation = ConversationId::new("c1");
    let card = Card {
        channel: ChannelId::new("C1"),
        conversation: conversation.clone(),
        ts: Some(MessageTs::new("1.1")),
        card_view: "{}".into(),
    };
    let cache_entry =
        CacheEntry { kind: "teammate".into(), id: "U1".into(), alias: None, at: at(0), body: "{}".into() };

    let store = Sqlite::open(&path, Timestamp::UNIX_EPOCH).await?;
    accept(&store, "one", [command("a", "a1"), command("a", "a2"), command("b", "b1")]).await?;
    let claims = store.claim(Queue::Work, 9, at(0), LEASE).await?;
    let [a1, b1] = claims.as_slice() else { return Err(unexpected(&claims)) };
    store.settle(a1, Verdict::Done, vec![Effect::PutCard(card.clone())], at(0)).await?;
    store.cache_put(&here(), cache_entry.clone()).await?;
    // The remains of a killed process: the file and its log, copied while the store is open.
    let remains = home.path();
    copy_with_log(&path, &remains)?;
    drop(store);

    for path in [path, remains] {
        let store = Sqlite::open(&path, Timestamp::UNIX_EPOCH).await?;
        assert_eq!(accept(&store, "one", []).await?, Accepted::Duplicate, "the delivery is known");
        assert_eq!(store.cards(&here(), &conversation).await?, std::slice::from_ref(&card));
        assert_eq!(store.cache_get(&here(), "teammate", "U1").await?, Some(cache_entry.clone()));
        let waiting = Overview { inbox: 2, outbox: 0, dead: 0, oldest: Some(at(0)) };
        assert_eq!(store.overview().await?, waiting);
        let again = store.claim(Queue::Work, 9, at(30), LEASE).await?;
        let [a2, second] = again.as_slice() else { return Err(unexpected(&again)) };
        assert_eq!((a2.body.as_str(), a2.attempt), ("a2", 1), "the successor was freed before the crash");
        assert_eq!((second.id, second.attempt), (b1.id, 2), "what was being worked on is worked on again");
        assert!(second.fence > b1.fence);
    }
    Ok(())
}

const LEASE: Duration = Duration::from_secs(30);

fn at(seconds: i64) -> Timestamp {
    from_millis(1_750_000_000_000 + seconds * 1000)
}

fn here() -> InstallationId {
    InstallationId::new("T1")
}

fn command(key: &str, body: &str) -> NewJob {
    NewJob::new(&here(), Queue::Work, key, at(0), body)
}

async fn accept(store: &Sqlite, key: &str, jobs: impl IntoIterator<Item = NewJob>) -> Result<Accepted, Fault> {
    let delivery = Delivery { installation: here(), key: key.into() };
    store.accept(delivery, jobs.into_iter().collect(), at(0)).await
}

fn copy_with_log(from: &Path, to: &Path) -> Result<(), Fault> {
    for suffix in ["", "-wal"] {
        let file = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        std::fs::copy(file(from), file(to)).map_err(|error| Fault::Store(error.to_string()))?;
    }
    Ok(())
}

fn unexpected(found: &impl std::fmt::Debug) -> Fault {
    Fault::Store(format!("the test did not expect {found:?}"))
}
