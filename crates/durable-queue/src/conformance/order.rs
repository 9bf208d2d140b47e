//! Jobs with one key run one at a time, oldest first.

use super::{
    LEASE, accept, at, claim, claim_one, command, dead, delivery, elsewhere, message, names, only, retry, settle,
    settle_with,
};
use crate::{Claim, DurableQueue, FollowUp, NewJob, Queue, QueueError, Verdict};

pub(super) async fn one_key_runs_one_at_a_time(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "first")]).await?;
    accept(store, [command("a", "second")]).await?;
    accept(store, [command("a", "third")]).await?;
    for expected in ["first", "second", "third"] {
        let claim = claim_one(store, at(0)).await?;
        assert_eq!(claim.body, expected, "the oldest goes first");
        assert_eq!(super::claim(store, at(0)).await?, [], "nothing else runs meanwhile");
        settle(store, &claim, Verdict::Done).await?;
    }
    Ok(())
}

pub(super) async fn an_older_job_goes_first_even_if_it_is_due_later(
    store: &dyn DurableQueue,
) -> Result<(), QueueError> {
    accept(store, [NewJob { due: at(60), ..command("a", "old") }]).await?;
    accept(store, [command("a", "young")]).await?;
    assert_eq!(claim(store, at(59)).await?, [], "the younger waits for the older");
    assert_eq!(claim_one(store, at(60)).await?.body, "old");
    Ok(())
}

pub(super) async fn different_keys_run_in_parallel(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "a1"), command("a", "a2"), command("b", "b1"), command("c", "c1")]).await?;
    assert_eq!(names(&claim(store, at(0)).await?), ["a1", "b1", "c1"], "the head of every line runs");
    Ok(())
}

pub(super) async fn lines_belong_to_an_installation_and_a_lane(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let theirs = NewJob { installation: elsewhere(), ..command("a", "theirs") };
    accept(store, [command("a", "ours"), theirs, message("a", "said")]).await?;
    let claims = claim(store, at(0)).await?;
    assert_eq!(names(&claims), ["ours", "theirs"], "the same key in another installation is another line");
    let said = only(store.claim(Queue::Outbox, 9, at(0), LEASE).await?)?;
    assert_eq!(said.body, "said", "the same key in another lane is another line");
    for claim in &claims {
        settle(store, claim, Verdict::Done).await?;
    }
    settle(store, &said, Verdict::Done).await
}

pub(super) async fn behind_joins_the_other_line(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("maya", "looks for the conversation")]).await?;
    let waits = NewJob { after_key: Some("maya".into()), ..command("conversation", "waits") };
    accept(store, [waits]).await?;
    let first = claim_one(store, at(0)).await?;
    assert_eq!(first.body, "looks for the conversation");
    settle(store, &first, Verdict::Done).await?;
    let second = claim_one(store, at(0)).await?;
    assert_eq!(second.body, "waits", "it runs when the other is done");
    assert_eq!(second.key, "maya", "under the other's key");
    Ok(())
}

pub(super) async fn behind_a_job_that_is_being_worked_on(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("maya", "runs")]).await?;
    let running = claim_one(store, at(0)).await?;
    accept(store, [NewJob { after_key: Some("maya".into()), ..command("b", "waits") }]).await?;
    settle(store, &running, retry(at(10))).await?;
    accept(store, [NewJob { after_key: Some("maya".into()), ..command("b", "waits too") }]).await?;
    assert_eq!(claim(store, at(9)).await?, [], "a claimed or postponed job is unfinished");
    let running = claim_one(store, at(10)).await?;
    settle(store, &running, Verdict::Done).await?;
    assert_eq!(claim_one(store, at(10)).await?.body, "waits");
    Ok(())
}

pub(super) async fn behind_nobody_keeps_its_own_key(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("maya", "finished")]).await?;
    settle(store, &claim_one(store, at(0)).await?, Verdict::Done).await?;
    accept(store, [NewJob { after_key: Some("maya".into()), ..command("own", "free") }]).await?;
    assert_eq!(claim_one(store, at(0)).await?.key, "own", "there is no job to wait for");
    Ok(())
}

