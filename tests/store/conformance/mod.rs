//! The promises of both databases beyond the queue's (`durable_queue::conformance`): the app's own rows, stored
//! together with a verdict. Each case gets its own store, asserts with a sentence, and passes time in like every
//! caller.

mod categories;
pub(super) mod common;
mod copies;
mod facts;
mod kept;
mod together;

use dialnote_slack::platform::db::Store;

/// Runs each case on its own store and names the case whose store failed.
macro_rules! each {
    ($fresh:expr, [$($case:path),+ $(,)?]) => {
        $(if let Err(fault) = $case($fresh().await.as_ref()).await {
            panic!("{}: {fault}", stringify!($case));
        })+
    };
}

/// Checks cards, drafts, the audit log, cache entries and sweeping, and that they are stored with a verdict or not at
/// all.
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

/// Checks documents and the snapshots of dialnote's conversations.
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

/// Checks that all rows can be read by category, and removed.
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

/// Checks that claims carry the version of their installation.
pub async fn copies(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    each!(
        fresh,
        [
            copies::each_change_of_a_copied_document_raises_the_version,
            copies::each_change_of_a_copied_cache_entry_raises_the_version,
            copies::a_clock_that_is_set_back_raises_the_version,
            copies::a_version_never_begins_again,
        ]
    );
}

/// Checks settlements that arrive together.
pub async fn together(fresh: &impl AsyncFn() -> Box<dyn Store>) {
    each!(
        fresh,
        [
            together::of_two_settlements_of_a_claim_one_holds,
            together::each_verdict_is_that_of_its_own_job,
            together::effects_on_one_row_keep_their_order,
        ]
    );
}
