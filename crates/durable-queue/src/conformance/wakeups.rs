//! A worker that sleeps until the next due time is woken when that becomes earlier. A bell may ring too
//! often, so silence is never asserted.

use std::time::Duration;

use super::{accept, at, claim_one, command, message, only, retry, settle, settle_with};
use crate::{DurableQueue, FollowUp, NewJob, Queue, QueueError, Verdict};

pub(super) async fn an_accepted_job_rings_its_lane(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "do")]).await?;
    pending(store, Queue::Work, "a command came").await;
    accept(store, [message("a", "say")]).await?;
    pending(store, Queue::Outbox, "a message came").await;
    Ok(())
}

pub(super) async fn a_freed_successor_rings(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "first"), command("a", "second"), command("a", "third")]).await?;
    let first = claim_one(store, at(0)).await?;
    hush(store, Queue::Work).await;
    settle(store, &first, Verdict::Done).await?;
    pending(store, Queue::Work, "the second was freed").await;
    let second = claim_one(store, at(0)).await?;
    settle(store, &second, super::dead()).await?;
    pending(store, Queue::Work, "the third was freed").await;
    Ok(())
}

pub(super) async fn a_retry_before_the_end_of_the_lease_rings(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "job")]).await?;
    let held = claim_one(store, at(0)).await?;
    hush(store, Queue::Work).await;
    settle(store, &held, retry(at(5))).await?;
    pending(store, Queue::Work, "it is due at 5, no longer at 30").await;
    Ok(())
}

pub(super) async fn a_shortened_lease_rings(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "job")]).await?;
    let held = claim_one(store, at(0)).await?;
    hush(store, Queue::Work).await;
    store.renew(&held, at(20)).await?;
    pending(store, Queue::Work, "the lease ends at 20, no longer at 30").await;
    settle(store, &held, Verdict::Continue { body: "on".into(), until: at(10) }).await?;
    pending(store, Queue::Work, "the lease ends at 10, no longer at 20").await;
    Ok(())
}

pub(super) async fn a_following_job_rings_its_lane(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "job")]).await?;
    let held = claim_one(store, at(0)).await?;
    settle_with(store, &held, Verdict::Done, [FollowUp::Enqueue(message("m", "say"))]).await?;
    pending(store, Queue::Outbox, "a message follows").await;
    Ok(())
}

pub(super) async fn a_notice_rings(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [NewJob { due: at(99), ..command("a", "waits") }]).await?;
    let waiting = only(store.overdue(at(9), 9).await?)?;
    store.tell(waiting.id, message("m", "it waits"), at(9)).await?;
    pending(store, Queue::Outbox, "a notice came").await;
    Ok(())
}

/// Waits for the ring; the time is only there so that a bell that never rings fails the case.
async fn pending(store: &dyn DurableQueue, queue: Queue, why: &str) {
    let ring = tokio::time::timeout(Duration::from_secs(10), async { store.bell(queue).notified().await }).await;
    assert!(ring.is_ok(), "the bell rings: {why}");
}

/// Takes back a ring that no one has heard yet. The bell of a queue in which something was stored
/// has rung, so there is one to wait for.
async fn hush(store: &dyn DurableQueue, queue: Queue) {
    pending(store, queue, "something was stored before").await;
}
