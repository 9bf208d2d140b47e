//! A claim is the right to work until its lease ends, and no longer than until the next claim.

use super::{LEASE, accept, at, claim, claim_one, command, elsewhere, message, names, only, retry, settle};
use crate::{Claim, DurableQueue, FollowUp, JobId, NewJob, Queue, QueueError, Settled, Verdict};

pub(super) async fn takes_only_what_is_due(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [NewJob { due: at(10), ..command("a", "later") }]).await?;
    assert_eq!(claim(store, at(9)).await?, [], "it is not due yet");
    assert_eq!(claim_one(store, at(10)).await?.body, "later", "it is due from its due time on");
    Ok(())
}

pub(super) async fn takes_at_most_max_in_the_order_of_their_turns(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let due = |seconds, body: &str| NewJob { due: at(seconds), ..command(body, body) };
    accept(store, [due(3, "d"), due(1, "b"), due(0, "a"), due(1, "c"), due(9, "e")]).await?;
    assert_eq!(store.claim(Queue::Work, 0, at(3), LEASE).await?, [], "none were asked for");
    let two = store.claim(Queue::Work, 2, at(3), LEASE).await?;
    assert_eq!(names(&two), ["d", "b"], "those that came first");
    let rest = store.claim(Queue::Work, 9, at(3), LEASE).await?;
    assert_eq!(names(&rest), ["a", "c"], "and what else is due");
    Ok(())
}

pub(super) async fn lanes_are_claimed_apart(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "do"), message("b", "say")]).await?;
    let said = only(store.claim(Queue::Outbox, 9, at(0), LEASE).await?)?;
    assert_eq!((said.body.as_str(), said.queue), ("say", Queue::Outbox), "only the messages");
    assert_eq!(claim_one(store, at(0)).await?.body, "do", "only the commands");
    Ok(())
}

pub(super) async fn a_lease_that_ended_is_claimed_again(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "job"), command("a", "next")]).await?;
    let first = claim_one(store, at(0)).await?;
    assert_eq!(claim(store, at(29)).await?, [], "the lease holds");
    let second = claim_one(store, at(30)).await?;
    assert_eq!(second.id, first.id, "the same job, because nothing overtakes it");
    assert_eq!((first.attempt, second.attempt), (1, 2), "attempts are counted");
    assert!(second.fence > first.fence, "the fence grows");
    Ok(())
}

pub(super) async fn a_late_settlement_is_void(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "job"), command("a", "next")]).await?;
    let late = claim_one(store, at(0)).await?;
    let current = claim_one(store, at(30)).await?;
    for verdict in
        [Verdict::Done, Verdict::Continue { body: "changed".into(), until: at(99) }, retry(at(0)), super::dead()]
    {
        let settled = store.settle(&late, verdict.clone(), everything(), at(30)).await?;
        assert_eq!(settled, Settled::LostLease, "{verdict:?} comes too late");
    }
    assert_eq!(claim(store, at(31)).await?, [], "the current lease holds and nothing was freed or added");
    assert_eq!(store.next_due(Queue::Outbox).await?, None, "no message was stored");
    let again = claim_one(store, at(60)).await?;
    assert_eq!((again.body.as_str(), again.attempt), ("job", current.attempt + 1), "the job is as it was");
    Ok(())
}

pub(super) async fn an_ended_lease_nobody_took_still_holds(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "job")]).await?;
    let slow = claim_one(store, at(0)).await?;
    let settled = store.settle(&slow, Verdict::Done, vec![], at(500)).await?;
    assert_eq!(settled, Settled::Applied, "slow, but nobody else began");
    assert_eq!(claim(store, at(500)).await?, [], "it is done");
    Ok(())
}

pub(super) async fn renewing_moves_the_end_of_the_lease(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "job")]).await?;
    let held = claim_one(store, at(0)).await?;
    assert_eq!(store.renew(&held, at(50)).await?, Settled::Applied, "the claim holds");
    assert_eq!(claim(store, at(49)).await?, [], "the lease was prolonged");
    settle(store, &held, Verdict::Done).await
}

pub(super) async fn a_lost_lease_is_not_renewed(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "job")]).await?;
    let late = claim_one(store, at(0)).await?;
    let current = claim_one(store, at(30)).await?;
    assert_eq!(store.renew(&late, at(500)).await?, Settled::LostLease, "somebody else has it");
    assert_eq!(store.next_due(Queue::Work).await?, Some(at(60)), "the current lease is as it was");
    settle(store, &current, Verdict::Done).await?;
    assert_eq!(store.renew(&current, at(500)).await?, Settled::LostLease, "it is finished");
    Ok(())
}

pub(super) async fn a_claim_fits_only_its_own_job(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "job")]).await?;
    let held = claim_one(store, at(0)).await?;
    let forged = [
        Claim { installation: elsewhere(), ..held.clone() },
        Claim { id: JobId(held.id.0 + 1), ..held.clone() },
        Claim { fence: held.fence + 1, ..held.clone() },
        Claim { fence: held.fence - 1, ..held.clone() },
    ];
    for claim in forged {
        let settled = store.settle(&claim, Verdict::Done, everything(), at(0)).await?;
        assert_eq!(settled, Settled::LostLease, "{claim:?} was never given out");
        assert_eq!(store.renew(&claim, at(99)).await?, Settled::LostLease, "{claim:?} was never given out");
    }
    settle(store, &held, Verdict::Done).await
}

pub(super) async fn next_due_sees_what_nothing_holds_back(store: &dyn DurableQueue) -> Result<(), QueueError> {
    assert_eq!(store.next_due(Queue::Work).await?, None, "there is nothing");
    accept(store, [NewJob { due: at(20), ..command("a", "a1") }, NewJob { due: at(5), ..command("a", "a2") }]).await?;
    assert_eq!(store.next_due(Queue::Work).await?, Some(at(20)), "a2 is held back by a1");
    assert_eq!(store.next_due(Queue::Outbox).await?, None, "lanes are apart");
    accept(store, [NewJob { due: at(10), ..command("b", "b1") }]).await?;
    assert_eq!(store.next_due(Queue::Work).await?, Some(at(10)), "the earliest");
    let b1 = claim_one(store, at(10)).await?;
    assert_eq!(store.next_due(Queue::Work).await?, Some(at(20)), "b1 is leased until 40");
    claim_one(store, at(20)).await?;
    assert_eq!(store.next_due(Queue::Work).await?, Some(at(40)), "the end of a lease is a due time");
    settle(store, &b1, Verdict::Done).await?;
    assert_eq!(store.next_due(Queue::Work).await?, Some(at(50)), "a1's lease");
    Ok(())
}

fn everything() -> Vec<FollowUp> {
    vec![FollowUp::Enqueue(command("z", "new")), FollowUp::Enqueue(message("z", "say"))]
}
