//! Values and steps that the cases share.

use std::time::Duration;

use jiff::Timestamp;

use crate::core::clock;
use crate::core::error::Fault;
use crate::core::ids::InstallationId;
use crate::platform::db::{Accepted, Claim, Delivery, Effect, NewJob, Queue, Settled, Store, Verdict};

/// The lease of most cases.
pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// Returns an instant, in seconds after the suite's beginning of time.
pub(crate) fn at(seconds: i64) -> Timestamp {
    clock::from_millis(1_750_000_000_000 + seconds * 1000)
}

pub(crate) fn here() -> InstallationId {
    InstallationId::new("T1")
}

pub(crate) fn elsewhere() -> InstallationId {
    InstallationId::new("T2")
}

pub(crate) fn delivery(key: &str) -> Delivery {
    Delivery { installation: here(), key: key.into() }
}

/// Returns a command that is due at once. Its body is its name in the assertions.
pub(crate) fn command(key: &str, body: &str) -> NewJob {
    NewJob::new(&here(), Queue::Work, key, at(0), body)
}

pub(crate) fn message(key: &str, body: &str) -> NewJob {
    NewJob { queue: Queue::Outbox, ..command(key, body) }
}

/// Accepts the jobs as one delivery that is named after them.
pub(crate) async fn accept(store: &dyn Store, jobs: impl IntoIterator<Item = NewJob>) -> Result<(), Fault> {
    let jobs: Vec<_> = jobs.into_iter().collect();
    let key = format!("{:?}", bodies(jobs.iter().map(|job| &job.body)));
    assert_eq!(store.accept(delivery(&key), jobs, at(0)).await?, Accepted::New, "{key} is new");
    Ok(())
}

/// Claims every command that is due.
pub(crate) async fn claim(store: &dyn Store, now: Timestamp) -> Result<Vec<Claim>, Fault> {
    store.claim(Queue::Work, 100, now, LEASE).await
}

/// Claims commands and expects exactly one to be due.
pub(crate) async fn claim_one(store: &dyn Store, now: Timestamp) -> Result<Claim, Fault> {
    only(claim(store, now).await?)
}

pub(crate) fn only(claims: Vec<Claim>) -> Result<Claim, Fault> {
    let found = names(&claims).join(", ");
    let [claim] = <[Claim; 1]>::try_from(claims)
        .map_err(|_| Fault::Store(format!("the case expected one job but got [{found}]")))?;
    Ok(claim)
}

/// Returns the bodies of claims.
pub(crate) fn names(claims: &[Claim]) -> Vec<&str> {
    bodies(claims.iter().map(|claim| &claim.body))
}

pub(crate) fn bodies<'a>(bodies: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    bodies.map(String::as_str).collect()
}

pub(crate) async fn settle(store: &dyn Store, claim: &Claim, verdict: Verdict) -> Result<(), Fault> {
    settle_with(store, claim, verdict, []).await
}

pub(crate) async fn settle_with(
    store: &dyn Store,
    claim: &Claim,
    verdict: Verdict,
    effects: impl IntoIterator<Item = Effect>,
) -> Result<(), Fault> {
    let settled = store.settle(claim, verdict, effects.into_iter().collect(), at(0)).await?;
    assert_eq!(settled, Settled::Applied, "the claim on {} holds", claim.body);
    Ok(())
}

pub(crate) fn retry(due: Timestamp) -> Verdict {
    Verdict::Retry { due, cause: "dialnote is down".into(), outcome_unknown: false }
}

pub(crate) fn dead() -> Verdict {
    Verdict::Dead { cause: "tried for a day".into() }
}
