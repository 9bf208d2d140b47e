//! Cards, drafts, the audit log, cache entries, sweeping and the overview.

use super::common;
use super::common::LEASE;
use dialnote_slack::core::error::Fault;
use dialnote_slack::core::ids::{ChannelId, ConversationId, DraftId, InstallationId, MessageTs, SlackUserId};
use dialnote_slack::platform::db::{
    Accepted, CacheEntry, Card, Draft, Effect, Entry, NewJob, Queue, Settled, Store, Verdict,
};

pub(super) async fn a_conversation_has_one_card_in_a_channel(store: &dyn Store) -> Result<(), Fault> {
    let (channel, conversation) = (ChannelId::new("C1"), ConversationId::new("c1"));
    assert_eq!(store.card(&common::here(), &channel, &conversation).await?, None, "there is none yet");
    put(store, &common::here(), [Effect::PutCard(card("C1", "c1", "old"))]).await?;
    let new = Card { ts: Some(MessageTs::new("2.2")), ..card("C1", "c1", "new") };
    put(store, &common::here(), [Effect::PutCard(new.clone())]).await?;
    assert_eq!(store.card(&common::here(), &channel, &conversation).await?, Some(new.clone()), "the later one");
    assert_eq!(store.cards(&common::here(), &conversation).await?, [new], "and only that");
    assert_eq!(
        store.card(&common::here(), &ChannelId::new("C2"), &conversation).await?,
        None,
        "not in another channel"
    );
    Ok(())
}

pub(super) async fn a_card_is_known_before_it_is_posted(store: &dyn Store) -> Result<(), Fault> {
    let (channel, conversation) = (ChannelId::new("C1"), ConversationId::new("c1"));
    let drop = || Effect::DropCard { channel: channel.clone(), conversation: conversation.clone() };
    let expected = Card { ts: None, ..card("C1", "c1", "about to be posted") };
    put(store, &common::here(), [Effect::PutCard(expected.clone())]).await?;
    let known = async || store.cards(&common::here(), &conversation).await;
    assert_eq!(known().await?, std::slice::from_ref(&expected), "known");
    put(store, &common::elsewhere(), [drop()]).await?;
    assert_eq!(known().await?, std::slice::from_ref(&expected), "not another installation's to drop");
    put(store, &common::here(), [drop()]).await?;
    assert_eq!(store.card(&common::here(), &channel, &conversation).await?, None, "it could not be posted");
    let posted = card("C1", "c1", "posted");
    put(store, &common::here(), [Effect::PutCard(expected), Effect::PutCard(posted.clone()), drop()]).await?;
    assert_eq!(
        store.card(&common::here(), &channel, &conversation).await?,
        Some(posted.clone()),
        "what is posted stays"
    );
    let again = Card { ts: None, ..card("C1", "c1", "expected again") };
    put(store, &common::here(), [Effect::PutCard(again)]).await?;
    let known = store.card(&common::here(), &channel, &conversation).await?.and_then(|card| card.ts);
    assert_eq!(known, posted.ts, "where it stands is not forgotten");
    Ok(())
}

pub(super) async fn cards_come_in_the_order_of_their_channels(store: &dyn Store) -> Result<(), Fault> {
    let cards = ["C3", "C1", "C2"].map(|channel| Effect::PutCard(card(channel, "c1", channel)));
    put(store, &common::here(), cards).await?;
    put(store, &common::here(), [Effect::PutCard(card("C0", "c2", "another conversation's"))]).await?;
    let cards = store.cards(&common::here(), &ConversationId::new("c1")).await?;
    assert_eq!(cards, ["C1", "C2", "C3"].map(|channel| card(channel, "c1", channel)), "all of one conversation");
    Ok(())
}

pub(super) async fn entries_come_newest_first(store: &dyn Store) -> Result<(), Fault> {
    let other = Entry { conversation: Some(ConversationId::new("c2")), ..entry("other") };
    let nowhere = Entry { conversation: None, ..entry("nowhere") };
    let back_in_time = Entry { at: common::at(-60), ..entry("three") };
    let written = [entry("one"), other, entry("two"), nowhere, back_in_time.clone()];
    put(store, &common::here(), written.map(Effect::Record)).await?;
    let entries = store.entries(&common::here(), &ConversationId::new("c1"), 2).await?;
    assert_eq!(entries, [back_in_time, entry("two")], "the last two, in the order of writing");
    assert_eq!(
        store.entries(&common::here(), &ConversationId::new("c1"), 9).await?.len(),
        3,
        "all of one conversation"
    );
    Ok(())
}

