//! Documents, the mirror, cards found by their place, and the audit log from end to end.

use super::facts::put;
use super::{at, claim, command, elsewhere, here, names};
use crate::error::Fault;
use crate::ids::{ChannelId, ConversationId, InstallationId, MessageTs, SlackUserId};
use crate::store::{Audited, Card, Document, Effect, Entry, Memo, Mirrored, Since, Store};

pub(super) async fn a_document_is_kept_until_it_is_dropped(store: &dyn Store) -> Result<(), Fault> {
    assert_eq!(store.document(&here(), "settings", "").await?, None, "there is none yet");
    put(store, &here(), [Effect::PutDocument(document("", "one", None))]).await?;
    store.keep(&here(), document("", "two", None)).await?;
    assert_eq!(store.document(&here(), "settings", "").await?, Some(document("", "two", None)), "the later one");
    assert_eq!(store.document(&elsewhere(), "settings", "").await?, None, "not another installation's");
    store.sweep(at(99_999), 100).await?;
    assert_eq!(store.documents(&here(), "settings", 9).await?, [document("", "two", None)], "never swept");
    put(store, &here(), [Effect::DropDocument { kind: "settings".into(), id: String::new() }]).await?;
    assert_eq!(store.documents(&here(), "settings", 9).await?, [], "dropped");
    Ok(())
}

pub(super) async fn documents_come_by_kind_in_the_order_of_ids(store: &dyn Store) -> Result<(), Fault> {
    let other = Document { kind: "wishes".into(), ..document("d0", "other", None) };
    put(store, &here(), ["d3", "d1", "d2"].map(|id| Effect::PutDocument(document(id, id, None)))).await?;
    put(store, &here(), [Effect::PutDocument(other)]).await?;
    let found = store.documents(&here(), "settings", 2).await?;
    assert_eq!(found, ["d1", "d2"].map(|id| document(id, id, None)), "the first two of the kind");
    Ok(())
}

pub(super) async fn a_due_time_becomes_a_job_once(store: &dyn Store) -> Result<(), Fault> {
    let soon = document("soon", "soon", Some(10));
    put(store, &here(), [Effect::PutDocument(soon.clone()), Effect::PutDocument(document("late", "late", Some(20)))])
        .await?;
    put(store, &here(), [Effect::PutDocument(document("never", "never", None))]).await?;
    assert_eq!(store.due(at(9), 9).await?, [], "nothing is due yet");
    assert_eq!(store.due(at(20), 1).await?, [(here(), soon.clone())], "the most overdue first");
    let moved = document("late", "late", Some(30));
    put(store, &here(), [Effect::PutDocument(moved.clone())]).await?;
    let stale = document("late", "late", Some(20));
    let job = || command("a", "reminder");
    assert!(!store.come_due(&here(), &stale, job(), at(20)).await?, "it was put off meanwhile");
    assert!(!store.come_due(&elsewhere(), &soon, job(), at(20)).await?, "not another installation's");
    assert!(store.come_due(&here(), &soon, job(), at(20)).await?, "its time has come");
    assert!(!store.come_due(&here(), &soon, job(), at(20)).await?, "once");
    assert_eq!(names(&claim(store, at(20)).await?), ["reminder"], "one job");
    let kept = store.document(&here(), "settings", "soon").await?;
    assert_eq!(kept, Some(document("soon", "soon", None)), "the document stays");
    assert_eq!(store.due(at(99), 9).await?, [(here(), moved)], "the other one is still to come");
    Ok(())
}

pub(super) async fn installations_are_found_among_all_that_is_kept(store: &dyn Store) -> Result<(), Fault> {
    let nobody = InstallationId::new("");
    put(store, &here(), [Effect::PutDocument(document("a", "one", None))]).await?;
    assert_eq!(store.installations(&nobody, 9).await?, [], "settings are not what makes one");
    let installed = || Document { kind: "installation".into(), ..document("", "sealed", None) };
    for installation in [elsewhere(), here()] {
        store.keep(&installation, installed()).await?;
    }
    assert_eq!(store.installations(&nobody, 9).await?, [here(), elsewhere()], "in order");
    assert_eq!(store.installations(&nobody, 1).await?, [here()], "the first");
    assert_eq!(store.installations(&here(), 9).await?, [elsewhere()], "beyond it");
    put(store, &here(), [Effect::DropDocument { kind: "installation".into(), id: String::new() }]).await?;
    assert_eq!(store.installations(&nobody, 9).await?, [elsewhere()], "it is gone");
    Ok(())
}

pub(super) async fn what_is_kept_for_an_installation_goes_with_it(store: &dyn Store) -> Result<(), Fault> {
    let memo = |id: &str| Memo { kind: "teammate".into(), id: id.into(), alias: None, at: at(0), body: "{}".into() };
    for installation in [here(), elsewhere()] {
        for id in ["a", "b", "c"] {
            store.keep(&installation, document(id, id, Some(9))).await?;
            store.remember(&installation, memo(id)).await?;
        }
        store.mirror(&installation, vec![seen("c1", 5, "one"), seen("c2", 6, "two"), seen("c3", 7, "three")]).await?;
    }
    assert_eq!(store.clear(&here(), 2).await?, 6, "a bite of each");
    assert_eq!(store.clear(&here(), 2).await?, 3, "the rest");
    assert_eq!(store.clear(&here(), 2).await?, 0, "nothing is left");
    assert_eq!(store.documents(&here(), "settings", 9).await?, []);
    assert_eq!(store.recall(&here(), "teammate", "a").await?, None);
    assert_eq!(store.sight(&here(), &ConversationId::new("c1")).await?, None);
    assert_eq!(store.documents(&elsewhere(), "settings", 9).await?.len(), 3, "another installation's stay");
    assert_eq!(store.recall(&elsewhere(), "teammate", "a").await?, Some(memo("a")));
    assert_eq!(store.mirrored(&elsewhere(), &since(0, ""), 9).await?.len(), 3);
    Ok(())
}

