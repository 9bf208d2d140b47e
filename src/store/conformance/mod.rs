//! Backends must behave alike, or a bug would depend on where the program runs. So what the trait
//! promises is written down once, as plain functions over a store, and every backend's tests run
//! all of it: [`all`] on one handle, [`two_handles`] on two handles to one database.
//!
//! A case gets a store of its own, asserts with a sentence, and passes time in like everybody else.

#![expect(clippy::panic, reason = "a failed case panics: that is how a test fails")]

mod categories;
mod claims;
mod deliveries;
mod doubts;
mod facts;
mod fairness;
mod handles;
mod kept;
mod order;
mod telling;
mod verdicts;
mod waiting;
mod wakeups;

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

/// What a backend promises, on one handle. `fresh` opens a new, empty store.
pub async fn all(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    deliveries(fresh).await;
    order(fresh).await;
    claims(fresh).await;
    verdicts(fresh).await;
    telling(fresh).await;
    facts(fresh).await;
    kept(fresh).await;
    categories(fresh).await;
    wakeups(fresh).await;
    fairness(fresh).await;
    doubts(fresh).await;
    waiting(fresh).await;
}

/// A request is accepted once, with all its jobs or none.
pub async fn deliveries(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    each!(
        fresh,
        [
            deliveries::accepts_a_delivery_with_its_jobs,
            deliveries::accepts_once,
            deliveries::a_duplicate_stores_nothing,
            deliveries::remembers_a_delivery_without_jobs,
            deliveries::knows_deliveries_by_installation,
        ]
    );
}

/// Jobs with one key run one at a time, oldest first.
pub async fn order(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    each!(
        fresh,
        [
            order::one_key_runs_one_at_a_time,
            order::an_older_job_goes_first_even_if_it_is_due_later,
            order::different_keys_run_in_parallel,
            order::lines_belong_to_an_installation_and_a_lane,
            order::behind_joins_the_other_line,
            order::behind_a_job_that_is_being_worked_on,
            order::behind_nobody_keeps_its_own_key,
            order::behind_looks_only_at_its_own_installation_and_lane,
            order::behind_a_dead_job_is_behind_nobody,
            order::jobs_of_one_delivery_are_taken_in_in_order,
            order::a_job_that_finds_its_key_moves_to_it,
            order::all_that_follows_from_a_request_knows_which,
        ]
    );
}

/// A claim is the right to work until its lease ends, and no longer than until the next claim.
pub async fn claims(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    each!(
        fresh,
        [
            claims::takes_only_what_is_due,
            claims::takes_at_most_max_in_the_order_of_their_turns,
            claims::lanes_are_claimed_apart,
            claims::a_lease_that_ended_is_claimed_again,
            claims::a_late_settlement_is_void,
            claims::an_ended_lease_nobody_took_still_holds,
            claims::renewing_moves_the_end_of_the_lease,
            claims::a_lost_lease_is_not_renewed,
            claims::a_claim_fits_only_its_own_job,
            claims::next_due_sees_what_nothing_holds_back,
        ]
    );
}

/// What became of a job, and what follows from it, is stored together.
pub async fn verdicts(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    each!(
        fresh,
        [
            verdicts::done_removes_the_job_and_frees_the_next,
            verdicts::a_job_is_settled_once,
            verdicts::continue_replaces_the_body_under_the_same_claim,
            verdicts::continue_moves_the_end_of_the_lease,
            verdicts::retry_keeps_the_place_in_line,
            verdicts::retry_ends_the_claim,
            verdicts::dead_is_kept_and_frees_the_next,
            verdicts::effects_are_stored_with_every_verdict,
            verdicts::the_verdict_comes_before_its_effects,
        ]
    );
}

/// A person whose command waits is told so once.
pub async fn telling(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    each!(
        fresh,
        [
            telling::overdue_names_commands_that_wait_oldest_first,
            telling::overdue_claims_only_describe,
            telling::tells_once,
            telling::what_is_finished_is_not_told,
            telling::who_was_told_need_not_be_told_of_what_follows,
            telling::a_notice_of_another_installation_is_not_told,
        ]
    );
}

/// Cards, drafts, the audit log, cache entries, sweeping and the overview.
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
            facts::overview_counts_what_waits,
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

/// Whoever sleeps until the next due time is woken when that becomes earlier.
pub async fn wakeups(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    each!(
        fresh,
        [
            wakeups::an_accepted_job_rings_its_lane,
            wakeups::a_freed_successor_rings,
            wakeups::a_retry_before_the_end_of_the_lease_rings,
            wakeups::a_shortened_lease_rings,
            wakeups::a_following_job_rings_its_lane,
            wakeups::a_notice_rings,
        ]
    );
}

/// Who is served first, how often the other side is called, and what waits in vain.
pub async fn fairness(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    each!(
        fresh,
        [
            fairness::people_are_served_before_machines,
            fairness::a_flow_that_floods_does_not_hold_up_others,
            fairness::what_was_begun_is_finished_first,
            fairness::a_bucket_lets_through_a_few_and_gives_appointments,
            fairness::a_bucket_belongs_to_its_installation,
            fairness::jobs_held_back_do_not_hide_those_that_may_pass,
            fairness::nobody_passes_a_closed_bucket,
            fairness::a_closed_bucket_holds_up_appointments,
            fairness::a_waiting_job_is_replaced,
            fairness::what_is_being_worked_on_is_not_replaced,
        ]
    );
}

/// What waits for a time, when limits are lifted or the clock is set back.
pub async fn waiting(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    each!(
        fresh,
        [
            waiting::a_limit_is_listed_until_it_ends,
            waiting::a_lifted_limit_lets_through_what_waits,
            waiting::what_waits_comes_nearer_when_the_clock_is_set_back,
            waiting::a_lease_outlives_a_clock_that_is_set_back,
            waiting::nothing_is_newer_than_a_clock_that_is_set_back,
        ]
    );
}

/// What is remembered of attempts that nobody knows the end of, and who may lead.
pub async fn doubts(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    each!(
        fresh,
        [
            doubts::a_crash_leaves_it_unsure,
            doubts::a_retry_says_whether_it_is_unsure,
            doubts::a_step_that_is_done_is_no_longer_unsure,
            doubts::a_draft_is_taken_up_once,
            doubts::there_is_one_leader_at_a_time,
        ]
    );
}

/// What holds between two programs on one database. `fresh` opens a new, empty database twice.
pub async fn two_handles(fresh: &impl AsyncFn() -> (Box<dyn Store>, Box<dyn Store>)) {
    macro_rules! each_pair {
        ([$($case:path),+ $(,)?]) => {
            $({
                let (one, other) = fresh().await;
                if let Err(fault) = $case(one.as_ref(), other.as_ref()).await {
                    panic!("{}: {fault}", stringify!($case));
                }
            })+
        };
    }
    each_pair!([
        handles::one_of_two_accepts_a_delivery,
        handles::a_job_is_claimed_by_one_of_two,
        handles::a_line_is_one_line_for_both,
        handles::a_late_worker_is_fenced_off,
        handles::a_person_is_told_by_one_of_two,
        handles::each_sees_what_the_other_stored,
        fairness::a_bucket_is_shared_by_two,
        doubts::one_of_two_leads,
    ]);
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