pub(super) async fn deeds_are_somebodys_own(store: &dyn Store) -> Result<(), Fault> {
    let (me, them) = (SlackUserId::new("UME"), SlackUserId::new("UTHEM"));
    let by = |actor: &SlackUserId, verb: &str| Effect::Record(Entry { actor: actor.clone(), ..entry(verb) });
    put(store, &common::here(), [by(&me, "one"), by(&them, "theirs"), by(&me, "two"), by(&me, "three")]).await?;
    put(store, &common::elsewhere(), [by(&me, "elsewhere")]).await?;
    let deeds = store.deeds(&common::here(), &me, 2).await?;
    let verbs: Vec<_> = deeds.iter().map(|deed| deed.verb.as_str()).collect();
    assert_eq!(verbs, ["three", "two"], "mine, the last two, newest first");
    Ok(())
}

pub(super) async fn a_draft_is_kept_for_its_person(store: &dyn Store) -> Result<(), Fault> {
    let id = DraftId::new("d1");
    assert_eq!(store.draft(&common::here(), &id).await?, None, "there is none yet");
    put(store, &common::here(), [Effect::PutDraft(draft("d1", 0))]).await?;
    assert_eq!(store.draft(&common::here(), &id).await?, Some(draft("d1", 0)), "as it was kept");
    let changed = Draft { body: "changed".into(), ..draft("d1", 5) };
    put(store, &common::here(), [Effect::PutDraft(changed.clone())]).await?;
    assert_eq!(store.draft(&common::here(), &id).await?, Some(changed), "kept again under its name");
    Ok(())
}

pub(super) async fn a_memo_replaces_an_older_one(store: &dyn Store) -> Result<(), Fault> {
    assert_eq!(store.cache_get(&common::here(), "teammate", "U1").await?, None, "nothing is known yet");
    store.cache_put(&common::here(), cache_entry("U1", Some("m1"), 10)).await?;
    store.cache_put(&common::here(), cache_entry("U1", None, 20)).await?;
    assert_eq!(
        store.cache_get(&common::here(), "teammate", "U1").await?,
        Some(cache_entry("U1", None, 20)),
        "the newer one"
    );
    assert_eq!(store.cache_find(&common::here(), "teammate", "m1").await?, None, "its old alias is gone with it");
    store.cache_put(&common::here(), cache_entry("U1", Some("m1"), 15)).await?;
    assert_eq!(
        store.cache_get(&common::here(), "teammate", "U1").await?,
        Some(cache_entry("U1", None, 20)),
        "what was read earlier does not replace what was read later"
    );
    assert_eq!(store.cache_get(&common::here(), "channel", "U1").await?, None, "kinds are apart");
    let found = store.cache_get_all(&common::here(), "teammate", &["U1", "U2"]).await?;
    assert_eq!(found.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["U1"], "U2 is not known");
    assert_eq!(store.cache_get_all(&common::elsewhere(), "teammate", &["U1"]).await?, []);
    assert_eq!(store.cache_get_all(&common::here(), "teammate", &[]).await?, []);
    Ok(())
}

pub(super) async fn a_memo_is_kept_with_its_verdict(store: &dyn Store) -> Result<(), Fault> {
    common::accept(store, [common::command("a", "job")]).await?;
    let late = common::claim_one(store, common::at(0)).await?;
    let current = common::claim_one(store, common::at(30)).await?;
    let learnt = |seconds| vec![Effect::CachePut(cache_entry("U1", Some("m1"), seconds))];
    common::settle_with(store, &current, Verdict::Done, learnt(20)).await?;
    assert_eq!(store.settle(&late, Verdict::Done, learnt(30), common::at(30)).await?, Settled::LostLease);
    assert_eq!(
        store.cache_get(&common::here(), "teammate", "U1").await?,
        Some(cache_entry("U1", Some("m1"), 20)),
        "not the late one's"
    );
    Ok(())
}

pub(super) async fn a_memo_is_found_by_its_alias(store: &dyn Store) -> Result<(), Fault> {
    store.cache_put(&common::here(), cache_entry("U1", Some("m1"), 10)).await?;
    store.cache_put(&common::here(), cache_entry("U2", Some("m1"), 30)).await?;
    store.cache_put(&common::here(), cache_entry("U3", Some("m1"), 20)).await?;
    store
        .cache_put(&common::here(), CacheEntry { kind: "channel".into(), ..cache_entry("C1", Some("m1"), 99) })
        .await?;
    let found = store.cache_find(&common::here(), "teammate", "m1").await?;
    assert_eq!(found, Some(cache_entry("U2", Some("m1"), 30)), "the most recently read of its kind");
    assert_eq!(store.cache_find(&common::here(), "teammate", "U2").await?, None, "an id is not an alias");
    Ok(())
}

