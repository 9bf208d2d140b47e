//! Promises of a backend. All backends must behave alike, or a bug would depend on where the program runs. So each
//! promise is written once, as a plain function over a queue, and every backend's tests run all of them: [`all`] on one
//! handle, [`two_handles`] on two handles to one database.
//!
//! A case gets its own queue, asserts with a sentence, and passes time in like every caller.

#![expect(clippy::panic, reason = "a failed case panics: that is how a test fails")]

mod claims;
pub mod common;
mod deliveries;
mod doubts;
mod fairness;
mod handles;
mod operating;
mod order;
mod telling;
mod tenants;
mod verdicts;
mod waiting;
mod wakeups;

use crate::DurableQueue;

/// Runs each case on its own queue and names the case whose queue failed.
macro_rules! each {
    ($fresh:expr, [$($case:path),+ $(,)?]) => {
        $(if let Err(fault) = $case($fresh().await.as_ref()).await {
            panic!("{}: {fault}", stringify!($case));
        })+
    };
}

/// Checks the promises of a backend on one handle. `fresh` opens a new, empty queue.
pub async fn all(fresh: &impl AsyncFn() -> Box<dyn DurableQueue>) {
    deliveries(fresh).await;
    order(fresh).await;
    claims(fresh).await;
    verdicts(fresh).await;
    telling(fresh).await;
    operating(fresh).await;
    tenants(fresh).await;
    wakeups(fresh).await;
    fairness(fresh).await;
    doubts(fresh).await;
    waiting(fresh).await;
}

/// Checks that a request is accepted once, with all its jobs or none.
pub async fn deliveries(fresh: &impl AsyncFn() -> Box<dyn DurableQueue>) {
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

/// Checks that jobs with one key run one at a time, oldest first.
pub async fn order(fresh: &impl AsyncFn() -> Box<dyn DurableQueue>) {
    each!(
        fresh,
        [
            order::one_key_runs_one_at_a_time,
            order::an_older_job_goes_first_even_if_it_is_due_later,
            order::different_keys_run_in_parallel,
            order::partitions_belong_to_a_tenant_and_a_queue,
            order::behind_joins_the_other_line,
            order::behind_a_job_that_is_being_worked_on,
            order::behind_nobody_keeps_its_own_key,
            order::behind_looks_only_at_its_own_tenant_and_queue,
            order::behind_a_dead_job_is_behind_nobody,
            order::jobs_of_one_delivery_are_taken_in_in_order,
            order::a_job_that_finds_its_key_moves_to_it,
            order::all_that_follows_from_a_request_knows_which,
        ]
    );
}

/// Checks that a claim is the right to work until its lease ends, and no longer than until the next claim.
pub async fn claims(fresh: &impl AsyncFn() -> Box<dyn DurableQueue>) {
    each!(
        fresh,
        [
            claims::takes_only_what_is_due,
            claims::takes_at_most_max_in_the_order_of_their_turns,
            claims::queues_are_claimed_apart,
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

/// Checks that verdicts are stored together with their consequences.
pub async fn verdicts(fresh: &impl AsyncFn() -> Box<dyn DurableQueue>) {
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
            verdicts::follow_ups_are_stored_with_every_verdict,
            verdicts::the_verdict_comes_before_what_follows,
        ]
    );
}

/// Checks that a person whose command waits is notified of it once.
pub async fn telling(fresh: &impl AsyncFn() -> Box<dyn DurableQueue>) {
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

/// Checks the views and deletions of an operator.
pub async fn operating(fresh: &impl AsyncFn() -> Box<dyn DurableQueue>) {
    each!(
        fresh,
        [
            operating::sweeps_what_is_old_in_bites,
            operating::sweeping_leaves_jobs_alone,
            operating::overview_counts_what_waits,
            operating::jobs_are_listed_in_the_order_of_ids,
            operating::what_failed_for_good_is_thrown_away,
        ]
    );
}

/// Checks that a tenant's rows are its own and are removed with it.
pub async fn tenants(fresh: &impl AsyncFn() -> Box<dyn DurableQueue>) {
    each!(fresh, [tenants::jobs_and_deliveries_go_with_a_tenant, tenants::buckets_are_listed_and_forgotten_by_name,]);
}

/// Checks that a worker that sleeps until the next due time is woken when that becomes earlier.
pub async fn wakeups(fresh: &impl AsyncFn() -> Box<dyn DurableQueue>) {
    each!(
        fresh,
        [
            wakeups::an_accepted_job_rings_its_queue,
            wakeups::a_freed_successor_rings,
            wakeups::a_retry_before_the_end_of_the_lease_rings,
            wakeups::a_shortened_lease_rings,
            wakeups::a_following_job_rings_its_queue,
            wakeups::a_notice_rings,
            wakeups::a_claim_waits_for_a_job,
            wakeups::a_claim_waits_for_what_follows,
            wakeups::a_claim_waits_for_what_follows_a_closing,
            wakeups::a_claim_does_not_miss_what_came_at_the_same_time,
            wakeups::a_claim_does_not_miss_what_came_before,
            wakeups::ringing_the_bell_ends_the_wait,
            wakeups::a_worker_that_stopped_waiting_takes_nothing,
        ]
    );
}

/// Checks the order of service, rate limits, and the replacement of obsolete jobs.
pub async fn fairness(fresh: &impl AsyncFn() -> Box<dyn DurableQueue>) {
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

/// Checks jobs that wait for a time when limits are lifted or the clock is set back.
pub async fn waiting(fresh: &impl AsyncFn() -> Box<dyn DurableQueue>) {
    each!(
        fresh,
        [
            waiting::a_limit_is_listed_until_it_ends,
            waiting::a_lifted_limit_lets_through_what_waits,
            waiting::what_waits_comes_nearer_when_the_clock_is_set_back,
            waiting::a_lease_outlives_a_clock_that_is_set_back,
            waiting::leadership_ends_as_much_earlier_when_the_clock_is_set_back,
        ]
    );
}

/// Checks attempts whose outcome is unknown, and leadership.
pub async fn doubts(fresh: &impl AsyncFn() -> Box<dyn DurableQueue>) {
    each!(
        fresh,
        [
            doubts::a_crash_leaves_it_unsure,
            doubts::a_retry_says_whether_it_is_unsure,
            doubts::a_step_that_is_done_is_no_longer_unsure,
            doubts::there_is_one_leader_at_a_time,
        ]
    );
}

/// Checks the promises between two programs on one database. `fresh` opens a new, empty database twice.
pub async fn two_handles(fresh: &impl AsyncFn() -> (Box<dyn DurableQueue>, Box<dyn DurableQueue>)) {
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
