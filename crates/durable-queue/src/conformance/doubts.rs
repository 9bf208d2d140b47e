//! Attempts whose outcome is unknown, and leadership.

use crate::conformance::common;
use crate::{DurableQueue, QueueError, Verdict};

pub(super) async fn a_crash_leaves_it_unsure(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "job")]).await?;
    assert!(!common::claim_one(store, common::at(0)).await?.outcome_unknown, "no one tried before");
    let again = common::claim_one(store, common::at(30)).await?;
    assert!(again.outcome_unknown, "the earlier attempt may have got anywhere");
    common::settle(store, &again, common::retry(common::at(40))).await?;
    assert!(
        common::claim_one(store, common::at(40)).await?.outcome_unknown,
        "an attempt that surely had no effect changes nothing about that"
    );
    Ok(())
}

pub(super) async fn a_retry_says_whether_it_is_unsure(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "job")]).await?;
    common::settle(store, &common::claim_one(store, common::at(0)).await?, common::retry(common::at(1))).await?;
    let second = common::claim_one(store, common::at(1)).await?;
    assert!(!second.outcome_unknown, "the first had no effect");
    common::settle(
        store,
        &second,
        Verdict::Retry { due: common::at(2), cause: "no answer".into(), outcome_unknown: true },
    )
    .await?;
    let third = common::claim_one(store, common::at(2)).await?;
    assert!(third.outcome_unknown, "the second may have had one");
    Ok(())
}

pub(super) async fn a_step_that_is_done_is_no_longer_unsure(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "job")]).await?;
    common::claim_one(store, common::at(0)).await?;
    let second = common::claim_one(store, common::at(30)).await?;
    common::settle(store, &second, Verdict::Continue { body: "next step".into(), until: common::at(60) }).await?;
    common::settle(store, &second, common::retry(common::at(40))).await?;
    assert!(!common::claim_one(store, common::at(40)).await?.outcome_unknown, "no one has tried the next step");
    Ok(())
}

pub(super) async fn there_is_one_leader_at_a_time(store: &dyn DurableQueue) -> Result<(), QueueError> {
    assert!(store.try_acquire_leadership("sweep", "one", common::at(0), common::at(10)).await?, "no one led");
    assert!(!store.try_acquire_leadership("sweep", "other", common::at(9), common::at(19)).await?, "one leads");
    assert!(store.try_acquire_leadership("sweep", "one", common::at(9), common::at(19)).await?, "who leads may go on");
    assert!(
        !store.try_acquire_leadership("sweep", "other", common::at(18), common::at(28)).await?,
        "one leads for longer now"
    );
    assert!(
        store.try_acquire_leadership("elsewhere", "other", common::at(18), common::at(28)).await?,
        "no one leads this"
    );
    assert!(
        store.try_acquire_leadership("sweep", "other", common::at(19), common::at(29)).await?,
        "one's time is over"
    );
    assert!(
        !store.try_acquire_leadership("sweep", "one", common::at(20), common::at(30)).await?,
        "now the other leads"
    );
    Ok(())
}

pub(super) async fn one_of_two_leads(one: &dyn DurableQueue, other: &dyn DurableQueue) -> Result<(), QueueError> {
    for name in ["a", "b", "c", "d", "e"] {
        let (left, right) = tokio::join!(
            one.try_acquire_leadership(name, "one", common::at(0), common::at(9)),
            other.try_acquire_leadership(name, "other", common::at(0), common::at(9))
        );
        assert_ne!(left?, right?, "exactly one leads");
    }
    Ok(())
}
