//! Verdicts are stored together with their consequences.

use crate::conformance::common;
use crate::conformance::common::LEASE;
use crate::{DurableQueue, FollowUp, NewJob, Queue, QueueError, Settled, Verdict};

pub(super) async fn done_removes_the_job_and_frees_the_next(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "first"), common::command("a", "second")]).await?;
    common::settle(store, &common::claim_one(store, common::at(0)).await?, Verdict::Done).await?;
    assert_eq!(store.overview().await?.inbox, 1, "the first is gone");
    assert_eq!(common::claim_one(store, common::at(0)).await?.body, "second", "the second may run");
    assert_eq!(common::claim_one(store, common::at(900)).await?.body, "second", "the first never comes back");
    Ok(())
}

pub(super) async fn a_job_is_settled_once(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "one"), common::command("b", "two")]).await?;
    let claims = common::claim(store, common::at(0)).await?;
    for (claim, verdict) in claims.iter().zip([Verdict::Done, common::dead()]) {
        common::settle(store, claim, verdict).await?;
        let follow_ups = vec![FollowUp::Enqueue(common::command("c", "again"))];
        let again = store.settle(claim, Verdict::Done, follow_ups, common::at(0)).await?;
        assert_eq!(again, Settled::LostLease, "{} was settled already", claim.body);
    }
    assert_eq!(common::claim(store, common::at(900)).await?, [], "nothing came of the second settlement");
    assert_eq!(store.overview().await?.dead, 1, "the dead job stays");
    Ok(())
}

pub(super) async fn continue_replaces_the_body_under_the_same_claim(
    store: &dyn DurableQueue,
) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "step 1"), common::command("a", "next")]).await?;
    let held = common::claim_one(store, common::at(0)).await?;
    common::settle(store, &held, Verdict::Continue { body: "step 2".into(), until: common::at(40) }).await?;
    common::settle(store, &held, Verdict::Continue { body: "step 3".into(), until: common::at(50) }).await?;
    let again = common::claim_one(store, common::at(50)).await?;
    assert_eq!(again.id, held.id, "it is the same job, still first in its line");
    assert_eq!(again.body, "step 3", "as it stands after its last step");
    assert_eq!(again.attempt, 2, "a step is not an attempt");
    let late = store.settle(&held, Verdict::Done, vec![], common::at(50)).await?;
    assert_eq!(late, Settled::LostLease, "the lease ended and the job was claimed again");
    Ok(())
}

pub(super) async fn continue_moves_the_end_of_the_lease(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "step 1")]).await?;
    let held = common::claim_one(store, common::at(0)).await?;
    common::settle(store, &held, Verdict::Continue { body: "step 2".into(), until: common::at(45) }).await?;
    assert_eq!(common::claim(store, common::at(44)).await?, [], "the claim goes on");
    assert_eq!(store.next_due(Queue::Work).await?, Some(common::at(45)), "until the given time");
    common::settle(store, &held, Verdict::Done).await
}

pub(super) async fn retry_keeps_the_place_in_line(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "first"), common::command("a", "second")]).await?;
    let first = common::claim_one(store, common::at(0)).await?;
    common::settle(store, &first, common::retry(common::at(100))).await?;
    assert_eq!(common::claim(store, common::at(99)).await?, [], "the second still waits for the first");
    let again = common::claim_one(store, common::at(100)).await?;
    assert_eq!((again.id, again.body.as_str()), (first.id, "first"), "the first is first again");
    assert_eq!(again.attempt, 2, "this is its second attempt");
    assert!(again.fence > first.fence, "the fence grows");
    Ok(())
}

pub(super) async fn retry_ends_the_claim(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "job")]).await?;
    let given_back = common::claim_one(store, common::at(0)).await?;
    common::settle(store, &given_back, common::retry(common::at(100))).await?;
    let twice = store
        .settle(
            &given_back,
            common::retry(common::at(5)),
            vec![FollowUp::Enqueue(common::message("b", "twice"))],
            common::at(0),
        )
        .await?;
    assert_eq!(twice, Settled::LostLease, "a claim that was given back holds no more");
    assert_eq!(store.renew(&given_back, common::at(5)).await?, Settled::LostLease, "nor can it be renewed");
    assert_eq!(store.next_due(Queue::Work).await?, Some(common::at(100)), "the job is due when it was said");
    assert_eq!(store.next_due(Queue::Outbox).await?, None, "no effect was stored twice");
    Ok(())
}

pub(super) async fn dead_is_kept_and_frees_the_next(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "first"), common::command("a", "second")]).await?;
    common::settle(store, &common::claim_one(store, common::at(0)).await?, common::dead()).await?;
    let overview = store.overview().await?;
    assert_eq!((overview.dead, overview.inbox), (1, 1), "it is kept, but no longer waits");
    let second = common::claim_one(store, common::at(0)).await?;
    assert_eq!(second.body, "second", "the next may run");
    common::settle(store, &second, Verdict::Done).await?;
    common::accept(store, [common::command("a", "third")]).await?;
    assert_eq!(
        common::claim_one(store, common::at(900)).await?.body,
        "third",
        "a dead job blocks no other and is never claimed"
    );
    Ok(())
}

pub(super) async fn follow_ups_are_stored_with_every_verdict(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let verdicts = [
        Verdict::Done,
        Verdict::Continue { body: "on".into(), until: common::at(9) },
        common::retry(common::at(9)),
        common::dead(),
    ];
    for (n, (verdict, name)) in verdicts.into_iter().zip(["w", "x", "y", "z"]).enumerate() {
        common::accept(store, [common::command(name, name)]).await?;
        let held = common::claim_one(store, common::at(0)).await?;
        let closed = FollowUp::Close { bucket: name.into(), until: common::at(9) };
        common::settle_with(store, &held, verdict, [FollowUp::Enqueue(common::message(name, name)), closed]).await?;
        let said = common::only(store.claim(Queue::Outbox, 9, common::at(0), LEASE).await?)?;
        assert_eq!(said.body, name, "the message is stored");
        common::settle(store, &said, Verdict::Done).await?;
        assert_eq!(store.limits(common::at(0), 9).await?.len(), n + 1, "the bucket {name} is closed");
    }
    assert_eq!(common::names(&common::claim(store, common::at(9)).await?), ["on", "y"], "the two that were to go on");
    Ok(())
}

pub(super) async fn the_verdict_comes_before_what_follows(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("maya", "search")]).await?;
    let search = common::claim_one(store, common::at(0)).await?;
    let found = NewJob { after_key: Some("maya".into()), ..common::command("c7", "found c7") };
    common::settle_with(store, &search, Verdict::Done, [FollowUp::Enqueue(found)]).await?;
    assert_eq!(common::claim_one(store, common::at(0)).await?.key, "c7", "what is done is not waited for");
    Ok(())
}
