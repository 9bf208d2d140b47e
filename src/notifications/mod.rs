//! Notifications: direct messages, digests, reminders and reports.

pub mod absence;
mod absence_view;
pub(crate) mod digest_view;
pub mod digests;
mod direct;
pub(crate) mod direct_view;
mod loss_view;
pub(crate) mod occasion;
mod outcome_view;
pub(crate) mod posted_digest;
pub mod report;
pub(crate) mod report_facts;
pub(crate) mod report_view;
pub(crate) mod sent;
pub(crate) mod shares;
mod standing;
pub(crate) mod summary;
pub(crate) mod target_facts;
pub(crate) mod target_words;
pub mod unreachable;
pub(crate) mod unreachable_words;
pub(crate) mod weekly;
mod while_away_view;
