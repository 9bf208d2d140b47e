//! Documents, snapshots, cards found by their place, and the audit log from end to end.

use std::time::Duration;

use super::common;
use super::facts::put;
use dialnote_slack::core::error::Fault;
use dialnote_slack::core::ids::{ChannelId, ConversationId, DraftId, InstallationId, JobId, MessageTs, SlackUserId};
use dialnote_slack::platform::db::{
    Accepted, Audited, CacheEntry, Card, Delivery, Document, Draft, Effect, Entry, NewJob, Overview, Queue, Settled,
    Since, Snapshot, Store, Verdict,
};

pub(super) async fn a_document_is_kept_until_it_is_dropped(store: &dyn Store) -> Result<(), Fault> {
    assert_eq!(store.document(&common::here(), "settings", "").await?, None, "there is none yet");
    put(store, &common::here(), [Effect::PutDocument(document("", "one", None))]).await?;
    store.keep(&common::here(), document("", "two", None)).await?;
    assert_eq!(
        store.document(&common::here(), "settings", "").await?,
        Some(document("", "two", None)),
        "the later one"
    );
    assert_eq!(store.document(&common::elsewhere(), "settings", "").await?, None, "not another installation's");
    store.sweep(common::at(99_999), 100).await?;
    assert_eq!(store.documents(&common::here(), "settings", 9).await?, [document("", "two", None)], "never swept");
    put(store, &common::here(), [Effect::DropDocument { kind: "settings".into(), id: String::new() }]).await?;
    assert_eq!(store.documents(&common::here(), "settings", 9).await?, [], "dropped");
    Ok(())
}

pub(super) async fn documents_come_by_kind_in_the_order_of_ids(store: &dyn Store) -> Result<(), Fault> {
    let other = Document { kind: "wishes".into(), ..document("d0", "other", None) };
    put(store, &common::here(), ["d3", "d1", "d2"].map(|id| Effect::PutDocument(document(id, id, None)))).await?;
    put(store, &common::here(), [Effect::PutDocument(other)]).await?;
    let found = store.documents(&common::here(), "settings", 2).await?;
    assert_eq!(found, ["d1", "d2"].map(|id| document(id, id, None)), "the first two of the kind");
    Ok(())
}

pub(super) async fn a_due_time_becomes_a_job_once(store: &dyn Store) -> Result<(), Fault> {
    let soon = document("soon", "soon", Some(10));
    put(
        store,
        &common::here(),
        [Effect::PutDocument(soon.clone()), Effect::PutDocument(document("late", "late", Some(20)))],
    )
    .await?;
    put(store, &common::here(), [Effect::PutDocument(document("never", "never", None))]).await?;
    assert_eq!(store.due_documents(common::at(9), 9).await?, [], "nothing is due yet");
    assert_eq!(
        store.due_documents(common::at(20), 1).await?,
        [(common::here(), soon.clone())],
        "the most overdue first"
    );
    let moved = document("late", "late", Some(30));
    put(store, &common::here(), [Effect::PutDocument(moved.clone())]).await?;
    let stale = document("late", "late", Some(20));
    let job = || common::command("a", "reminder");
    assert!(!store.fire_due(&common::here(), &stale, job(), common::at(20)).await?, "it was put off meanwhile");
    assert!(!store.fire_due(&common::elsewhere(), &soon, job(), common::at(20)).await?, "not another installation's");
    assert!(store.fire_due(&common::here(), &soon, job(), common::at(20)).await?, "its time has come");
    assert!(!store.fire_due(&common::here(), &soon, job(), common::at(20)).await?, "once");
    assert_eq!(common::names(&common::claim(store, common::at(20)).await?), ["reminder"], "one job");
    let kept = store.document(&common::here(), "settings", "soon").await?;
    assert_eq!(kept, Some(document("soon", "soon", None)), "the document stays");
    assert_eq!(
        store.due_documents(common::at(99), 9).await?,
        [(common::here(), moved)],
        "the other one is still to come"
    );
    Ok(())
}