pub(super) async fn facts_belong_to_their_installation(store: &dyn Store) -> Result<(), Fault> {
    let effects =
        [Effect::PutCard(card("C1", "c1", "ours")), Effect::Record(entry("ours")), Effect::PutDraft(draft("d1", 0))];
    put(store, &common::here(), effects).await?;
    store.cache_put(&common::here(), cache_entry("U1", Some("m1"), 0)).await?;
    let (channel, conversation) = (ChannelId::new("C1"), ConversationId::new("c1"));
    assert_eq!(store.card(&common::elsewhere(), &channel, &conversation).await?, None, "not their card");
    assert_eq!(store.cards(&common::elsewhere(), &conversation).await?, [], "not their cards");
    assert_eq!(store.entries(&common::elsewhere(), &conversation, 9).await?, [], "not their entries");
    assert_eq!(store.draft(&common::elsewhere(), &DraftId::new("d1")).await?, None, "not their draft");
    assert_eq!(store.cache_get(&common::elsewhere(), "teammate", "U1").await?, None, "not their entry");
    assert_eq!(store.cache_find(&common::elsewhere(), "teammate", "m1").await?, None, "not their entry");

    let effects = [Effect::PutCard(card("C1", "c1", "theirs")), Effect::PutDraft(draft("d1", 9))];
    put(store, &common::elsewhere(), effects).await?;
    store.cache_put(&common::elsewhere(), cache_entry("U1", None, 9)).await?;
    assert_eq!(
        store.card(&common::here(), &channel, &conversation).await?,
        Some(card("C1", "c1", "ours")),
        "still ours"
    );
    assert_eq!(store.draft(&common::here(), &DraftId::new("d1")).await?, Some(draft("d1", 0)), "still ours");
    assert_eq!(
        store.cache_get(&common::here(), "teammate", "U1").await?,
        Some(cache_entry("U1", Some("m1"), 0)),
        "still ours"
    );
    Ok(())
}

pub(super) async fn sweeps_what_is_old_in_bites(store: &dyn Store) -> Result<(), Fault> {
    put(store, &common::here(), (0..3).map(|n| Effect::PutDraft(draft(&format!("d{n}"), n)))).await?;
    for n in 1..=5 {
        store.accept(common::delivery(&n.to_string()), vec![], common::at(n)).await?;
    }
    store.cache_put(&common::here(), cache_entry("U1", None, 0)).await?;
    // The helper's own delivery is stored at 0 as well.
    assert_eq!(store.sweep(common::at(5), 2).await?, 2 + 2 + 1, "at most two of each");
    assert_eq!(store.sweep(common::at(5), 2).await?, 2 + 1, "the rest in further bites");
    assert_eq!(store.sweep(common::at(5), 2).await?, 1);
    assert_eq!(store.sweep(common::at(5), 2).await?, 0, "nothing old is left");
    assert_eq!(
        store.accept(common::delivery("4"), vec![], common::at(9)).await?,
        Accepted::New,
        "a swept delivery is forgotten"
    );
    assert_eq!(
        store.accept(common::delivery("5"), vec![], common::at(9)).await?,
        Accepted::Duplicate,
        "a younger one is not"
    );
    assert_eq!(store.draft(&common::here(), &DraftId::new("d2")).await?, None, "old drafts are gone");
    assert_eq!(store.cache_get(&common::here(), "teammate", "U1").await?, None, "old facts are gone");
    Ok(())
}

pub(super) async fn sweeping_leaves_jobs_and_cards_alone(store: &dyn Store) -> Result<(), Fault> {
    put(store, &common::here(), [Effect::PutCard(card("C1", "c1", "kept")), Effect::Record(entry("kept"))]).await?;
    common::accept(store, [common::command("a", "kept")]).await?;
    store.sweep(common::at(1_000_000), 100).await?;
    assert_eq!(common::claim_one(store, common::at(0)).await?.body, "kept", "a job is never swept");
    assert_eq!(store.cards(&common::here(), &ConversationId::new("c1")).await?.len(), 1, "nor a card");
    assert_eq!(store.entries(&common::here(), &ConversationId::new("c1"), 9).await?.len(), 1, "nor an audit entry");
    Ok(())
}

pub(super) async fn effects_are_stored_with_every_verdict(store: &dyn Store) -> Result<(), Fault> {
    let verdicts = [
        Verdict::Done,
        Verdict::Continue { body: "on".into(), until: common::at(9) },
        common::retry(common::at(9)),
        common::dead(),
    ];
    for (verdict, name) in verdicts.into_iter().zip(["w", "x", "y", "z"]) {
        common::accept(store, [common::command(name, name)]).await?;
        let held = common::claim_one(store, common::at(0)).await?;
        common::settle_with(store, &held, verdict, effects(name)).await?;
        let said = common::only(store.claim(Queue::Outbox, 9, common::at(0), LEASE).await?)?;
        assert_eq!(said.body, name, "the message is stored");
        common::settle(store, &said, Verdict::Done).await?;
        let conversation = ConversationId::new(name);
        assert_eq!(store.cards(&common::here(), &conversation).await?.len(), 1, "the card of {name} is stored");
        assert_eq!(store.entries(&common::here(), &conversation, 9).await?.len(), 1, "the entry of {name} is stored");
        assert!(store.draft(&common::here(), &DraftId::new(name)).await?.is_some(), "the draft of {name} is stored");
    }
    assert_eq!(common::names(&common::claim(store, common::at(9)).await?), ["on", "y"], "the two that were to go on");
    Ok(())
}

