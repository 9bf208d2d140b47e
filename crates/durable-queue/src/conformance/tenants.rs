//! A tenant's rows are its own and are removed with it.

use crate::conformance::common;
use crate::rate_limit::RateLimit;
use crate::{Accepted, Delivery, DurableQueue, NewJob, Overview, Queue, QueueError, Settled, TenantId, Verdict};

pub(super) async fn jobs_and_deliveries_go_with_a_tenant(queue: &dyn DurableQueue) -> Result<(), QueueError> {
    let delivered = |installation: TenantId| Delivery { installation, key: "trigger".into() };
    let theirs = || NewJob::new(&common::elsewhere(), Queue::Work, "a", common::at(0), "theirs");
    queue
        .accept(
            delivered(common::here()),
            vec![common::command("a", "failed"), common::command("b", "under way")],
            common::at(0),
        )
        .await?;
    queue.accept(delivered(common::elsewhere()), vec![theirs()], common::at(0)).await?;
    let claims = common::claim(queue, common::at(0)).await?;
    let of = |body: &str| claims.iter().find(|claim| claim.body == body).cloned();
    let (Some(dead), Some(busy)) = (of("failed"), of("under way")) else { panic!("both are claimed") };
    queue.settle(&dead, Verdict::Dead { cause: "why".into() }, vec![], common::at(1)).await?;
    let more = Delivery { installation: common::here(), key: "removed".into() };
    queue.accept(more, vec![common::command("b", "waits"), common::command("c", "removes")], common::at(1)).await?;
    let Some(removes) = common::claim(queue, common::at(1)).await?.pop() else { panic!("it is claimed") };
    while queue.clear(&common::here(), removes.id, 2).await? > 0 {}
    assert_eq!(queue.job(dead.id).await?, None, "what failed for good");
    assert_eq!(
        queue.settle(&busy, Verdict::Done, vec![], common::at(2)).await?,
        Settled::LostLease,
        "what was under way"
    );
    assert_eq!(queue.overview_of(&common::here()).await?.inbox, 1, "the one that does it is left");
    assert_eq!(queue.settle(&removes, Verdict::Done, vec![], common::at(2)).await?, Settled::Applied);
    assert_eq!(queue.overview_of(&common::here()).await?, Overview::default(), "nothing is left");
    let again = vec![common::command("b", "new"), common::command("b", "behind it")];
    assert_eq!(
        queue.accept(delivered(common::here()), again, common::at(3)).await?,
        Accepted::New,
        "its deliveries are forgotten"
    );
    assert_eq!(common::names(&common::claim(queue, common::at(3)).await?), ["new"], "partitions begin from nothing");
    assert_eq!(queue.overview_of(&common::elsewhere()).await?.inbox, 1, "another tenant's stay");
    assert_eq!(queue.accept(delivered(common::elsewhere()), vec![], common::at(3)).await?, Accepted::Duplicate);
    Ok(())
}

pub(super) async fn buckets_are_listed_and_forgotten_by_name(queue: &dyn DurableQueue) -> Result<(), QueueError> {
    let rate_limits = ["c", "b"].map(|bucket| RateLimit { bucket: bucket.into(), every_ms: 1, burst: 1 });
    for tenant in [common::here(), common::elsewhere()] {
        let body = format!("paced {tenant}");
        let paced = NewJob { rate_limits: rate_limits.to_vec(), ..common::command("paced", &body) };
        common::accept(queue, [NewJob { installation: tenant, ..paced }]).await?;
    }
    common::claim(queue, common::at(0)).await?;
    assert_eq!(queue.buckets(&common::here(), "", 9).await?, ["b", "c"], "in order");
    assert_eq!(queue.buckets(&common::here(), "", 1).await?, ["b"], "no more than were asked for");
    assert_eq!(queue.buckets(&common::here(), "b", 9).await?, ["c"], "beyond the first");
    assert!(queue.forget_bucket(&common::here(), "b").await?, "there was one");
    assert!(!queue.forget_bucket(&common::here(), "b").await?, "once");
    assert_eq!(queue.buckets(&common::here(), "", 9).await?, ["c"], "the other one stays");
    assert_eq!(queue.buckets(&common::elsewhere(), "", 9).await?, ["b", "c"], "another tenant's stay");
    Ok(())
}
