//! Jobs with one key run one at a time, oldest first.

use crate::conformance::common;
use crate::conformance::common::LEASE;
use crate::{Claim, DurableQueue, FollowUp, NewJob, Queue, QueueError, Verdict};

pub(super) async fn one_key_runs_one_at_a_time(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "first")]).await?;
    common::accept(store, [common::command("a", "second")]).await?;
    common::accept(store, [common::command("a", "third")]).await?;
    for expected in ["first", "second", "third"] {
        let claim = common::claim_one(store, common::at(0)).await?;
        assert_eq!(claim.body, expected, "the oldest goes first");
        assert_eq!(common::claim(store, common::at(0)).await?, [], "nothing else runs until then");
        common::settle(store, &claim, Verdict::Done).await?;
    }
    Ok(())
}

pub(super) async fn an_older_job_goes_first_even_if_it_is_due_later(
    store: &dyn DurableQueue,
) -> Result<(), QueueError> {
    common::accept(store, [NewJob { due: common::at(60), ..common::command("a", "old") }]).await?;
    common::accept(store, [common::command("a", "young")]).await?;
    assert_eq!(common::claim(store, common::at(59)).await?, [], "the younger waits for the older");
    assert_eq!(common::claim_one(store, common::at(60)).await?.body, "old");
    Ok(())
}

pub(super) async fn different_keys_run_in_parallel(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(
        store,
        [
            common::command("a", "a1"),
            common::command("a", "a2"),
            common::command("b", "b1"),
            common::command("c", "c1"),
        ],
    )
    .await?;
    assert_eq!(
        common::names(&common::claim(store, common::at(0)).await?),
        ["a1", "b1", "c1"],
        "the head of every line runs"
    );
    Ok(())
}

pub(super) async fn partitions_belong_to_a_tenant_and_a_queue(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let theirs = NewJob { installation: common::elsewhere(), ..common::command("a", "theirs") };
    common::accept(store, [common::command("a", "ours"), theirs, common::message("a", "said")]).await?;
    let claims = common::claim(store, common::at(0)).await?;
    assert_eq!(common::names(&claims), ["ours", "theirs"], "the same key in another installation is another line");
    let said = common::only(store.claim(Queue::Outbox, 9, common::at(0), LEASE).await?)?;
    assert_eq!(said.body, "said", "the same key in another queue is another partition");
    for claim in &claims {
        common::settle(store, claim, Verdict::Done).await?;
    }
    common::settle(store, &said, Verdict::Done).await
}

pub(super) async fn behind_joins_the_other_line(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("maya", "looks for the conversation")]).await?;
    let waits = NewJob { after_key: Some("maya".into()), ..common::command("conversation", "waits") };
    common::accept(store, [waits]).await?;
    let first = common::claim_one(store, common::at(0)).await?;
    assert_eq!(first.body, "looks for the conversation");
    common::settle(store, &first, Verdict::Done).await?;
    let second = common::claim_one(store, common::at(0)).await?;
    assert_eq!(second.body, "waits", "it runs when the other is done");
    assert_eq!(second.key, "maya", "under the other's key");
    Ok(())
}

pub(super) async fn behind_a_job_that_is_being_worked_on(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("maya", "runs")]).await?;
    let running = common::claim_one(store, common::at(0)).await?;
    common::accept(store, [NewJob { after_key: Some("maya".into()), ..common::command("b", "waits") }]).await?;
    common::settle(store, &running, common::retry(common::at(10))).await?;
    common::accept(store, [NewJob { after_key: Some("maya".into()), ..common::command("b", "waits too") }]).await?;
    assert_eq!(common::claim(store, common::at(9)).await?, [], "a claimed or postponed job is unfinished");
    let running = common::claim_one(store, common::at(10)).await?;
    common::settle(store, &running, Verdict::Done).await?;
    assert_eq!(common::claim_one(store, common::at(10)).await?.body, "waits");
    Ok(())
}

pub(super) async fn behind_nobody_keeps_its_own_key(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("maya", "finished")]).await?;
    common::settle(store, &common::claim_one(store, common::at(0)).await?, Verdict::Done).await?;
    common::accept(store, [NewJob { after_key: Some("maya".into()), ..common::command("own", "free") }]).await?;
    assert_eq!(common::claim_one(store, common::at(0)).await?.key, "own", "there is no job to wait for");
    Ok(())
}