pub(super) async fn installations_are_found_among_all_that_is_kept(store: &dyn Store) -> Result<(), Fault> {
    let nobody = InstallationId::new("");
    put(store, &common::here(), [Effect::PutDocument(document("a", "one", None))]).await?;
    assert_eq!(store.installations(&nobody, 9).await?, [], "settings are not what makes one");
    let installed = || Document { kind: "installation".into(), ..document("", "sealed", None) };
    for installation in [common::elsewhere(), common::here()] {
        store.keep(&installation, installed()).await?;
    }
    assert_eq!(store.installations(&nobody, 9).await?, [common::here(), common::elsewhere()], "in order");
    assert_eq!(store.installations(&nobody, 1).await?, [common::here()], "the first");
    assert_eq!(store.installations(&common::here(), 9).await?, [common::elsewhere()], "beyond it");
    put(store, &common::here(), [Effect::DropDocument { kind: "installation".into(), id: String::new() }]).await?;
    assert_eq!(store.installations(&nobody, 9).await?, [common::elsewhere()], "it is gone");
    Ok(())
}

pub(super) async fn what_is_kept_for_an_installation_goes_with_it(store: &dyn Store) -> Result<(), Fault> {
    let cache_entry = |id: &str| CacheEntry {
        kind: "teammate".into(),
        id: id.into(),
        alias: None,
        at: common::at(0),
        body: "{}".into(),
    };
    for installation in [common::here(), common::elsewhere()] {
        for id in ["a", "b", "c"] {
            store.keep(&installation, document(id, id, Some(9))).await?;
            store.cache_put(&installation, cache_entry(id)).await?;
        }
        store
            .put_snapshots(&installation, vec![seen("c1", 5, "one"), seen("c2", 6, "two"), seen("c3", 7, "three")])
            .await?;
    }
    let nobody = JobId(0);
    assert_eq!(store.clear(&common::here(), nobody, 2).await?, 6, "a bite of each");
    assert_eq!(store.clear(&common::here(), nobody, 2).await?, 3, "the rest");
    assert_eq!(store.clear(&common::here(), nobody, 2).await?, 0, "nothing is left");
    assert_eq!(store.documents(&common::here(), "settings", 9).await?, []);
    assert_eq!(store.cache_get(&common::here(), "teammate", "a").await?, None);
    assert_eq!(store.snapshot(&common::here(), &ConversationId::new("c1")).await?, None);
    assert_eq!(store.documents(&common::elsewhere(), "settings", 9).await?.len(), 3, "another installation's stay");
    assert_eq!(store.cache_get(&common::elsewhere(), "teammate", "a").await?, Some(cache_entry("a")));
    assert_eq!(store.snapshots(&common::elsewhere(), &since(0, ""), 9).await?.len(), 3);
    Ok(())
}

pub(super) async fn jobs_and_deliveries_go_with_an_installation(store: &dyn Store) -> Result<(), Fault> {
    let delivered = |installation: InstallationId| Delivery { installation, key: "trigger".into() };
    let theirs = || NewJob::new(&common::elsewhere(), Queue::Work, "a", common::at(0), "theirs");
    store
        .accept(
            delivered(common::here()),
            vec![common::command("a", "given up"), common::command("b", "under way")],
            common::at(0),
        )
        .await?;
    store.accept(delivered(common::elsewhere()), vec![theirs()], common::at(0)).await?;
    let claims = common::claim(store, common::at(0)).await?;
    let of = |body: &str| claims.iter().find(|claim| claim.body == body).cloned();
    let (Some(dead), Some(busy)) = (of("given up"), of("under way")) else { panic!("both are claimed") };
    store.settle(&dead, Verdict::Dead { cause: "why".into() }, vec![], common::at(1)).await?;
    let more = Delivery { installation: common::here(), key: "removed".into() };
    store.accept(more, vec![common::command("b", "waits"), common::command("c", "removes")], common::at(1)).await?;
    let Some(removes) = common::claim(store, common::at(1)).await?.pop() else { panic!("it is claimed") };
    let counted = Overview { inbox: 3, outbox: 0, dead: 1, oldest: Some(common::at(0)) };
    assert_eq!(store.overview_of(&common::here()).await?, counted, "its own and nobody else's");
    while store.clear(&common::here(), removes.id, 2).await? > 0 {}
    assert_eq!(store.job(dead.id).await?, None, "what was given up");
    assert_eq!(
        store.settle(&busy, Verdict::Done, vec![], common::at(2)).await?,
        Settled::LostLease,
        "what was under way"
    );
    assert_eq!(store.overview_of(&common::here()).await?.inbox, 1, "the one that does it is left");
    assert_eq!(store.settle(&removes, Verdict::Done, vec![], common::at(2)).await?, Settled::Applied);
    assert_eq!(store.overview_of(&common::here()).await?, Overview::default(), "nothing is left");
    let again = vec![common::command("b", "new"), common::command("b", "behind it")];
    assert_eq!(
        store.accept(delivered(common::here()), again, common::at(3)).await?,
        Accepted::New,
        "its deliveries are forgotten"
    );
    assert_eq!(common::names(&common::claim(store, common::at(3)).await?), ["new"], "lines begin from nothing");
    assert_eq!(store.overview_of(&common::elsewhere()).await?.inbox, 1, "another installation's stay");
    assert_eq!(store.accept(delivered(common::elsewhere()), vec![], common::at(3)).await?, Accepted::Duplicate);
    Ok(())
}

