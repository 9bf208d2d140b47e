//! Order of service, rate limits, and replacement of obsolete jobs.

use crate::conformance::common;
use crate::conformance::common::LEASE;
use crate::rate_limit::RateLimit;
use crate::{Claim, Class, DurableQueue, FollowUp, NewJob, Queue, QueueError, Verdict};

pub(super) async fn people_are_served_before_machines(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(
        store,
        [NewJob { class: Class::Machine, ..common::command("a", "noticed") }, common::command("b", "asked")],
    )
    .await?;
    assert_eq!(
        common::names(&common::claim(store, common::at(0)).await?),
        ["asked", "noticed"],
        "although the machine was first"
    );
    Ok(())
}

pub(super) async fn a_flow_that_floods_does_not_hold_up_others(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let of = |flow: &str, key: &str| NewJob { fairness_key: flow.into(), ..common::command(key, key) };
    common::accept(store, [of("loud", "l1"), of("loud", "l2"), of("loud", "l3"), of("quiet", "q1")]).await?;
    common::accept(store, [NewJob { installation: common::elsewhere(), ..of("loud", "e1") }]).await?;
    let order = ["l1", "q1", "e1", "l2", "l3"];
    assert_eq!(
        common::names(&common::claim(store, common::at(0)).await?),
        order,
        "another flow and another installation have turns of their own"
    );
    Ok(())
}

pub(super) async fn what_was_begun_is_finished_first(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let floods = |body: &str| NewJob { fairness_key: "loud".into(), ..common::command(body, body) };
    common::accept(store, ["1", "2", "3"].map(floods)).await?;
    let begun = store.claim(Queue::Work, 1, common::at(0), LEASE).await?;
    let [first] = begun.as_slice() else { panic!("one was asked for, but {:?} came", common::names(&begun)) };
    let goes_on = FollowUp::Enqueue(NewJob { inherits_priority: true, ..floods("1 goes on") });
    let said = FollowUp::Enqueue(NewJob { inherits_priority: true, ..common::message("said", "said") });
    common::settle_with(store, first, Verdict::Done, [goes_on, FollowUp::Enqueue(floods("more")), said]).await?;
    assert_eq!(
        common::names(&common::claim(store, common::at(0)).await?),
        ["1 goes on", "2", "3", "more"],
        "more comes after all others"
    );
    assert_eq!(common::names(&say(store, 0).await?), ["said"], "the other queue has turns of its own");
    Ok(())
}

pub(super) async fn a_bucket_lets_through_a_few_and_gives_appointments(
    store: &dyn DurableQueue,
) -> Result<(), QueueError> {
    common::accept(store, ["1", "2", "3", "4", "5"].map(paced)).await?;
    assert_eq!(common::names(&say(store, 0).await?), ["1", "2"], "a burst of two");
    assert_eq!(say(store, 0).await?, [], "no more");
    assert_eq!(store.next_due(Queue::Outbox).await?, Some(common::at(1)), "the next has an appointment");
    assert_eq!(common::names(&say(store, 1).await?), ["3"], "and keeps it");
    common::accept(store, [paced("6")]).await?;
    assert_eq!(common::names(&say(store, 3).await?), ["4", "5"], "no job comes between");
    assert_eq!(common::names(&say(store, 4).await?), ["6"], "who came last has the last appointment");
    Ok(())
}

pub(super) async fn a_bucket_belongs_to_its_installation(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let theirs = NewJob { installation: common::elsewhere(), ..paced("theirs") };
    common::accept(store, [paced("1"), paced("2"), paced("3"), theirs]).await?;
    assert_eq!(common::names(&say(store, 0).await?), ["1", "theirs", "2"], "ours is full, theirs is not");
    Ok(())
}

pub(super) async fn jobs_held_back_do_not_hide_those_that_may_pass(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, ["1", "2", "3", "4", "5"].map(paced)).await?;
    common::accept(store, [common::message("free", "free")]).await?;
    let claims = store.claim(Queue::Outbox, 3, common::at(0), LEASE).await?;
    assert_eq!(common::names(&claims), ["1", "2", "free"], "those without an appointment");
    Ok(())
}