pub(super) async fn the_mirror_shows_the_latest_sight(store: &dyn Store) -> Result<(), Fault> {
    store.mirror(&here(), vec![seen("c2", 5, "old"), seen("c1", 5, "one")]).await?;
    store.mirror(&here(), vec![seen("c2", 7, "new")]).await?;
    store.mirror(&here(), vec![seen("c2", 6, "late")]).await?;
    store.mirror(&elsewhere(), vec![seen("c9", 7, "theirs")]).await?;
    put(store, &here(), [Effect::Mirror(seen("c3", 6, "by a command"))]).await?;
    let all = store.mirrored(&here(), &since(0, ""), 9).await?;
    assert_eq!(
        all,
        [seen("c1", 5, "one"), seen("c3", 6, "by a command"), seen("c2", 7, "new")],
        "in the order of seeing"
    );
    let page = store.mirrored(&here(), &since(5, "c1"), 1).await?;
    assert_eq!(page, [seen("c3", 6, "by a command")], "what comes next");
    assert_eq!(store.sight(&here(), &ConversationId::new("c2")).await?, Some(seen("c2", 7, "new")), "one alone");
    assert_eq!(store.sight(&here(), &ConversationId::new("c9")).await?, None, "not another installation's");
    store.mirror(&here(), vec![]).await?;
    assert_eq!(store.mirrored(&here(), &since(7, "c2"), 9).await?, [], "nothing since");
    Ok(())
}

pub(super) async fn a_card_is_found_by_its_place(store: &dyn Store) -> Result<(), Fault> {
    let channel = ChannelId::new("C1");
    let card = Card {
        channel: channel.clone(),
        conversation: ConversationId::new("c1"),
        ts: Some(MessageTs::new("1.1")),
        face: "{}".into(),
    };
    put(store, &here(), [Effect::PutCard(card.clone())]).await?;
    let there = MessageTs::new("1.1");
    assert_eq!(store.card_at(&here(), &channel, &there).await?, Some(card), "there it is");
    assert_eq!(store.card_at(&here(), &channel, &MessageTs::new("2.2")).await?, None, "not there");
    assert_eq!(store.card_at(&here(), &ChannelId::new("C2"), &there).await?, None, "not in another channel");
    assert_eq!(store.card_at(&elsewhere(), &channel, &there).await?, None, "not another installation's");
    Ok(())
}

pub(super) async fn the_audit_log_is_read_from_end_to_end(store: &dyn Store) -> Result<(), Fault> {
    let entry = |seconds, verb: &str| Entry {
        at: at(seconds),
        actor: SlackUserId::new("U1"),
        conversation: Some(ConversationId::new("c1")),
        verb: verb.into(),
        detail: "{}".into(),
    };
    put(
        store,
        &here(),
        [Effect::Record(entry(1, "one")), Effect::Record(entry(2, "two")), Effect::Record(entry(3, "three"))],
    )
    .await?;
    let log = store.audit(0, at(2), 9).await?;
    let verbs: Vec<_> = log.iter().map(|audited| audited.entry.verb.as_str()).collect();
    assert_eq!(verbs, ["two", "three"], "from then on, in the order of writing");
    assert!(log.iter().all(|audited| audited.installation == here()), "whose it is");
    let latest = store.latest(&here(), None, 2).await?;
    let verbs = |all: &[Audited]| all.iter().map(|one| one.entry.verb.clone()).collect::<Vec<_>>();
    assert_eq!(verbs(&latest), ["three", "two"], "newest first");
    let before = latest.last().map(|last| last.id);
    assert_eq!(verbs(&store.latest(&here(), before, 2).await?), ["one"], "and what was before that");
    assert_eq!(store.latest(&elsewhere(), None, 2).await?, [], "not another installation's");
    let first = log.first().map(|audited| audited.id).unwrap_or_default();
    let rest = store.audit(first, at(0), 9).await?;
    assert_eq!(rest.iter().map(|audited| audited.entry.verb.as_str()).collect::<Vec<_>>(), ["three"], "beyond it");
    assert_eq!(store.forget_entries(at(3), 1).await?, 1, "in bites");
    assert_eq!(store.forget_entries(at(3), 9).await?, 1, "only what is older");
    assert_eq!(verbs(&store.latest(&here(), None, 9).await?), ["three"], "the rest is kept");
    Ok(())
}

fn document(id: &str, body: &str, due: Option<i64>) -> Document {
    Document { kind: "settings".into(), id: id.into(), at: at(0), due: due.map(at), body: body.into() }
}

fn seen(conversation: &str, seconds: i64, body: &str) -> Mirrored {
    Mirrored { conversation: ConversationId::new(conversation), at: at(seconds), body: body.into() }
}

fn since(seconds: i64, conversation: &str) -> Since {
    Since { at: at(seconds), conversation: conversation.into() }
}