pub(super) async fn behind_looks_only_at_its_own_installation_and_lane(
    store: &dyn DurableQueue,
) -> Result<(), QueueError> {
    let theirs = NewJob { installation: elsewhere(), ..command("maya", "theirs") };
    accept(store, [theirs, message("maya", "said")]).await?;
    accept(store, [NewJob { after_key: Some("maya".into()), ..command("own", "ours") }]).await?;
    let claims = claim(store, at(0)).await?;
    assert_eq!(names(&claims), ["theirs", "ours"], "neither is in the way");
    assert!(claims.iter().any(|claim| claim.key == "own"), "it keeps its own key");
    Ok(())
}

pub(super) async fn behind_a_dead_job_is_behind_nobody(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("maya", "given up")]).await?;
    settle(store, &claim_one(store, at(0)).await?, dead()).await?;
    accept(store, [NewJob { after_key: Some("maya".into()), ..command("own", "free") }]).await?;
    assert_eq!(claim_one(store, at(0)).await?.key, "own", "a dead job blocks no other");
    Ok(())
}

pub(super) async fn jobs_of_one_delivery_are_taken_in_in_order(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let jobs = [
        command("maya", "first"),
        NewJob { after_key: Some("maya".into()), ..command("own", "second") },
        NewJob { after_key: Some("own".into()), ..command("third", "third") },
        command("maya", "fourth"),
    ];
    store.accept(delivery("one"), jobs.into(), at(0)).await?;
    let claims = claim(store, at(0)).await?;
    assert_eq!(names(&claims), ["first", "third"], "the second joined the first's line, so its own is empty");
    for claim in &claims {
        settle(store, claim, Verdict::Done).await?;
    }
    assert_eq!(claim_one(store, at(0)).await?.body, "second");
    Ok(())
}

pub(super) async fn a_job_that_finds_its_key_moves_to_it(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("maya", "search"), command("maya", "next of maya"), command("c7", "older on c7")]).await?;
    let claims = claim(store, at(0)).await?;
    let [search, older] = claims.as_slice() else { panic!("two lines, but {:?} run", names(&claims)) };
    let found =
        NewJob { accepted: search.accepted, delay_notified: search.delay_notified, ..command("c7", "found c7") };
    settle_with(store, search, Verdict::Done, [FollowUp::Enqueue(found)]).await?;
    assert_eq!(claim_one(store, at(0)).await?.body, "next of maya", "the line it left moves on");
    settle(store, older, Verdict::Done).await?;
    assert_eq!(claim_one(store, at(0)).await?.body, "found c7", "it waited in the line it joined");
    Ok(())
}

pub(super) async fn all_that_follows_from_a_request_knows_which(store: &dyn DurableQueue) -> Result<(), QueueError> {
    store.accept(delivery("trigger"), vec![NewJob { accepted: at(3), ..command("a", "asked") }], at(3)).await?;
    let asked = claim_one(store, at(3)).await?;
    assert_eq!(asked.request(), at(3), "what is accepted is its own request");
    settle(store, &asked, retry(at(4))).await?;
    let asked = claim_one(store, at(4)).await?;
    let later = NewJob { accepted: at(5), ..command("b", "follows") };
    settle_with(store, &asked, Verdict::Done, [FollowUp::Enqueue(later)]).await?;
    let follows = claim_one(store, at(5)).await?;
    assert_eq!((follows.accepted, follows.request()), (at(5), at(3)), "what follows has a time of its own");
    settle_with(store, &follows, Verdict::Done, [FollowUp::Enqueue(message("m", "said"))]).await?;
    let said = store.claim(Queue::Outbox, 1, at(5), LEASE).await?;
    assert_eq!(said.first().map(Claim::request), Some(at(3)), "in whatever lane, however far");
    Ok(())
}