pub(super) async fn an_installation_begins_from_nothing(store: &dyn Store) -> Result<(), Fault> {
    let cache_entry =
        || CacheEntry { kind: "teammate".into(), id: "a".into(), alias: None, at: common::at(0), body: "{}".into() };
    let (c1, channel, draft) = (ConversationId::new("c1"), ChannelId::new("C1"), DraftId::new("d1"));
    let kept = |kind: &str| Document { kind: kind.into(), ..document("", "before", None) };
    let card = || Card { channel: channel.clone(), conversation: c1.clone(), ts: None, card_view: "{}".into() };
    let kept_draft =
        || Draft { id: draft.clone(), actor: SlackUserId::new("U1"), at: common::at(0), body: "{}".into() };
    let delivered = |installation: InstallationId| Delivery { installation, key: "trigger".into() };
    for installation in [common::here(), common::elsewhere()] {
        let effects =
            [Effect::PutCard(card()), Effect::PutDraft(kept_draft()), Effect::PutSnapshot(seen("c1", 5, "one"))];
        put(store, &installation, effects).await?;
        store.cache_put(&installation, cache_entry()).await?;
        for kind in ["rules", "route", "connection"] {
            store.keep(&installation, kept(kind)).await?;
        }
    }
    for installation in [common::here(), common::elsewhere()] {
        let job = NewJob::new(&installation, Queue::Work, "a", common::at(0), "queued");
        store.accept(delivered(installation), vec![job], common::at(0)).await?;
    }
    let connection = Document { kind: "connection".into(), ..document("", "after", None) };
    let entry = Entry {
        at: common::at(9),
        actor: SlackUserId::new("U1"),
        conversation: None,
        verb: "connect".into(),
        detail: "{}".into(),
    };
    let next = || vec![common::command("a", "what follows")];
    store.begin_empty(&common::here(), &["rules"], connection.clone(), entry.clone(), next()).await?;
    assert_eq!(store.snapshot(&common::here(), &c1).await?, None, "no conversation");
    assert_eq!(store.cache_get(&common::here(), "teammate", "a").await?, None, "no fact");
    assert_eq!(store.cards(&common::here(), &c1).await?, [], "no card");
    assert_eq!(store.draft(&common::here(), &draft).await?, None, "no draft");
    assert_eq!(store.overview_of(&common::here()).await?.inbox, 1, "no job but what follows");
    assert_eq!(store.document(&common::here(), "route", "").await?, None, "no document");
    assert_eq!(store.document(&common::here(), "rules", "").await?, Some(kept("rules")), "but those that stay");
    assert_eq!(store.document(&common::here(), "connection", "").await?, Some(connection), "and what it begins with");
    assert_eq!(
        store.latest(&common::here(), None, 1).await?.pop().map(|last| last.entry),
        Some(entry.clone()),
        "which is recorded"
    );
    assert_eq!(
        store.accept(delivered(common::here()), vec![], common::at(9)).await?,
        Accepted::Duplicate,
        "nothing is done twice"
    );
    assert_eq!(
        store.snapshot(&common::elsewhere(), &c1).await?,
        Some(seen("c1", 5, "one")),
        "another installation's stay"
    );
    assert_eq!(store.document(&common::elsewhere(), "route", "").await?, Some(kept("route")));
    assert_eq!(store.draft(&common::elsewhere(), &draft).await?, Some(kept_draft()));
    assert_eq!(store.cards(&common::elsewhere(), &c1).await?, [card()]);
    let claims = common::claim(store, common::at(9)).await?;
    assert_eq!(common::names(&claims).len(), 2, "and its jobs");
    assert!(
        claims.iter().any(|claim| claim.installation == common::elsewhere() && claim.body == "queued"),
        "and its jobs"
    );
    store.keep_recorded(&common::elsewhere(), kept("connection"), entry.clone(), vec![]).await?;
    store.record(&common::elsewhere(), entry).await?;
    let verbs = store.latest(&common::elsewhere(), None, 9).await?.into_iter().map(|last| last.entry.verb);
    assert_eq!(verbs.collect::<Vec<_>>(), ["connect", "connect"], "recorded, and nothing else");
    assert_eq!(store.draft(&common::elsewhere(), &draft).await?, Some(kept_draft()), "nothing goes");
    Ok(())
}

