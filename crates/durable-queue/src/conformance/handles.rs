//! Promises between two programs on one database.

use std::collections::HashSet;

use crate::conformance::common;
use crate::conformance::common::LEASE;
use crate::{Accepted, DurableQueue, FollowUp, Queue, QueueError, Settled, Verdict};

pub(super) async fn one_of_two_accepts_a_delivery(
    one: &dyn DurableQueue,
    other: &dyn DurableQueue,
) -> Result<(), QueueError> {
    for n in 0..20 {
        let key = n.to_string();
        let jobs = vec![common::command(&key, &key)];
        let (left, right) = tokio::join!(
            one.accept(common::delivery(&key), jobs.clone(), common::at(0)),
            other.accept(common::delivery(&key), jobs, common::at(0))
        );
        let new = [left?, right?].into_iter().filter(|accepted| *accepted == Accepted::New).count();
        assert_eq!(new, 1, "delivery {key} is new to exactly one");
    }
    assert_eq!(common::claim(one, common::at(0)).await?.len(), 20, "each has its job once");
    Ok(())
}

pub(super) async fn a_job_is_claimed_by_one_of_two(
    one: &dyn DurableQueue,
    other: &dyn DurableQueue,
) -> Result<(), QueueError> {
    common::accept(one, (0..60).map(|n| common::command(&n.to_string(), &n.to_string()))).await?;
    let mut seen = HashSet::new();
    while seen.len() < 60 {
        let (left, right) = tokio::join!(
            one.claim(Queue::Work, 7, common::at(0), LEASE),
            other.claim(Queue::Work, 7, common::at(0), LEASE)
        );
        let claims = [left?, right?].concat();
        assert!(!claims.is_empty(), "there are jobs left to claim");
        for claim in claims {
            assert!(seen.insert(claim.id), "{} is claimed once", claim.id);
        }
    }
    assert_eq!(common::claim(one, common::at(0)).await?, [], "none is left");
    assert_eq!(common::claim(other, common::at(0)).await?, [], "none is left");
    Ok(())
}

pub(super) async fn a_line_is_one_line_for_both(
    one: &dyn DurableQueue,
    other: &dyn DurableQueue,
) -> Result<(), QueueError> {
    common::accept(one, [common::command("a", "first")]).await?;
    common::accept(other, [common::command("a", "second")]).await?;
    let first = common::claim_one(other, common::at(0)).await?;
    assert_eq!(first.body, "first", "the oldest, of both handles");
    assert_eq!(common::claim(one, common::at(0)).await?, [], "the second waits");
    common::settle(other, &first, Verdict::Done).await?;
    assert_eq!(common::claim_one(one, common::at(0)).await?.body, "second", "the first is done, by the other handle");
    Ok(())
}

pub(super) async fn a_late_worker_is_fenced_off(
    one: &dyn DurableQueue,
    other: &dyn DurableQueue,
) -> Result<(), QueueError> {
    common::accept(one, [common::command("a", "job")]).await?;
    let late = common::claim_one(one, common::at(0)).await?;
    let current = common::claim_one(other, common::at(30)).await?;
    assert_eq!(current.id, late.id, "the lease ended, so the other took over");
    assert!(current.fence > late.fence, "with a higher fence");
    assert_eq!(one.renew(&late, common::at(99)).await?, Settled::LostLease, "the late one cannot renew");
    let follow_ups = vec![FollowUp::Enqueue(common::message("m", "twice"))];
    assert_eq!(one.settle(&late, Verdict::Done, follow_ups, common::at(31)).await?, Settled::LostLease, "nor settle");
    assert_eq!(other.next_due(Queue::Outbox).await?, None, "nothing of it was stored");
    common::settle(other, &current, common::retry(common::at(40))).await?;
    let third = common::claim_one(one, common::at(40)).await?;
    assert_eq!(third.attempt, 3, "attempts are counted across both");
    common::settle(one, &third, Verdict::Done).await
}

pub(super) async fn a_person_is_told_by_one_of_two(
    one: &dyn DurableQueue,
    other: &dyn DurableQueue,
) -> Result<(), QueueError> {
    common::accept(one, [common::command("a", "waits")]).await?;
    let job = common::only(other.overdue(common::at(9), 9).await?)?.id;
    let (left, right) = tokio::join!(
        one.tell(job, common::message("m", "it waits"), common::at(9)),
        other.tell(job, common::message("m", "it waits"), common::at(9))
    );
    assert_ne!(left?, right?, "exactly one stored the notice");
    common::only(one.claim(Queue::Outbox, 9, common::at(9), LEASE).await?).map(drop)
}

pub(super) async fn each_sees_what_the_other_stored(
    one: &dyn DurableQueue,
    other: &dyn DurableQueue,
) -> Result<(), QueueError> {
    for n in 0..20 {
        let (writer, reader) = if n % 2 == 0 { (one, other) } else { (other, one) };
        common::accept(writer, [common::command("a", &n.to_string())]).await?;
        assert_eq!(reader.overview().await?.inbox, n + 1, "what is answered is there for both");
    }
    Ok(())
}
