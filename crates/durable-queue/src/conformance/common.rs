//! Values and steps that the cases share.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::from_millis;
use crate::{Accepted, Claim, Delivery, DurableQueue, FollowUp, NewJob, Queue, QueueError, Settled, TenantId, Verdict};

/// The lease that most cases use.
pub const LEASE: Duration = Duration::from_secs(30);

/// Returns an instant, in seconds after the suite's beginning of time.
pub fn at(seconds: i64) -> Timestamp {
    from_millis(1_750_000_000_000 + seconds * 1000)
}

/// Returns the tenant of most cases.
pub fn here() -> TenantId {
    TenantId::new("T1")
}

/// Returns another tenant.
pub fn elsewhere() -> TenantId {
    TenantId::new("T2")
}

/// Returns a delivery with this key.
pub fn delivery(key: &str) -> Delivery {
    Delivery { installation: here(), key: key.into() }
}

/// Returns a command that is due at once. Its body is its name in the assertions.
pub fn command(key: &str, body: &str) -> NewJob {
    NewJob::new(&here(), Queue::Work, key, at(0), body)
}

/// Returns a message that is due at once.
pub fn message(key: &str, body: &str) -> NewJob {
    NewJob { queue: Queue::Outbox, ..command(key, body) }
}

/// Accepts the jobs as one delivery that is named after them.
pub(crate) async fn accept(queue: &dyn DurableQueue, jobs: impl IntoIterator<Item = NewJob>) -> Result<(), QueueError> {
    let jobs: Vec<_> = jobs.into_iter().collect();
    let key = format!("{:?}", bodies(jobs.iter().map(|job| &job.body)));
    assert_eq!(queue.accept(delivery(&key), jobs, at(0)).await?, Accepted::New, "{key} is new");
    Ok(())
}

/// Claims every command that is due.
pub(crate) async fn claim(queue: &dyn DurableQueue, now: Timestamp) -> Result<Vec<Claim>, QueueError> {
    queue.claim(Queue::Work, 100, now, LEASE).await
}

/// Claims commands and expects exactly one to be due.
pub(crate) async fn claim_one(queue: &dyn DurableQueue, now: Timestamp) -> Result<Claim, QueueError> {
    only(claim(queue, now).await?)
}

/// Returns the only claim; an error if there is another number of claims.
pub fn only(claims: Vec<Claim>) -> Result<Claim, QueueError> {
    let found = names(&claims).join(", ");
    let [claim] = <[Claim; 1]>::try_from(claims)
        .map_err(|_| QueueError::new(format!("the case expected one job but got [{found}]")))?;
    Ok(claim)
}

/// Returns the bodies of claims.
pub fn names(claims: &[Claim]) -> Vec<&str> {
    bodies(claims.iter().map(|claim| &claim.body))
}

/// Returns the bodies as texts.
pub fn bodies<'a>(bodies: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    bodies.map(String::as_str).collect()
}

/// Settles a claim, and expects that it holds.
pub(crate) async fn settle(queue: &dyn DurableQueue, claim: &Claim, verdict: Verdict) -> Result<(), QueueError> {
    settle_with(queue, claim, verdict, []).await
}

/// Settles a claim with follow-ups, and expects that it holds.
pub(crate) async fn settle_with(
    queue: &dyn DurableQueue,
    claim: &Claim,
    verdict: Verdict,
    follow_ups: impl IntoIterator<Item = FollowUp>,
) -> Result<(), QueueError> {
    let settled = queue.settle(claim, verdict, follow_ups.into_iter().collect(), at(0)).await?;
    assert_eq!(settled, Settled::Applied, "the claim on {} holds", claim.body);
    Ok(())
}

/// Returns the verdict of a step that is retried.
pub fn retry(due: Timestamp) -> Verdict {
    Verdict::Retry { due, cause: "dialnote is down".into(), outcome_unknown: false }
}

/// Returns the verdict of a step that failed for good.
pub fn dead() -> Verdict {
    Verdict::Dead { cause: "tried for a day".into() }
}