pub(super) async fn behind_looks_only_at_its_own_tenant_and_queue(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let theirs = NewJob { installation: common::elsewhere(), ..common::command("maya", "theirs") };
    common::accept(store, [theirs, common::message("maya", "said")]).await?;
    common::accept(store, [NewJob { after_key: Some("maya".into()), ..common::command("own", "ours") }]).await?;
    let claims = common::claim(store, common::at(0)).await?;
    assert_eq!(common::names(&claims), ["theirs", "ours"], "neither is in the way");
    assert!(claims.iter().any(|claim| claim.key == "own"), "it keeps its own key");
    Ok(())
}

pub(super) async fn behind_a_dead_job_is_behind_nobody(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("maya", "given up")]).await?;
    common::settle(store, &common::claim_one(store, common::at(0)).await?, common::dead()).await?;
    common::accept(store, [NewJob { after_key: Some("maya".into()), ..common::command("own", "free") }]).await?;
    assert_eq!(common::claim_one(store, common::at(0)).await?.key, "own", "a dead job blocks no other");
    Ok(())
}

pub(super) async fn jobs_of_one_delivery_are_taken_in_in_order(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let jobs = [
        common::command("maya", "first"),
        NewJob { after_key: Some("maya".into()), ..common::command("own", "second") },
        NewJob { after_key: Some("own".into()), ..common::command("third", "third") },
        common::command("maya", "fourth"),
    ];
    store.accept(common::delivery("one"), jobs.into(), common::at(0)).await?;
    let claims = common::claim(store, common::at(0)).await?;
    assert_eq!(common::names(&claims), ["first", "third"], "the second joined the first's line, so its own is empty");
    for claim in &claims {
        common::settle(store, claim, Verdict::Done).await?;
    }
    assert_eq!(common::claim_one(store, common::at(0)).await?.body, "second");
    Ok(())
}

pub(super) async fn a_job_that_finds_its_key_moves_to_it(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(
        store,
        [
            common::command("maya", "search"),
            common::command("maya", "next of maya"),
            common::command("c7", "older on c7"),
        ],
    )
    .await?;
    let claims = common::claim(store, common::at(0)).await?;
    let [search, older] = claims.as_slice() else { panic!("two lines, but {:?} run", common::names(&claims)) };
    let found = NewJob {
        accepted: search.accepted,
        delay_notified: search.delay_notified,
        ..common::command("c7", "found c7")
    };
    common::settle_with(store, search, Verdict::Done, [FollowUp::Enqueue(found)]).await?;
    assert_eq!(common::claim_one(store, common::at(0)).await?.body, "next of maya", "the line it left moves on");
    common::settle(store, older, Verdict::Done).await?;
    assert_eq!(common::claim_one(store, common::at(0)).await?.body, "found c7", "it waited in the line it joined");
    Ok(())
}

pub(super) async fn all_that_follows_from_a_request_knows_which(store: &dyn DurableQueue) -> Result<(), QueueError> {
    store
        .accept(
            common::delivery("trigger"),
            vec![NewJob { accepted: common::at(3), ..common::command("a", "asked") }],
            common::at(3),
        )
        .await?;
    let asked = common::claim_one(store, common::at(3)).await?;
    assert_eq!(asked.request(), common::at(3), "what is accepted is its own request");
    common::settle(store, &asked, common::retry(common::at(4))).await?;
    let asked = common::claim_one(store, common::at(4)).await?;
    let later = NewJob { accepted: common::at(5), ..common::command("b", "follows") };
    common::settle_with(store, &asked, Verdict::Done, [FollowUp::Enqueue(later)]).await?;
    let follows = common::claim_one(store, common::at(5)).await?;
    assert_eq!(
        (follows.accepted, follows.request()),
        (common::at(5), common::at(3)),
        "what follows has a time of its own"
    );
    common::settle_with(store, &follows, Verdict::Done, [FollowUp::Enqueue(common::message("m", "said"))]).await?;
    let said = store.claim(Queue::Outbox, 1, common::at(5), LEASE).await?;
    assert_eq!(said.first().map(Claim::request), Some(common::at(3)), "in whatever queue, however far");
    Ok(())
}
