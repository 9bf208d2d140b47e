//! A claim is the right to work until its lease ends, and no longer than until the next claim.

use crate::conformance::common;
use crate::conformance::common::LEASE;
use crate::{Claim, DurableQueue, FollowUp, JobId, NewJob, Queue, QueueError, Settled, Verdict};

pub(super) async fn takes_only_what_is_due(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [NewJob { due: common::at(10), ..common::command("a", "later") }]).await?;
    assert_eq!(common::claim(store, common::at(9)).await?, [], "it is not due yet");
    assert_eq!(common::claim_one(store, common::at(10)).await?.body, "later", "it is due from its due time on");
    Ok(())
}

pub(super) async fn takes_at_most_max_in_the_order_of_their_turns(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let due = |seconds, body: &str| NewJob { due: common::at(seconds), ..common::command(body, body) };
    common::accept(store, [due(3, "d"), due(1, "b"), due(0, "a"), due(1, "c"), due(9, "e")]).await?;
    assert_eq!(store.claim(Queue::Work, 0, common::at(3), LEASE).await?, [], "none were asked for");
    let two = store.claim(Queue::Work, 2, common::at(3), LEASE).await?;
    assert_eq!(common::names(&two), ["d", "b"], "those that came first");
    let rest = store.claim(Queue::Work, 9, common::at(3), LEASE).await?;
    assert_eq!(common::names(&rest), ["a", "c"], "and what else is due");
    Ok(())
}

pub(super) async fn queues_are_claimed_apart(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "do"), common::message("b", "say")]).await?;
    let said = common::only(store.claim(Queue::Outbox, 9, common::at(0), LEASE).await?)?;
    assert_eq!((said.body.as_str(), said.queue), ("say", Queue::Outbox), "only the messages");
    assert_eq!(common::claim_one(store, common::at(0)).await?.body, "do", "only the commands");
    Ok(())
}

pub(super) async fn a_lease_that_ended_is_claimed_again(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "job"), common::command("a", "next")]).await?;
    let first = common::claim_one(store, common::at(0)).await?;
    assert_eq!(common::claim(store, common::at(29)).await?, [], "the lease holds");
    let second = common::claim_one(store, common::at(30)).await?;
    assert_eq!(second.id, first.id, "the same job, because nothing overtakes it");
    assert_eq!((first.attempt, second.attempt), (1, 2), "attempts are counted");
    assert!(second.fence > first.fence, "the fence grows");
    Ok(())
}

pub(super) async fn a_late_settlement_is_void(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "job"), common::command("a", "next")]).await?;
    let late = common::claim_one(store, common::at(0)).await?;
    let current = common::claim_one(store, common::at(30)).await?;
    for verdict in [
        Verdict::Done,
        Verdict::Continue { body: "changed".into(), until: common::at(99) },
        common::retry(common::at(0)),
        common::dead(),
    ] {
        let settled = store.settle(&late, verdict.clone(), everything(), common::at(30)).await?;
        assert_eq!(settled, Settled::LostLease, "{verdict:?} comes too late");
    }
    assert_eq!(
        common::claim(store, common::at(31)).await?,
        [],
        "the current lease holds and nothing was freed or added"
    );
    assert_eq!(store.next_due(Queue::Outbox).await?, None, "no message was stored");
    let again = common::claim_one(store, common::at(60)).await?;
    assert_eq!((again.body.as_str(), again.attempt), ("job", current.attempt + 1), "the job is as it was");
    Ok(())
}

pub(super) async fn an_ended_lease_nobody_took_still_holds(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "job")]).await?;
    let slow = common::claim_one(store, common::at(0)).await?;
    let settled = store.settle(&slow, Verdict::Done, vec![], common::at(500)).await?;
    assert_eq!(settled, Settled::Applied, "slow, but nobody else began");
    assert_eq!(common::claim(store, common::at(500)).await?, [], "it is done");
    Ok(())
}

pub(super) async fn renewing_moves_the_end_of_the_lease(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "job")]).await?;
    let held = common::claim_one(store, common::at(0)).await?;
    assert_eq!(store.renew(&held, common::at(50)).await?, Settled::Applied, "the claim holds");
    assert_eq!(common::claim(store, common::at(49)).await?, [], "the lease was prolonged");
    common::settle(store, &held, Verdict::Done).await
}

pub(super) async fn a_lost_lease_is_not_renewed(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "job")]).await?;
    let late = common::claim_one(store, common::at(0)).await?;
    let current = common::claim_one(store, common::at(30)).await?;
    assert_eq!(store.renew(&late, common::at(500)).await?, Settled::LostLease, "somebody else has it");
    assert_eq!(store.next_due(Queue::Work).await?, Some(common::at(60)), "the current lease is as it was");
    common::settle(store, &current, Verdict::Done).await?;
    assert_eq!(store.renew(&current, common::at(500)).await?, Settled::LostLease, "it is finished");
    Ok(())
}

pub(super) async fn a_claim_fits_only_its_own_job(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "job")]).await?;
    let held = common::claim_one(store, common::at(0)).await?;
    let forged = [
        Claim { installation: common::elsewhere(), ..held.clone() },
        Claim { id: JobId(held.id.0 + 1), ..held.clone() },
        Claim { fence: held.fence + 1, ..held.clone() },
        Claim { fence: held.fence - 1, ..held.clone() },
    ];
    for claim in forged {
        let settled = store.settle(&claim, Verdict::Done, everything(), common::at(0)).await?;
        assert_eq!(settled, Settled::LostLease, "{claim:?} was never given out");
        assert_eq!(store.renew(&claim, common::at(99)).await?, Settled::LostLease, "{claim:?} was never given out");
    }
    common::settle(store, &held, Verdict::Done).await
}

pub(super) async fn next_due_sees_what_nothing_holds_back(store: &dyn DurableQueue) -> Result<(), QueueError> {
    assert_eq!(store.next_due(Queue::Work).await?, None, "there is nothing");
    common::accept(
        store,
        [
            NewJob { due: common::at(20), ..common::command("a", "a1") },
            NewJob { due: common::at(5), ..common::command("a", "a2") },
        ],
    )
    .await?;
    assert_eq!(store.next_due(Queue::Work).await?, Some(common::at(20)), "a2 is held back by a1");
    assert_eq!(store.next_due(Queue::Outbox).await?, None, "queues are apart");
    common::accept(store, [NewJob { due: common::at(10), ..common::command("b", "b1") }]).await?;
    assert_eq!(store.next_due(Queue::Work).await?, Some(common::at(10)), "the earliest");
    let b1 = common::claim_one(store, common::at(10)).await?;
    assert_eq!(store.next_due(Queue::Work).await?, Some(common::at(20)), "b1 is leased until 40");
    common::claim_one(store, common::at(20)).await?;
    assert_eq!(store.next_due(Queue::Work).await?, Some(common::at(40)), "the end of a lease is a due time");
    common::settle(store, &b1, Verdict::Done).await?;
    assert_eq!(store.next_due(Queue::Work).await?, Some(common::at(50)), "a1's lease");
    Ok(())
}

fn everything() -> Vec<FollowUp> {
    vec![FollowUp::Enqueue(common::command("z", "new")), FollowUp::Enqueue(common::message("z", "say"))]
}
