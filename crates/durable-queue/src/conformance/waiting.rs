//! Jobs that wait for a time: limits that an operator lifts, and everything when the clock is set back.

use std::time::Duration;

use crate::conformance::common;
use crate::conformance::common::LEASE;
use crate::rate_limit::RateLimit;
use crate::{Claim, DurableQueue, FollowUp, Limit, NewJob, Queue, QueueError, Verdict};

/// The time by which the clock is set back.
const BACK: Duration = Duration::from_secs(4 * 60);

pub(super) async fn a_limit_is_listed_until_it_ends(store: &dyn DurableQueue) -> Result<(), QueueError> {
    close(store, "chat.update", 10).await?;
    close(store, "dialnote", 300).await?;
    assert_eq!(store.limits(common::at(5), 9).await?, [limit("chat.update", 10), limit("dialnote", 300)]);
    assert_eq!(store.limits(common::at(5), 1).await?, [limit("chat.update", 10)], "no more than were asked for");
    assert_eq!(store.limits(common::at(10), 9).await?, [limit("dialnote", 300)], "one has ended");
    Ok(())
}

pub(super) async fn a_lifted_limit_lets_through_what_waits(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [through("dialnote", 0, "first"), through("other", 0, "planned")]).await?;
    let claims = say(store, 0).await?;
    let [first, planned] = claims.as_slice() else { panic!("two messages, but {:?}", common::names(&claims)) };
    let closed = FollowUp::Close { bucket: "dialnote".into(), until: common::at(300) };
    common::settle_with(store, first, common::retry(common::at(310)), [closed]).await?;
    common::settle_with(store, planned, common::retry(common::at(400)), []).await?;
    common::accept(store, [through("dialnote", 0, "second")]).await?;
    assert_eq!(say(store, 1).await?, [], "closed");
    let theirs = Limit { installation: common::elsewhere(), ..limit("dialnote", 300) };
    assert!(!store.lift(&theirs, common::at(2)).await?, "another installation's");
    assert!(store.lift(&limit("dialnote", 300), common::at(2)).await?, "it was closed");
    assert!(!store.lift(&limit("dialnote", 300), common::at(2)).await?, "and is no more");
    assert_eq!(store.limits(common::at(2), 9).await?, []);
    assert_eq!(common::names(&say(store, 2).await?), ["first", "second"], "what waited for nothing else");
    Ok(())
}

pub(super) async fn what_waits_comes_nearer_when_the_clock_is_set_back(
    store: &dyn DurableQueue,
) -> Result<(), QueueError> {
    common::accept(store, ["1", "2", "3"].map(|body| through("paced", 1000, body))).await?;
    common::accept(store, [through("closed", 0, "tried")]).await?;
    let claims = say(store, 1000).await?;
    let [_, _, tried] = claims.as_slice() else { panic!("a burst of two and one, but {:?}", common::names(&claims)) };
    common::settle_with(
        store,
        tried,
        common::retry(common::at(1010)),
        [FollowUp::Close { bucket: "closed".into(), until: common::at(1010) }],
    )
    .await?;
    store.set_back(BACK, common::at(760)).await?;
    assert_eq!(say(store, 760).await?, [], "not before its time");
    assert_eq!(store.next_due(Queue::Outbox).await?, Some(common::at(761)), "the appointment");
    assert_eq!(common::names(&say(store, 761).await?), ["3"]);
    common::accept(store, [through("paced", 1000, "4"), through("closed", 0, "waits")]).await?;
    assert_eq!(say(store, 761).await?, [], "the bucket is as full as it was");
    assert_eq!(common::names(&say(store, 762).await?), ["4"]);
    assert_eq!(common::names(&say(store, 770).await?), ["tried", "waits"], "the limit ends as much earlier");
    Ok(())
}

pub(super) async fn a_lease_outlives_a_clock_that_is_set_back(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::message("1", "worked on")]).await?;
    assert_eq!(common::names(&say(store, 1000).await?), ["worked on"]);
    store.set_back(BACK, common::at(760)).await?;
    assert_eq!(say(store, 999).await?, [], "its worker counts on the lease");
    assert_eq!(common::names(&say(store, 1000 + LEASE.as_secs().cast_signed()).await?), ["worked on"]);
    Ok(())
}

pub(super) async fn leadership_ends_as_much_earlier_when_the_clock_is_set_back(
    store: &dyn DurableQueue,
) -> Result<(), QueueError> {
    assert!(store.try_acquire_leadership("timers", "one", common::at(1000), common::at(1010)).await?);
    store.set_back(BACK, common::at(760)).await?;
    assert!(
        !store.try_acquire_leadership("timers", "other", common::at(769), common::at(780)).await?,
        "led as long as before"
    );
    assert!(store.try_acquire_leadership("timers", "other", common::at(770), common::at(780)).await?, "and no longer");
    Ok(())
}

async fn say(store: &dyn DurableQueue, seconds: i64) -> Result<Vec<Claim>, QueueError> {
    store.claim(Queue::Outbox, 100, common::at(seconds), LEASE).await
}

/// Returns a message that passes a bucket for two at once, then one every `every_ms`.
fn through(bucket: &str, every_ms: u32, body: &str) -> NewJob {
    NewJob { rate_limits: vec![RateLimit { bucket: bucket.into(), every_ms, burst: 2 }], ..common::message(body, body) }
}

fn limit(bucket: &str, seconds: i64) -> Limit {
    Limit { installation: common::here(), bucket: bucket.into(), until: common::at(seconds) }
}

async fn close(store: &dyn DurableQueue, bucket: &str, seconds: i64) -> Result<(), QueueError> {
    common::accept(store, [common::message(bucket, bucket)]).await?;
    let claims = say(store, 0).await?;
    let [claim] = claims.as_slice() else { panic!("one message, but {:?}", common::names(&claims)) };
    let closed = FollowUp::Close { bucket: bucket.into(), until: common::at(seconds) };
    common::settle_with(store, claim, Verdict::Done, [closed]).await
}