pub(super) async fn the_cards_of_a_channel_come_in_the_order_of_time(store: &dyn Store) -> Result<(), Fault> {
    let card = |conversation: &str, channel: &str, ts: Option<&str>| Card {
        channel: ChannelId::new(channel),
        conversation: ConversationId::new(conversation),
        ts: ts.map(MessageTs::new),
        card_view: "{}".into(),
    };
    let (first, second) = (card("c2", "C1", Some("1.1")), card("c1", "C1", Some("2.2")));
    let others = [card("c3", "C1", None), card("c1", "C2", Some("1.1"))];
    put(store, &common::here(), [second.clone(), first.clone()].into_iter().chain(others).map(Effect::PutCard)).await?;
    put(store, &common::elsewhere(), [Effect::PutCard(card("c9", "C1", Some("3.3")))]).await?;
    let (channel, beginning) = (ChannelId::new("C1"), MessageTs::new(""));
    assert_eq!(
        store.cards_in(&common::here(), &channel, &beginning, 9).await?,
        [first, second.clone()],
        "all that stand there"
    );
    assert_eq!(
        store.cards_in(&common::here(), &channel, &MessageTs::new("1.1"), 1).await?,
        [second],
        "beyond the first"
    );
    Ok(())
}

pub(super) async fn the_mirror_shows_the_latest_sight(store: &dyn Store) -> Result<(), Fault> {
    store.put_snapshots(&common::here(), vec![seen("c2", 5, "old"), seen("c1", 5, "one")]).await?;
    store.put_snapshots(&common::here(), vec![seen("c2", 7, "new")]).await?;
    store.put_snapshots(&common::here(), vec![seen("c2", 6, "late")]).await?;
    store.put_snapshots(&common::elsewhere(), vec![seen("c9", 7, "theirs")]).await?;
    put(store, &common::here(), [Effect::PutSnapshot(seen("c3", 6, "by a command"))]).await?;
    let all = store.snapshots(&common::here(), &since(0, ""), 9).await?;
    assert_eq!(
        all,
        [seen("c1", 5, "one"), seen("c3", 6, "by a command"), seen("c2", 7, "new")],
        "in the order of seeing"
    );
    let page = store.snapshots(&common::here(), &since(5, "c1"), 1).await?;
    assert_eq!(page, [seen("c3", 6, "by a command")], "what comes next");
    assert_eq!(
        store.snapshot(&common::here(), &ConversationId::new("c2")).await?,
        Some(seen("c2", 7, "new")),
        "one alone"
    );
    assert_eq!(store.snapshot(&common::here(), &ConversationId::new("c9")).await?, None, "not another installation's");
    store.put_snapshots(&common::here(), vec![]).await?;
    assert_eq!(store.snapshots(&common::here(), &since(7, "c2"), 9).await?, [], "nothing since");
    Ok(())
}

pub(super) async fn a_card_is_found_by_its_place(store: &dyn Store) -> Result<(), Fault> {
    let channel = ChannelId::new("C1");
    let card = Card {
        channel: channel.clone(),
        conversation: ConversationId::new("c1"),
        ts: Some(MessageTs::new("1.1")),
        card_view: "{}".into(),
    };
    put(store, &common::here(), [Effect::PutCard(card.clone())]).await?;
    let there = MessageTs::new("1.1");
    assert_eq!(store.card_at(&common::here(), &channel, &there).await?, Some(card), "there it is");
    assert_eq!(store.card_at(&common::here(), &channel, &MessageTs::new("2.2")).await?, None, "not there");
    assert_eq!(store.card_at(&common::here(), &ChannelId::new("C2"), &there).await?, None, "not in another channel");
    assert_eq!(store.card_at(&common::elsewhere(), &channel, &there).await?, None, "not another installation's");
    Ok(())
}