pub(super) async fn nobody_passes_a_closed_bucket(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [unlimited("first"), unlimited("second"), paced("other bucket")]).await?;
    let claims = say(store, 0).await?;
    let [first, second, _] = claims.as_slice() else { panic!("three messages, but {:?}", common::names(&claims)) };
    let close = |seconds| FollowUp::Close { bucket: "unlimited".into(), until: common::at(seconds) };
    common::settle_with(store, first, common::retry(common::at(1)), [close(10)]).await?;
    common::settle_with(store, second, Verdict::Done, [close(5)]).await?;
    common::accept(store, [unlimited("third"), paced("fourth")]).await?;
    assert_eq!(common::names(&say(store, 9).await?), ["fourth"], "the later of two times holds, for this bucket alone");
    assert_eq!(common::names(&say(store, 10).await?), ["first", "third"], "then it is open");
    Ok(())
}

pub(super) async fn a_closed_bucket_holds_up_appointments(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, ["1", "2", "3"].map(paced)).await?;
    let claims = say(store, 0).await?;
    let [first, _] = claims.as_slice() else { panic!("a burst of two, but {:?}", common::names(&claims)) };
    common::settle_with(
        store,
        first,
        Verdict::Done,
        [FollowUp::Close { bucket: "paced".into(), until: common::at(7) }],
    )
    .await?;
    assert_eq!(say(store, 1).await?, [], "its time has come, but the bucket is closed");
    assert_eq!(common::names(&say(store, 7).await?), ["3"]);
    Ok(())
}

pub(super) async fn a_waiting_job_is_replaced(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("card", "create"), update("card", "old"), update("card", "new")]).await?;
    common::accept(store, [update("card", "newest"), update("other card", "other")]).await?;
    let claims = common::claim(store, common::at(0)).await?;
    let [create, _] = claims.as_slice() else { panic!("two lines, but {:?} run", common::names(&claims)) };
    common::settle(store, create, Verdict::Done).await?;
    let update = common::claim_one(store, common::at(0)).await?;
    assert_eq!(update.body, "newest", "only the latest matters");
    common::settle(store, &update, Verdict::Done).await?;
    assert_eq!(common::claim(store, common::at(0)).await?, [], "nothing else was added");
    Ok(())
}

pub(super) async fn what_is_being_worked_on_is_not_replaced(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [update("card", "running")]).await?;
    let running = common::claim_one(store, common::at(0)).await?;
    common::accept(store, [update("card", "next")]).await?;
    common::accept(store, [NewJob { coalesce_key: Some("another mark".into()), ..common::command("card", "other") }])
        .await?;
    common::settle(store, &running, Verdict::Done).await?;
    let next = common::claim_one(store, common::at(0)).await?;
    assert_eq!(next.body, "next", "it queued up behind");
    common::settle(store, &next, Verdict::Done).await?;
    assert_eq!(common::claim_one(store, common::at(0)).await?.body, "other", "another mark replaces nothing");
    Ok(())
}

pub(super) async fn a_bucket_is_shared_by_two(
    one: &dyn DurableQueue,
    other: &dyn DurableQueue,
) -> Result<(), QueueError> {
    common::accept(one, ["1", "2", "3"].map(paced)).await?;
    assert_eq!(one.claim(Queue::Outbox, 1, common::at(0), LEASE).await?.len(), 1);
    assert_eq!(common::names(&say(other, 0).await?), ["2"], "the burst is theirs together");
    assert_eq!(say(one, 0).await?, []);
    assert_eq!(common::names(&say(one, 1).await?), ["3"], "an appointment is kept by either handle");
    Ok(())
}

async fn say(store: &dyn DurableQueue, seconds: i64) -> Result<Vec<Claim>, QueueError> {
    store.claim(Queue::Outbox, 100, common::at(seconds), LEASE).await
}

/// Returns a message that passes a bucket for two at once, then one a second.
fn paced(body: &str) -> NewJob {
    in_bucket("paced", 1000, body)
}

fn unlimited(body: &str) -> NewJob {
    in_bucket("unlimited", 0, body)
}

fn in_bucket(bucket: &str, every_ms: u32, body: &str) -> NewJob {
    NewJob { rate_limits: vec![RateLimit { bucket: bucket.into(), every_ms, burst: 2 }], ..common::message(body, body) }
}

fn update(key: &str, body: &str) -> NewJob {
    NewJob { coalesce_key: Some("update".into()), ..common::command(key, body) }
}
