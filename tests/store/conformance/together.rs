//! Settlements that arrive together may share a transaction. Each has its own outcome.

use super::common;
use dialnote_slack::core::error::Fault;
use dialnote_slack::core::ids::{ChannelId, ConversationId, MessageTs, SlackUserId};
use dialnote_slack::platform::db::{Card, Claim, Document, Effect, Entry, Settled, Store, Verdict};

pub(super) async fn of_two_settlements_of_a_claim_one_holds(store: &dyn Store) -> Result<(), Fault> {
    common::accept(store, [common::command("a", "one")]).await?;
    let claim = common::claim_one(store, common::at(0)).await?;
    let settle = |words: &str| store.settle(&claim, Verdict::Done, vec![recorded(words)], common::at(0));
    let (one, other) = tokio::join!(settle("one"), settle("other"));
    let mut settled = [one?, other?];
    settled.sort_by_key(|settled| *settled == Settled::LostLease);
    assert_eq!(settled, [Settled::Applied, Settled::LostLease], "one after the other");
    assert_eq!(store.latest(&common::here(), None, 9).await?.len(), 1, "and only that one is recorded");
    Ok(())
}

pub(super) async fn each_verdict_is_that_of_its_own_job(store: &dyn Store) -> Result<(), Fault> {
    let jobs = ["done", "dead", "retried", "continued", "late"];
    for job in jobs {
        common::accept(store, [common::command(job, job), common::command(job, &format!("after {job}"))]).await?;
    }
    let claims = common::claim(store, common::at(0)).await?;
    let [done, dead, retried, continued, late] = claims.as_slice() else { panic!("{claims:?}") };
    let late = Claim { fence: late.fence - 1, ..late.clone() };
    let until = common::at(60);
    let settle = |claim, verdict, words| store.settle(claim, verdict, vec![recorded(words)], common::at(0));
    let (one, two, three, four, five) = tokio::join!(
        settle(done, Verdict::Done, "done"),
        settle(dead, common::dead(), "dead"),
        settle(retried, common::retry(common::at(9)), "retried"),
        settle(continued, Verdict::Continue { body: "went on".into(), until }, "continued"),
        settle(&late, Verdict::Done, "late"),
    );
    assert_eq!([one?, two?, three?, four?], [Settled::Applied; 4], "all of these hold");
    assert_eq!(five?, Settled::LostLease, "and this one is too late");
    let recorded = store.latest(&common::here(), None, 9).await?;
    let mut verbs: Vec<_> = recorded.iter().map(|line| line.entry.verb.as_str()).collect();
    verbs.sort_unstable();
    assert_eq!(verbs, ["continued", "dead", "done", "retried"], "what holds is recorded");
    let next = common::claim(store, common::at(0)).await?;
    let mut next: Vec<_> = next.iter().map(|claim| claim.body.as_str()).collect();
    next.sort_unstable();
    assert_eq!(next, ["after dead", "after done"], "only those leave their lines");
    let later = common::claim(store, common::at(61)).await?;
    let mut later: Vec<_> = later.iter().map(|claim| claim.body.as_str()).collect();
    later.sort_unstable();
    assert_eq!(later, ["after dead", "after done", "late", "retried", "went on"], "the others when they are due");
    Ok(())
}

pub(super) async fn effects_on_one_row_keep_their_order(store: &dyn Store) -> Result<(), Fault> {
    let card = |ts: Option<&str>, view: &str| {
        Effect::PutCard(Card {
            channel: ChannelId::new("C1"),
            conversation: ConversationId::new("c1"),
            ts: ts.map(MessageTs::new),
            card_view: view.into(),
        })
    };
    let document = |id: &str, body: &str| Document {
        kind: "settings".into(),
        id: id.into(),
        at: common::at(1),
        due: None,
        body: body.into(),
    };
    let dropped = |id: &str| Effect::DropDocument { kind: "settings".into(), id: id.into() };
    let effects = vec![
        card(Some("1.1"), "one"),
        Effect::PutDocument(document("a", "one")),
        Effect::PutDocument(document("b", "one")),
        card(None, "two"),
        Effect::PutDocument(document("a", "two")),
        dropped("b"),
        dropped("c"),
        Effect::PutDocument(document("c", "three")),
    ];
    super::facts::put(store, &common::here(), effects).await?;
    let found = store.card(&common::here(), &ChannelId::new("C1"), &ConversationId::new("c1")).await?;
    let found = found.map(|card| (card.ts, card.card_view));
    assert_eq!(found, Some((Some(MessageTs::new("1.1")), "two".into())), "the later content, and the known message");
    let kept = store.documents(&common::here(), "settings", 9).await?;
    assert_eq!(kept, [document("a", "two"), document("c", "three")], "the last of each");
    Ok(())
}

fn recorded(verb: &str) -> Effect {
    Effect::Record(Entry {
        at: common::at(1),
        actor: SlackUserId::new("U1"),
        conversation: None,
        verb: verb.into(),
        detail: "{}".into(),
    })
}