pub(super) async fn nothing_of_a_late_settlement_is_stored(store: &dyn Store) -> Result<(), Fault> {
    common::accept(store, [common::command("a", "job")]).await?;
    let late = common::claim_one(store, common::at(0)).await?;
    let current = common::claim_one(store, common::at(30)).await?;
    let stored = store.settle(&late, Verdict::Done, effects("late").into(), common::at(31)).await?;
    assert_eq!(stored, Settled::LostLease, "another worker has it");
    common::settle(store, &current, Verdict::Done).await?;
    let conversation = ConversationId::new("late");
    assert_eq!(store.claim(Queue::Outbox, 9, common::at(31), LEASE).await?, [], "no message");
    assert_eq!(store.cards(&common::here(), &conversation).await?, [], "no card");
    assert_eq!(store.entries(&common::here(), &conversation, 9).await?, [], "no entry");
    assert_eq!(store.draft(&common::here(), &DraftId::new("late")).await?, None, "no draft");
    Ok(())
}

pub(super) async fn a_draft_is_taken_up_once(store: &dyn Store) -> Result<(), Fault> {
    let (id, actor) = (DraftId::new("d1"), SlackUserId::new("U1"));
    let draft = Draft { id: id.clone(), actor, at: common::at(0), body: "{}".into() };
    common::accept(store, [common::command("a", "keeps"), common::command("b", "takes up")]).await?;
    let claims = common::claim(store, common::at(0)).await?;
    let [keeps, takes_up] = claims.as_slice() else { panic!("two lines") };
    common::settle_with(store, keeps, Verdict::Done, [Effect::PutDraft(draft.clone())]).await?;
    assert_eq!(store.draft(&common::here(), &id).await?, Some(draft));
    common::settle_with(store, takes_up, Verdict::Done, [Effect::DropDraft(id.clone())]).await?;
    assert_eq!(store.draft(&common::here(), &id).await?, None, "it is gone");
    Ok(())
}

/// Stores effects through a job that is made for them.
pub(super) async fn put(
    store: &dyn Store,
    installation: &InstallationId,
    effects: impl IntoIterator<Item = Effect>,
) -> Result<(), Fault> {
    let effects: Vec<_> = effects.into_iter().collect();
    let body = format!("{installation} {effects:?}");
    common::accept(store, [NewJob { installation: installation.clone(), ..common::command("put", &body) }]).await?;
    common::settle_with(store, &common::claim_one(store, common::at(0)).await?, Verdict::Done, effects).await
}

fn card(channel: &str, conversation: &str, card_view: &str) -> Card {
    Card {
        channel: ChannelId::new(channel),
        conversation: ConversationId::new(conversation),
        ts: Some(MessageTs::new("1.1")),
        card_view: card_view.into(),
    }
}

fn entry(verb: &str) -> Entry {
    Entry {
        at: common::at(0),
        actor: SlackUserId::new("U1"),
        conversation: Some(ConversationId::new("c1")),
        verb: verb.into(),
        detail: "{}".into(),
    }
}

fn draft(id: &str, seconds: i64) -> Draft {
    Draft { id: DraftId::new(id), actor: SlackUserId::new("U1"), at: common::at(seconds), body: "{}".into() }
}

fn cache_entry(id: &str, alias: Option<&str>, seconds: i64) -> CacheEntry {
    CacheEntry {
        kind: "teammate".into(),
        id: id.into(),
        alias: alias.map(Into::into),
        at: common::at(seconds),
        body: format!("{{\"read\":{seconds}}}"),
    }
}

fn effects(name: &str) -> [Effect; 4] {
    [
        Effect::Enqueue(common::message(name, name)),
        Effect::PutCard(Card {
            channel: ChannelId::new("C1"),
            conversation: ConversationId::new(name),
            ts: Some(MessageTs::new("1.1")),
            card_view: "{}".into(),
        }),
        Effect::Record(Entry {
            at: common::at(0),
            actor: SlackUserId::new("U1"),
            conversation: Some(ConversationId::new(name)),
            verb: "assign".into(),
            detail: "{}".into(),
        }),
        Effect::PutDraft(Draft {
            id: DraftId::new(name),
            actor: SlackUserId::new("U1"),
            at: common::at(0),
            body: "{}".into(),
        }),
    ]
}
