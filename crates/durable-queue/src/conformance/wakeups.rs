//! A worker that sleeps until the next due time is woken when that becomes earlier. A bell may ring too
//! often, so silence is never asserted. A worker may also leave its wish for jobs with the queue, and gets them as soon
//! as they are due.

use std::sync::Arc;
use std::time::Duration;

use crate::conformance::common;
use crate::{Claim, DurableQueue, FollowUp, NewJob, Queue, QueueError, Verdict};

pub(super) async fn an_accepted_job_rings_its_queue(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "do")]).await?;
    pending(store, Queue::Work, "a command came").await;
    common::accept(store, [common::message("a", "say")]).await?;
    pending(store, Queue::Outbox, "a message came").await;
    Ok(())
}

pub(super) async fn a_freed_successor_rings(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(
        store,
        [common::command("a", "first"), common::command("a", "second"), common::command("a", "third")],
    )
    .await?;
    let first = common::claim_one(store, common::at(0)).await?;
    hush(store, Queue::Work).await;
    common::settle(store, &first, Verdict::Done).await?;
    pending(store, Queue::Work, "the second was freed").await;
    let second = common::claim_one(store, common::at(0)).await?;
    common::settle(store, &second, common::dead()).await?;
    pending(store, Queue::Work, "the third was freed").await;
    Ok(())
}

pub(super) async fn a_retry_before_the_end_of_the_lease_rings(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "job")]).await?;
    let held = common::claim_one(store, common::at(0)).await?;
    hush(store, Queue::Work).await;
    common::settle(store, &held, common::retry(common::at(5))).await?;
    pending(store, Queue::Work, "it is due at 5, no longer at 30").await;
    Ok(())
}

pub(super) async fn a_shortened_lease_rings(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "job")]).await?;
    let held = common::claim_one(store, common::at(0)).await?;
    hush(store, Queue::Work).await;
    store.renew(&held, common::at(20)).await?;
    pending(store, Queue::Work, "the lease ends at 20, no longer at 30").await;
    common::settle(store, &held, Verdict::Continue { body: "on".into(), until: common::at(10) }).await?;
    pending(store, Queue::Work, "the lease ends at 10, no longer at 20").await;
    Ok(())
}

pub(super) async fn a_following_job_rings_its_queue(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "job")]).await?;
    let held = common::claim_one(store, common::at(0)).await?;
    common::settle_with(store, &held, Verdict::Done, [FollowUp::Enqueue(common::message("m", "say"))]).await?;
    pending(store, Queue::Outbox, "a message follows").await;
    Ok(())
}

pub(super) async fn a_notice_rings(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [NewJob { due: common::at(99), ..common::command("a", "waits") }]).await?;
    let waiting = common::only(store.overdue(common::at(9), 9).await?)?;
    store.tell(waiting.id, common::message("m", "it waits"), common::at(9)).await?;
    pending(store, Queue::Outbox, "a notice came").await;
    Ok(())
}

pub(super) async fn a_claim_waits_for_a_job(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let (claims, accepted) =
        tokio::join!(waiting(store, Queue::Work), common::accept(store, [common::command("a", "do")]));
    accepted?;
    let claim = common::only(claims?)?;
    assert_eq!(claim.body, "do");
    common::settle(store, &claim, Verdict::Done).await
}

pub(super) async fn a_claim_waits_for_what_follows(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "first"), common::command("a", "second")]).await?;
    let first = common::claim_one(store, common::at(0)).await?;
    hush(store, Queue::Work).await;
    let follow = [FollowUp::Enqueue(common::message("m", "say"))];
    let (second, message, settled) = tokio::join!(
        waiting(store, Queue::Work),
        waiting(store, Queue::Outbox),
        common::settle_with(store, &first, Verdict::Done, follow)
    );
    settled?;
    assert_eq!(common::only(second?)?.body, "second", "the successor");
    assert_eq!(common::only(message?)?.body, "say", "the job that follows");
    Ok(())
}

pub(super) async fn a_claim_waits_for_what_follows_a_closing(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "do")]).await?;
    let claim = common::claim_one(store, common::at(0)).await?;
    let follow = [
        FollowUp::Close { bucket: "closed".into(), until: common::at(9) },
        FollowUp::Enqueue(common::message("m", "say")),
    ];
    let (message, settled) =
        tokio::join!(waiting(store, Queue::Outbox), common::settle_with(store, &claim, Verdict::Done, follow));
    settled?;
    assert_eq!(common::only(message?)?.body, "say");
    Ok(())
}

pub(super) async fn a_claim_does_not_miss_what_came_at_the_same_time(
    store: &dyn DurableQueue,
) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "first"), common::command("a", "second")]).await?;
    let first = common::claim_one(store, common::at(0)).await?;
    let both = async {
        let mut bodies = Vec::new();
        while bodies.len() < 2 {
            bodies.extend(waiting(store, Queue::Work).await?.into_iter().map(|claim| claim.body));
        }
        Ok::<_, QueueError>(bodies)
    };
    let (both, settled, accepted) = tokio::join!(
        both,
        common::settle(store, &first, Verdict::Done),
        common::accept(store, [common::command("b", "third")])
    );
    settled?;
    accepted?;
    let mut both = both?;
    both.sort();
    assert_eq!(both, ["second", "third"]);
    Ok(())
}

pub(super) async fn a_claim_does_not_miss_what_came_before(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "do")]).await?;
    assert_eq!(common::only(waiting(store, Queue::Work).await?)?.body, "do");
    Ok(())
}

pub(super) async fn ringing_the_bell_ends_the_wait(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let wait = tokio::time::timeout(Duration::from_secs(10), a_wait(store, Queue::Work));
    let (claims, ()) = tokio::join!(wait, async { store.bell(Queue::Work).notify_one() });
    assert!(matches!(claims, Ok(Ok(claims)) if claims.is_empty()), "there is none");
    Ok(())
}

pub(super) async fn a_worker_that_stopped_waiting_takes_nothing(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let given_up = tokio::time::timeout(Duration::ZERO, waiting(store, Queue::Work)).await;
    assert!(given_up.is_err());
    common::accept(store, [common::command("a", "do")]).await?;
    assert_eq!(common::claim_one(store, common::at(0)).await?.body, "do");
    Ok(())
}

/// Waits for jobs. The time limit makes a queue that never hands them out fail the case.
async fn waiting(store: &dyn DurableQueue, queue: Queue) -> Result<Vec<Claim>, QueueError> {
    let claims = async {
        loop {
            let claims = a_wait(store, queue).await?;
            if !claims.is_empty() {
                return Ok(claims);
            }
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(10), claims).await;
    in_time.unwrap_or_else(|_| Err(QueueError::new("no job was handed out")))
}

/// Waits until the bell rings, if only once.
async fn a_wait(store: &dyn DurableQueue, queue: Queue) -> Result<Vec<Claim>, QueueError> {
    store.claim_when_due(queue, 9, Arc::new(|| common::at(0)), common::LEASE).await
}

/// Waits for the ring; the time limit makes a bell that never rings fail the case.
async fn pending(store: &dyn DurableQueue, queue: Queue, why: &str) {
    let ring = tokio::time::timeout(Duration::from_secs(10), async { store.bell(queue).notified().await }).await;
    assert!(ring.is_ok(), "the bell rings: {why}");
}

/// Consumes a ring that no one has heard yet. The bell of a queue in which something was stored has rung, so there is
/// one to wait for.
async fn hush(store: &dyn DurableQueue, queue: Queue) {
    pending(store, queue, "something was stored before").await;
}
