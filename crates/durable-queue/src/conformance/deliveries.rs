//! A request is accepted once, with all its jobs or none.

use crate::conformance::common;
use crate::{Accepted, Delivery, DurableQueue, NewJob, Queue, QueueError};

pub(super) async fn accepts_a_delivery_with_its_jobs(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let job = NewJob {
        due: common::at(5),
        accepted: common::at(1),
        delay_notified: true,
        ..common::command("conversation", "{\"do\":1}")
    };
    store.accept(common::delivery("trigger"), vec![job], common::at(1)).await?;
    let claim = common::claim_one(store, common::at(5)).await?;
    assert_eq!(claim.installation, common::here(), "the job is its installation's");
    assert_eq!(claim.queue, Queue::Work, "it is in its queue");
    assert_eq!(claim.key, "conversation", "it has its key");
    assert_eq!(claim.body, "{\"do\":1}", "its body is what was stored");
    assert_eq!(claim.accepted, common::at(1), "it knows when it was accepted");
    assert!(claim.delay_notified, "it knows that its person was told");
    assert_eq!(claim.attempt, 1, "this is the first attempt");
    Ok(())
}

pub(super) async fn accepts_once(store: &dyn DurableQueue) -> Result<(), QueueError> {
    assert_eq!(
        store.accept(common::delivery("trigger"), vec![], common::at(0)).await?,
        Accepted::New,
        "the first time"
    );
    assert_eq!(
        store.accept(common::delivery("trigger"), vec![], common::at(9)).await?,
        Accepted::Duplicate,
        "the second time"
    );
    assert_eq!(
        store.accept(common::delivery("other"), vec![], common::at(9)).await?,
        Accepted::New,
        "another delivery"
    );
    Ok(())
}

pub(super) async fn a_duplicate_stores_nothing(store: &dyn DurableQueue) -> Result<(), QueueError> {
    store.accept(common::delivery("trigger"), vec![common::command("a", "first")], common::at(0)).await?;
    store
        .accept(
            common::delivery("trigger"),
            vec![common::command("b", "second"), common::message("c", "third")],
            common::at(0),
        )
        .await?;
    assert_eq!(
        common::names(&common::claim(store, common::at(0)).await?),
        ["first"],
        "only the first delivery's job is stored"
    );
    assert_eq!(store.next_due(Queue::Outbox).await?, None, "nothing is stored in the other queue");
    Ok(())
}

pub(super) async fn remembers_a_delivery_without_jobs(store: &dyn DurableQueue) -> Result<(), QueueError> {
    store.accept(common::delivery("trigger"), vec![], common::at(0)).await?;
    let again = store.accept(common::delivery("trigger"), vec![common::command("a", "late")], common::at(0)).await?;
    assert_eq!(again, Accepted::Duplicate, "it was accepted, though it made no jobs");
    assert_eq!(common::claim(store, common::at(0)).await?, [], "nothing is stored");
    Ok(())
}

pub(super) async fn knows_deliveries_by_installation(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "ours")]).await?;
    store.accept(common::delivery("trigger"), vec![], common::at(0)).await?;
    let theirs = Delivery { installation: common::elsewhere(), key: "trigger".into() };
    let accepted = store.accept(theirs, vec![], common::at(0)).await?;
    assert_eq!(accepted, Accepted::New, "the same key in another installation is another delivery");
    Ok(())
}
