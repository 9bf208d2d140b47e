//! What both databases owe beyond the queue's promises (`durable_queue::conformance`): the app's own rows, and that they
//! are stored together with a verdict. A case gets a store of its own, asserts with a sentence, and passes time in like
//! every caller.

#![expect(clippy::panic, reason = "a failed case panics: that is how a test fails")]

mod categories;
mod facts;
mod kept;

use std::time::Duration;

use jiff::Timestamp;

use super::{Accepted, Claim, Delivery, Effect, NewJob, Queue, Settled, Store, Verdict};
use crate::clock;
use crate::error::Fault;
use crate::ids::InstallationId;

/// Runs each case on a store of its own and names the one whose store failed.
macro_rules! each {
    ($fresh:expr, [$($case:path),+ $(,)?]) => {
        $(if let Err(fault) = $case($fresh().await.as_ref()).await {
            panic!("{}: {fault}", stringify!($case));
        })+
    };
}

/// Promises of a database, on one handle. `fresh` opens a new, empty store.
pub async fn all(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    facts(fresh).await;
    kept(fresh).await;
    categories(fresh).await;
}

/// Cards, drafts, the audit log, cache entries and sweeping, and that they are stored with a verdict or not at all.
pub async fn facts(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    each!(
        fresh,
        [
            facts::a_conversation_has_one_card_in_a_channel,
            facts::a_card_is_known_before_it_is_posted,
            facts::cards_come_in_the_order_of_their_channels,
            facts::entries_come_newest_first,
            facts::deeds_are_somebodys_own,
            facts::a_draft_is_kept_for_its_person,
            facts::a_memo_replaces_an_older_one,
            facts::a_memo_is_found_by_its_alias,
            facts::a_memo_is_kept_with_its_verdict,
            facts::facts_belong_to_their_installation,
            facts::sweeps_what_is_old_in_bites,
            facts::sweeping_leaves_jobs_and_cards_alone,
            facts::effects_are_stored_with_every_verdict,
            facts::nothing_of_a_late_settlement_is_stored,
            facts::a_draft_is_taken_up_once,
        ]
    );
}

/// What stays until somebody changes it, and what is kept of dialnote's conversations.
pub async fn kept(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    each!(
        fresh,
        [
            kept::a_document_is_kept_until_it_is_dropped,
            kept::documents_come_by_kind_in_the_order_of_ids,
            kept::a_due_time_becomes_a_job_once,
            kept::installations_are_found_among_all_that_is_kept,
            kept::what_is_kept_for_an_installation_goes_with_it,
            kept::jobs_and_deliveries_go_with_an_installation,
            kept::an_installation_begins_from_nothing,
            kept::the_cards_of_a_channel_come_in_the_order_of_time,
            kept::the_mirror_shows_the_latest_sight,
            kept::a_card_is_found_by_its_place,
            kept::the_audit_log_is_read_from_end_to_end,
            kept::nothing_is_newer_than_a_clock_that_is_set_back,
        ]
    );
}

/// All that is kept can be looked through, and taken away.
pub async fn categories(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    each!(
        fresh,
        [
            categories::a_shelf_is_looked_through_in_the_order_of_names,
            categories::what_is_taken_off_a_shelf_is_gone_unless_it_was_changed,
            categories::a_document_is_rewritten_unless_it_was_changed,
            categories::lines_of_the_audit_log_become_nobodys,
            categories::installations_are_known_as_long_as_anything_is_kept,
        ]
    );
}

/// The lease most cases use.
const LEASE: Duration = Duration::from_secs(30);

/// An instant, in seconds after the suite's beginning of time.
fn at(seconds: i64) -> Timestamp {
    clock::from_millis(1_750_000_000_000 + seconds * 1000)
}

fn here() -> InstallationId {
    InstallationId::new("T1")
}

fn elsewhere() -> InstallationId {
    InstallationId::new("T2")
}

fn delivery(key: &str) -> Delivery {
    Delivery { installation: here(), key: key.into() }
}

/// A command that is due at once. Its body is its name in the assertions.
fn command(key: &str, body: &str) -> NewJob {
    NewJob::new(&here(), Queue::Work, key, at(0), body)
}

fn message(key: &str, body: &str) -> NewJob {
    NewJob { queue: Queue::Outbox, ..command(key, body) }
}

/// Takes the jobs in as one delivery that is named after them.
async fn accept(store: &dyn Store, jobs: impl IntoIterator<Item = NewJob>) -> Result<(), Fault> {
    let jobs: Vec<_> = jobs.into_iter().collect();
    let key = format!("{:?}", bodies(jobs.iter().map(|job| &job.body)));
    assert_eq!(store.accept(delivery(&key), jobs, at(0)).await?, Accepted::New, "{key} is new");
    Ok(())
}

/// Claims every command that is due.
async fn claim(store: &dyn Store, now: Timestamp) -> Result<Vec<Claim>, Fault> {
    store.claim(Queue::Work, 100, now, LEASE).await
}

/// Claims commands and expects exactly one to be due.
async fn claim_one(store: &dyn Store, now: Timestamp) -> Result<Claim, Fault> {
    only(claim(store, now).await?)
}

fn only(claims: Vec<Claim>) -> Result<Claim, Fault> {
    let found = names(&claims).join(", ");
    let [claim] = <[Claim; 1]>::try_from(claims)
        .map_err(|_| Fault::Store(format!("the case expected one job but got [{found}]")))?;
    Ok(claim)
}

/// The bodies of claims.
fn names(claims: &[Claim]) -> Vec<&str> {
    bodies(claims.iter().map(|claim| &claim.body))
}

fn bodies<'a>(bodies: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    bodies.map(String::as_str).collect()
}

async fn settle(store: &dyn Store, claim: &Claim, verdict: Verdict) -> Result<(), Fault> {
    settle_with(store, claim, verdict, []).await
}

async fn settle_with(
    store: &dyn Store,
    claim: &Claim,
    verdict: Verdict,
    effects: impl IntoIterator<Item = Effect>,
) -> Result<(), Fault> {
    let settled = store.settle(claim, verdict, effects.into_iter().collect(), at(0)).await?;
    assert_eq!(settled, Settled::Applied, "the claim on {} holds", claim.body);
    Ok(())
}

fn retry(due: Timestamp) -> Verdict {
    Verdict::Retry { due, cause: "dialnote is down".into(), outcome_unknown: false }
}

fn dead() -> Verdict {
    Verdict::Dead { cause: "tried for a day".into() }
}
