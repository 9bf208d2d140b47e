//! Notifications: direct messages, digests, reminders and reports.

pub mod absence;
pub mod absence_view;
pub mod chart;
pub mod digest_view;
pub mod digests;
pub mod direct;
pub mod direct_view;
pub(crate) mod posted_digest;
pub mod report;
pub mod report_facts;
pub mod report_view;
pub mod sent;
pub mod stale;
pub mod stale_facts;
pub mod standing;
pub mod summary;
pub mod unreachable;
