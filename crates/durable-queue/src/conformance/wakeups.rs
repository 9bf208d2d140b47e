//! A worker that sleeps until the next due time is woken when that becomes earlier. A bell may ring too
//! often, so silence is never asserted.

use std::time::Duration;

use crate::conformance::common;
use crate::{DurableQueue, FollowUp, NewJob, Queue, QueueError, Verdict};

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
