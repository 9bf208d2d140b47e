//! Attempts of which no one knows the end, and leadership.

use super::{accept, at, claim_one, command, retry, settle};
use crate::{DurableQueue, QueueError, Verdict};

pub(super) async fn a_crash_leaves_it_unsure(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "job")]).await?;
    assert!(!claim_one(store, at(0)).await?.outcome_unknown, "no one tried before");
    let again = claim_one(store, at(30)).await?;
    assert!(again.outcome_unknown, "the earlier attempt may have got anywhere");
    settle(store, &again, retry(at(40))).await?;
    assert!(
        claim_one(store, at(40)).await?.outcome_unknown,
        "an attempt that surely had no effect changes nothing about that"
    );
    Ok(())
}

pub(super) async fn a_retry_says_whether_it_is_unsure(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "job")]).await?;
    settle(store, &claim_one(store, at(0)).await?, retry(at(1))).await?;
    let second = claim_one(store, at(1)).await?;
    assert!(!second.outcome_unknown, "the first had no effect");
    settle(store, &second, Verdict::Retry { due: at(2), cause: "no answer".into(), outcome_unknown: true }).await?;
    let third = claim_one(store, at(2)).await?;
    assert!(third.outcome_unknown, "the second may have had one");
    Ok(())
}

pub(super) async fn a_step_that_is_done_is_no_longer_unsure(store: &dyn DurableQueue) -> Result<(), QueueError> {
    accept(store, [command("a", "job")]).await?;
    claim_one(store, at(0)).await?;
    let second = claim_one(store, at(30)).await?;
    settle(store, &second, Verdict::Continue { body: "next step".into(), until: at(60) }).await?;
    settle(store, &second, retry(at(40))).await?;
    assert!(!claim_one(store, at(40)).await?.outcome_unknown, "no one has tried the next step");
    Ok(())
}

pub(super) async fn there_is_one_leader_at_a_time(store: &dyn DurableQueue) -> Result<(), QueueError> {
    assert!(store.try_acquire_leadership("sweep", "one", at(0), at(10)).await?, "no one led");
    assert!(!store.try_acquire_leadership("sweep", "other", at(9), at(19)).await?, "one leads");
    assert!(store.try_acquire_leadership("sweep", "one", at(9), at(19)).await?, "who leads may go on");
    assert!(!store.try_acquire_leadership("sweep", "other", at(18), at(28)).await?, "one leads for longer now");
    assert!(store.try_acquire_leadership("elsewhere", "other", at(18), at(28)).await?, "no one leads this");
    assert!(store.try_acquire_leadership("sweep", "other", at(19), at(29)).await?, "one's time is over");
    assert!(!store.try_acquire_leadership("sweep", "one", at(20), at(30)).await?, "now the other leads");
    Ok(())
}

pub(super) async fn one_of_two_leads(one: &dyn DurableQueue, other: &dyn DurableQueue) -> Result<(), QueueError> {
    for name in ["a", "b", "c", "d", "e"] {
        let (left, right) = tokio::join!(
            one.try_acquire_leadership(name, "one", at(0), at(9)),
            other.try_acquire_leadership(name, "other", at(0), at(9))
        );
        assert_ne!(left?, right?, "exactly one leads");
    }
    Ok(())
}
