//! A tenant's rows are its own, and go with it.

use super::{accept, at, claim, command, elsewhere, here, names};
use crate::rate_limit::RateLimit;
use crate::{Accepted, Delivery, DurableQueue, NewJob, Overview, Queue, QueueError, Settled, TenantId, Verdict};

pub(super) async fn jobs_and_deliveries_go_with_a_tenant(queue: &dyn DurableQueue) -> Result<(), QueueError> {
    let delivered = |installation: TenantId| Delivery { installation, key: "trigger".into() };
    let theirs = || NewJob::new(&elsewhere(), Queue::Work, "a", at(0), "theirs");
    queue.accept(delivered(here()), vec![command("a", "failed"), command("b", "under way")], at(0)).await?;
    queue.accept(delivered(elsewhere()), vec![theirs()], at(0)).await?;
    let claims = claim(queue, at(0)).await?;
    let of = |body: &str| claims.iter().find(|claim| claim.body == body).cloned();
    let (Some(dead), Some(busy)) = (of("failed"), of("under way")) else { panic!("both are claimed") };
    queue.settle(&dead, Verdict::Dead { cause: "why".into() }, vec![], at(1)).await?;
    let more = Delivery { installation: here(), key: "removed".into() };
    queue.accept(more, vec![command("b", "waits"), command("c", "removes")], at(1)).await?;
    let Some(removes) = claim(queue, at(1)).await?.pop() else { panic!("it is claimed") };
    while queue.clear(&here(), removes.id, 2).await? > 0 {}
    assert_eq!(queue.job(dead.id).await?, None, "what failed for good");
    assert_eq!(queue.settle(&busy, Verdict::Done, vec![], at(2)).await?, Settled::LostLease, "what was under way");
    assert_eq!(queue.overview_of(&here()).await?.inbox, 1, "the one that does it is left");
    assert_eq!(queue.settle(&removes, Verdict::Done, vec![], at(2)).await?, Settled::Applied);
    assert_eq!(queue.overview_of(&here()).await?, Overview::default(), "nothing is left");
    let again = vec![command("b", "new"), command("b", "behind it")];
    assert_eq!(queue.accept(delivered(here()), again, at(3)).await?, Accepted::New, "its deliveries are forgotten");
    assert_eq!(names(&claim(queue, at(3)).await?), ["new"], "partitions begin from nothing");
    assert_eq!(queue.overview_of(&elsewhere()).await?.inbox, 1, "another tenant's stay");
    assert_eq!(queue.accept(delivered(elsewhere()), vec![], at(3)).await?, Accepted::Duplicate);
    Ok(())
}

pub(super) async fn buckets_are_listed_and_forgotten_by_name(queue: &dyn DurableQueue) -> Result<(), QueueError> {
    let rate_limits = ["c", "b"].map(|bucket| RateLimit { bucket: bucket.into(), every_ms: 1, burst: 1 });
    for tenant in [here(), elsewhere()] {
        let body = format!("paced {tenant}");
        let paced = NewJob { rate_limits: rate_limits.to_vec(), ..command("paced", &body) };
        accept(queue, [NewJob { installation: tenant, ..paced }]).await?;
    }
    claim(queue, at(0)).await?;
    assert_eq!(queue.buckets(&here(), "", 9).await?, ["b", "c"], "in order");
    assert_eq!(queue.buckets(&here(), "", 1).await?, ["b"], "no more than were asked for");
    assert_eq!(queue.buckets(&here(), "b", 9).await?, ["c"], "beyond the first");
    assert!(queue.forget_bucket(&here(), "b").await?, "there was one");
    assert!(!queue.forget_bucket(&here(), "b").await?, "once");
    assert_eq!(queue.buckets(&here(), "", 9).await?, ["c"], "the other one stays");
    assert_eq!(queue.buckets(&elsewhere(), "", 9).await?, ["b", "c"], "another tenant's stay");
    Ok(())
}