pub(super) async fn nothing_is_newer_than_a_clock_that_is_set_back(store: &dyn Store) -> Result<(), Fault> {
    let sight = |seconds, body: &str| {
        vec![Snapshot { conversation: ConversationId::new("c1"), at: common::at(seconds), body: body.into() }]
    };
    let cache_entry = |seconds, body: &str| CacheEntry {
        kind: "profile".into(),
        id: "U1".into(),
        alias: None,
        at: common::at(seconds),
        body: body.into(),
    };
    store.put_snapshots(&common::here(), sight(1000, "before")).await?;
    store.cache_put(&common::here(), cache_entry(1000, "before")).await?;
    store.set_back(Duration::from_secs(4 * 60), common::at(760)).await?;
    store.put_snapshots(&common::here(), sight(761, "after")).await?;
    store.cache_put(&common::here(), cache_entry(761, "after")).await?;
    let seen = store.snapshot(&common::here(), &ConversationId::new("c1")).await?;
    assert_eq!(seen.map(|seen| seen.body).as_deref(), Some("after"), "seen later");
    let known = store.cache_get(&common::here(), "profile", "U1").await?;
    assert_eq!(known.map(|known| known.body).as_deref(), Some("after"), "learned later");
    Ok(())
}

pub(super) async fn the_audit_log_is_read_from_end_to_end(store: &dyn Store) -> Result<(), Fault> {
    let entry = |seconds, verb: &str| Entry {
        at: common::at(seconds),
        actor: SlackUserId::new("U1"),
        conversation: Some(ConversationId::new("c1")),
        verb: verb.into(),
        detail: "{}".into(),
    };
    put(
        store,
        &common::here(),
        [Effect::Record(entry(1, "one")), Effect::Record(entry(2, "two")), Effect::Record(entry(3, "three"))],
    )
    .await?;
    let log = store.audit(0, common::at(2), 9).await?;
    let verbs: Vec<_> = log.iter().map(|audited| audited.entry.verb.as_str()).collect();
    assert_eq!(verbs, ["two", "three"], "from then on, in the order of writing");
    assert!(log.iter().all(|audited| audited.installation == common::here()), "whose it is");
    let latest = store.latest(&common::here(), None, 2).await?;
    let verbs = |all: &[Audited]| all.iter().map(|one| one.entry.verb.clone()).collect::<Vec<_>>();
    assert_eq!(verbs(&latest), ["three", "two"], "newest first");
    let before = latest.last().map(|last| last.id);
    assert_eq!(verbs(&store.latest(&common::here(), before, 2).await?), ["one"], "and what was before that");
    assert_eq!(store.latest(&common::elsewhere(), None, 2).await?, [], "not another installation's");
    let first = log.first().map(|audited| audited.id).unwrap_or_default();
    let rest = store.audit(first, common::at(0), 9).await?;
    assert_eq!(rest.iter().map(|audited| audited.entry.verb.as_str()).collect::<Vec<_>>(), ["three"], "beyond it");
    assert_eq!(store.forget_entries(common::at(3), 1).await?, 1, "in bites");
    assert_eq!(store.forget_entries(common::at(3), 9).await?, 1, "only what is older");
    assert_eq!(verbs(&store.latest(&common::here(), None, 9).await?), ["three"], "the rest is kept");
    Ok(())
}

fn document(id: &str, body: &str, due: Option<i64>) -> Document {
    Document { kind: "settings".into(), id: id.into(), at: common::at(0), due: due.map(common::at), body: body.into() }
}

fn seen(conversation: &str, seconds: i64, body: &str) -> Snapshot {
    Snapshot { conversation: ConversationId::new(conversation), at: common::at(seconds), body: body.into() }
}

fn since(seconds: i64, conversation: &str) -> Since {
    Since { at: common::at(seconds), conversation: conversation.into() }
}
