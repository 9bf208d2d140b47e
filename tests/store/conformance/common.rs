//! Steps that the cases share, for a store. The queue's suite has the values.

pub use durable_queue::conformance::common::{
    LEASE, at, bodies, command, dead, delivery, elsewhere, here, message, names, retry,
};

use dialnote_slack::core::error::Fault;
use dialnote_slack::platform::db::{Accepted, Claim, Effect, NewJob, Queue, Settled, Store, Verdict};
use durable_queue::conformance::common;
use jiff::Timestamp;

/// Accepts the jobs as one delivery that is named after them.
pub async fn accept(store: &dyn Store, jobs: impl IntoIterator<Item = NewJob>) -> Result<(), Fault> {
    let jobs: Vec<_> = jobs.into_iter().collect();
    let key = format!("{:?}", bodies(jobs.iter().map(|job| &job.body)));
    assert_eq!(store.accept(delivery(&key), jobs, at(0)).await?, Accepted::New, "{key} is new");
    Ok(())
}

/// Claims every command that is due.
pub async fn claim(store: &dyn Store, now: Timestamp) -> Result<Vec<Claim>, Fault> {
    store.claim(Queue::Work, 100, now, LEASE).await
}

/// Claims commands and expects exactly one to be due.
pub async fn claim_one(store: &dyn Store, now: Timestamp) -> Result<Claim, Fault> {
    only(claim(store, now).await?)
}

/// Returns the only claim; an error if there is another number of claims.
pub fn only(claims: Vec<Claim>) -> Result<Claim, Fault> {
    Ok(common::only(claims)?)
}

/// Settles a claim, and expects that it holds.
pub async fn settle(store: &dyn Store, claim: &Claim, verdict: Verdict) -> Result<(), Fault> {
    settle_with(store, claim, verdict, []).await
}

/// Settles a claim with effects, and expects that it holds.
pub async fn settle_with(
    store: &dyn Store,
    claim: &Claim,
    verdict: Verdict,
    effects: impl IntoIterator<Item = Effect>,
) -> Result<(), Fault> {
    let settled = store.settle(claim, verdict, effects.into_iter().collect(), at(0)).await?;
    assert_eq!(settled, Settled::Applied, "the claim on {} holds", claim.body);
    Ok(())
}
