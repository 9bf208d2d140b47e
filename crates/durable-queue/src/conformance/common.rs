//! Values and steps that the cases share.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::from_millis;
use crate::{Accepted, Claim, Delivery, DurableQueue, FollowUp, NewJob, Queue, QueueError, Settled, TenantId, Verdict};

/// The lease most cases use.
pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// An instant, in seconds after the suite's beginning of time.
pub(crate) fn at(seconds: i64) -> Timestamp {
    from_millis(1_750_000_000_000 + seconds * 1000)
}

pub(crate) fn here() -> TenantId {
    TenantId::new("T1")
}

pub(crate) fn elsewhere() -> TenantId {
    TenantId::new("T2")
}

pub(crate) fn delivery(key: &str) -> Delivery {
    Delivery { installation: here(), key: key.into() }
}

/// A command that is due at once. Its body is its name in the assertions.
pub(crate) fn command(key: &str, body: &str) -> NewJob {
    NewJob::new(&here(), Queue::Work, key, at(0), body)
}

pub(crate) fn message(key: &str, body: &str) -> NewJob {
    NewJob { queue: Queue::Outbox, ..command(key, body) }
}

/// Takes the jobs in as one delivery that is named after them.
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

pub(crate) fn only(claims: Vec<Claim>) -> Result<Claim, QueueError> {
    let found = names(&claims).join(", ");
    let [claim] = <[Claim; 1]>::try_from(claims)
        .map_err(|_| QueueError::new(format!("the case expected one job but got [{found}]")))?;
    Ok(claim)
}

/// The bodies of claims.
pub(crate) fn names(claims: &[Claim]) -> Vec<&str> {
    bodies(claims.iter().map(|claim| &claim.body))
}

pub(crate) fn bodies<'a>(bodies: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    bodies.map(String::as_str).collect()
}

pub(crate) async fn settle(queue: &dyn DurableQueue, claim: &Claim, verdict: Verdict) -> Result<(), QueueError> {
    settle_with(queue, claim, verdict, []).await
}

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

pub(crate) fn retry(due: Timestamp) -> Verdict {
    Verdict::Retry { due, cause: "dialnote is down".into(), outcome_unknown: false }
}

pub(crate) fn dead() -> Verdict {
    Verdict::Dead { cause: "tried for a day".into() }
}
