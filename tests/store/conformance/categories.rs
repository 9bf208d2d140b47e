//! Reading the rows of an installation by category, removing items, and redacting lines of the audit log.

use super::common;
use super::facts::put;
use dialnote_slack::core::error::Fault;
use dialnote_slack::core::ids::{ChannelId, ConversationId, DraftId, InstallationId, MessageTs, SlackUserId};
use dialnote_slack::platform::db::data_category::{DataCategory, StoredItem};
use dialnote_slack::platform::db::rate_limit::RateLimit;
use dialnote_slack::platform::db::{Audited, CacheEntry, Card, Document, Draft, Effect, Entry, NewJob, Store};

const SHELVES: [DataCategory; 5] = [
    DataCategory::CacheEntries,
    DataCategory::Documents,
    DataCategory::Drafts,
    DataCategory::Cards,
    DataCategory::Buckets,
];

pub(super) async fn a_shelf_is_looked_through_in_the_order_of_names(store: &dyn Store) -> Result<(), Fault> {
    for installation in [common::here(), common::elsewhere()] {
        fill(store, &installation).await?;
    }
    for category in SHELVES {
        let all = store.category(&common::here(), category, &beginning(), 9).await?;
        let names: Vec<_> = all.iter().map(|kept| kept.name.clone()).collect();
        let expected = match category {
            DataCategory::Drafts | DataCategory::Buckets => [("b", ""), ("c", "")],
            DataCategory::CacheEntries | DataCategory::Documents | DataCategory::Cards => [("a", "z"), ("b", "a")],
        };
        assert_eq!(names, expected.map(|(one, two)| (one.to_owned(), two.to_owned())), "in order: {category:?}");
        let first = store.category(&common::here(), category, &beginning(), 1).await?;
        assert_eq!(first.as_slice(), all.get(..1).unwrap_or_default(), "the first: {category:?}");
        let after = first.first().map(|kept| kept.name.clone()).unwrap_or_default();
        assert_eq!(
            store.category(&common::here(), category, &after, 9).await?.as_slice(),
            all.get(1..).unwrap_or_default()
        );
    }
    let cache_entries = store.category(&common::here(), DataCategory::CacheEntries, &beginning(), 1).await?;
    let also = Some("alias".to_owned());
    assert_eq!(
        cache_entries,
        [StoredItem { name: name("a", "z"), also, at: Some(common::at(1)), body: "memo".into() }]
    );
    let documents = store.category(&common::here(), DataCategory::Documents, &beginning(), 1).await?;
    assert_eq!(
        documents,
        [StoredItem { name: name("a", "z"), also: None, at: Some(common::at(2)), body: "document".into() }]
    );
    let drafts = store.category(&common::here(), DataCategory::Drafts, &beginning(), 1).await?;
    let also = Some("U1".to_owned());
    assert_eq!(drafts, [StoredItem { name: name("b", ""), also, at: Some(common::at(3)), body: "draft".into() }]);
    let cards = store.category(&common::here(), DataCategory::Cards, &beginning(), 1).await?;
    let also = Some("1.1".to_owned());
    assert_eq!(cards, [StoredItem { name: name("a", "z"), also, at: None, body: "face".into() }]);
    Ok(())
}

pub(super) async fn what_is_taken_off_a_shelf_is_gone_unless_it_was_changed(store: &dyn Store) -> Result<(), Fault> {
    for installation in [common::here(), common::elsewhere()] {
        fill(store, &installation).await?;
    }
    for category in SHELVES {
        let all = store.category(&common::here(), category, &beginning(), 9).await?;
        let Some(first) = all.first() else { return Err(Fault::Store(format!("nothing is on {category:?}"))) };
        if category != DataCategory::Buckets {
            let older = StoredItem { body: "older".into(), ..first.clone() };
            assert!(
                !store.delete_if_unchanged(&common::here(), category, &older).await?,
                "it was changed meanwhile: {category:?}"
            );
        }
        assert!(store.delete_if_unchanged(&common::here(), category, first).await?, "it is taken: {category:?}");
        assert!(!store.delete_if_unchanged(&common::here(), category, first).await?, "once: {category:?}");
        assert_eq!(
            store.category(&common::here(), category, &beginning(), 9).await?.as_slice(),
            all.get(1..).unwrap_or_default()
        );
        let theirs = store.category(&common::elsewhere(), category, &beginning(), 9).await?;
        assert_eq!(theirs.len(), 2, "another installation's stay: {category:?}");
    }
    Ok(())
}

