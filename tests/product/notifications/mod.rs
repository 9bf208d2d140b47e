//! Direct messages, digests, reminders and reports.

mod after_downtime;
mod digests;
mod direct_messages;
mod inactive_conversations;
mod reminders;
mod reports;
mod superseded_messages;
mod weekly;
