//! Notifications: direct messages, digests, reminders and reports.

pub mod absence;
pub(crate) mod absence_view;
pub mod chart;
pub(crate) mod digest_view;
pub mod digests;
pub mod direct;
pub(crate) mod direct_view;
pub(crate) mod posted_digest;
pub mod report;
pub mod report_facts;
pub(crate) mod report_view;
pub mod sent;
pub mod stale;
pub(crate) mod stale_facts;
pub mod standing;
pub mod summary;
pub mod unreachable;