pub(super) async fn a_document_is_rewritten_unless_it_was_changed(store: &dyn Store) -> Result<(), Fault> {
    fill(store, &common::here()).await?;
    fill(store, &common::elsewhere()).await?;
    let kept = StoredItem { name: name("a", "z"), also: None, at: Some(common::at(2)), body: "document".into() };
    assert!(
        !store.rewrite(&common::here(), &StoredItem { body: "older".into(), ..kept.clone() }, "new").await?,
        "it was changed"
    );
    assert!(store.rewrite(&common::here(), &kept, "new").await?, "it is rewritten");
    let expected = Document { body: "new".into(), ..document("a", "z") };
    assert_eq!(store.document(&common::here(), "a", "z").await?, Some(expected), "and its due time stays");
    assert_eq!(
        store.document(&common::elsewhere(), "a", "z").await?,
        Some(document("a", "z")),
        "not another installation's"
    );
    Ok(())
}

pub(super) async fn lines_of_the_audit_log_become_nobodys(store: &dyn Store) -> Result<(), Fault> {
    put(store, &common::here(), [Effect::Record(entry("one")), Effect::Record(entry("two"))]).await?;
    put(store, &common::elsewhere(), [Effect::Record(entry("theirs"))]).await?;
    let all = store.audit(0, common::at(0), 9).await?;
    let lines: Vec<_> = all.into_iter().filter(|line| line.entry.verb != "two").map(nobodys).collect();
    assert_eq!(store.redact(&common::here(), lines).await?, 1, "not another installation's");
    let nobody = Entry { actor: SlackUserId::new("nobody"), detail: "{\"by\":\"\"}".into(), ..entry("one") };
    let log: Vec<_> = store.audit(0, common::at(0), 9).await?.into_iter().map(|line| line.entry).collect();
    assert_eq!(log, [nobody, entry("two"), entry("theirs")], "what happened, when and to what stays");
    let left = store.deeds(&common::here(), &SlackUserId::new("U1"), 9).await?;
    assert_eq!(left, [entry("two")], "it is nobody's deed any more");
    Ok(())
}

pub(super) async fn installations_are_known_as_long_as_anything_is_kept(store: &dyn Store) -> Result<(), Fault> {
    let nobody = InstallationId::new("");
    assert_eq!(store.next_installation(&nobody).await?, None, "nothing is kept");
    store.keep(&common::elsewhere(), document("a", "z")).await?;
    put(store, &common::here(), [Effect::Record(entry("one"))]).await?;
    assert_eq!(store.next_installation(&nobody).await?, Some(common::here()), "a line of the audit log");
    assert_eq!(store.next_installation(&common::here()).await?, Some(common::elsewhere()), "a document");
    assert_eq!(store.next_installation(&common::elsewhere()).await?, None, "no more");
    Ok(())
}

/// Stores two items in each category.
async fn fill(store: &dyn Store, installation: &InstallationId) -> Result<(), Fault> {
    for (kind, id) in [("b", "a"), ("a", "z")] {
        let (kind, alias) = (kind.to_owned(), Some("alias".to_owned()));
        store
            .cache_put(installation, CacheEntry { kind, id: id.into(), alias, at: common::at(1), body: "memo".into() })
            .await?;
    }
    let documents = [("b", "a"), ("a", "z")].map(|(kind, id)| Effect::PutDocument(document(kind, id)));
    let drafts = ["c", "b"].map(|id| {
        let (id, actor) = (DraftId::new(id), SlackUserId::new("U1"));
        Effect::PutDraft(Draft { id, actor, at: common::at(3), body: "draft".into() })
    });
    let cards = [("b", "a"), ("a", "z")].map(|(conversation, channel)| {
        Effect::PutCard(Card {
            channel: ChannelId::new(channel),
            conversation: ConversationId::new(conversation),
            ts: Some(MessageTs::new("1.1")),
            card_view: "face".into(),
        })
    });
    put(store, installation, documents.into_iter().chain(drafts).chain(cards)).await?;
    let rate_limit = ["c", "b"].map(|bucket| RateLimit { bucket: bucket.into(), every_ms: 1, burst: 1 });
    let paced = NewJob { rate_limits: rate_limit.into(), ..common::command("paced", &format!("paced {installation}")) };
    common::accept(store, [NewJob { installation: installation.clone(), ..paced }]).await?;
    common::claim(store, common::at(0)).await.map(drop)
}

fn document(kind: &str, id: &str) -> Document {
    Document { kind: kind.into(), id: id.into(), at: common::at(2), due: Some(common::at(9)), body: "document".into() }
}

fn entry(verb: &str) -> Entry {
    Entry {
        at: common::at(1),
        actor: SlackUserId::new("U1"),
        conversation: Some(ConversationId::new("c1")),
        verb: verb.into(),
        detail: "{\"by\":\"Zoe\"}".into(),
    }
}

fn nobodys(line: Audited) -> Audited {
    let entry = Entry { actor: SlackUserId::new("nobody"), detail: "{\"by\":\"\"}".into(), ..line.entry };
    Audited { entry, ..line }
}

fn beginning() -> (String, String) {
    (String::new(), String::new())
}

fn name(one: &str, two: &str) -> (String, String) {
    (one.into(), two.into())
}
