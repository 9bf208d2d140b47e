//! Views and deletions of an operator.

use crate::conformance::common;
use crate::{Accepted, DurableQueue, JobId, NewJob, Overview, QueueError, Verdict};

pub(super) async fn sweeps_what_is_old_in_bites(queue: &dyn DurableQueue) -> Result<(), QueueError> {
    for n in 1..=5 {
        queue.accept(common::delivery(&n.to_string()), vec![], common::at(n)).await?;
    }
    assert_eq!(queue.sweep(common::at(5), 3).await?, 3, "at most three");
    assert_eq!(queue.sweep(common::at(5), 3).await?, 1, "the rest in further bites");
    assert_eq!(queue.sweep(common::at(5), 3).await?, 0, "nothing old is left");
    assert_eq!(
        queue.accept(common::delivery("4"), vec![], common::at(9)).await?,
        Accepted::New,
        "a swept delivery is forgotten"
    );
    assert_eq!(
        queue.accept(common::delivery("5"), vec![], common::at(9)).await?,
        Accepted::Duplicate,
        "a younger one is not"
    );
    Ok(())
}

pub(super) async fn sweeping_leaves_jobs_alone(queue: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(queue, [common::command("a", "kept")]).await?;
    queue.sweep(common::at(1_000_000), 100).await?;
    assert_eq!(common::claim_one(queue, common::at(0)).await?.body, "kept", "a job is never swept");
    Ok(())
}

pub(super) async fn overview_counts_what_waits(queue: &dyn DurableQueue) -> Result<(), QueueError> {
    assert_eq!(queue.overview().await?, Overview::default(), "nothing waits");
    let accepted = |seconds, job| NewJob { accepted: common::at(seconds), ..job };
    common::accept(queue, [accepted(7, common::command("a", "a1")), accepted(8, common::command("a", "a2"))]).await?;
    common::accept(queue, [accepted(9, common::command("b", "b1")), accepted(5, common::message("m", "m1"))]).await?;
    common::accept(queue, [accepted(1, NewJob { installation: common::elsewhere(), ..common::command("c", "c1") })])
        .await?;
    let waiting = queue.overview().await?;
    assert_eq!(waiting, Overview { inbox: 4, outbox: 1, dead: 0, oldest: Some(common::at(1)) }, "of all tenants");
    let theirs = queue.overview_of(&common::elsewhere()).await?;
    assert_eq!(theirs, Overview { inbox: 1, outbox: 0, dead: 0, oldest: Some(common::at(1)) }, "of one tenant");
    for (claim, verdict) in common::claim(queue, common::at(0)).await?.iter().zip([
        common::retry(common::at(99)),
        Verdict::Done,
        common::dead(),
    ]) {
        common::settle(queue, claim, verdict).await?;
    }
    let waiting = queue.overview().await?;
    assert_eq!(waiting, Overview { inbox: 2, outbox: 1, dead: 1, oldest: Some(common::at(5)) }, "the dead do not wait");
    Ok(())
}

pub(super) async fn jobs_are_listed_in_the_order_of_ids(queue: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(
        queue,
        [common::command("a", "dies"), common::command("b", "first"), common::message("m", "second")],
    )
    .await?;
    common::settle(queue, &claim_one_of(queue, "dies").await?, common::dead()).await?;
    let waiting = queue.jobs(false, JobId(0), 9).await?;
    assert_eq!(waiting.iter().map(|job| job.body.as_str()).collect::<Vec<_>>(), ["first", "second"], "both queues'");
    let [first, second] = waiting.as_slice() else { panic!("two jobs, but {waiting:?}") };
    assert_eq!(queue.jobs(false, first.id, 9).await?, std::slice::from_ref(second), "beyond the first");
    assert_eq!(queue.jobs(false, JobId(0), 1).await?, std::slice::from_ref(first), "no more than were asked for");
    assert_eq!(queue.job(second.id).await?.as_ref(), Some(second), "one alone");
    let failed = queue.jobs(true, JobId(0), 9).await?;
    let [failed] = failed.as_slice() else { panic!("one job, but {failed:?}") };
    assert_eq!((failed.dead, failed.body.as_str()), (true, "dies"));
    assert_eq!(failed.cause.as_deref(), Some("tried for a day"), "with its cause");
    Ok(())
}

pub(super) async fn what_failed_for_good_is_thrown_away(queue: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(queue, [common::command("a", "dies"), common::command("a", "lives")]).await?;
    let dies = claim_one_of(queue, "dies").await?;
    assert!(!queue.discard(dies.id).await?, "it has not failed");
    common::settle(queue, &dies, common::dead()).await?;
    assert!(queue.discard(dies.id).await?, "it has failed");
    assert!(!queue.discard(dies.id).await?, "once");
    assert_eq!(queue.job(dies.id).await?, None, "it is gone");
    assert_eq!(common::claim_one(queue, common::at(0)).await?.body, "lives", "the others stay");
    Ok(())
}

async fn claim_one_of(queue: &dyn DurableQueue, body: &str) -> Result<crate::Claim, QueueError> {
    let claims = common::claim(queue, common::at(0)).await?;
    let found = claims.iter().find(|claim| claim.body == body).cloned();
    found.ok_or_else(|| QueueError::new(format!("{body} is not among {:?}", common::names(&claims))))
}
