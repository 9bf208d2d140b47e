//! Changes in dialnote: polled, compared with the last snapshot, and announced.

pub mod conversations;
mod external_change;
pub mod external_changes;
pub(crate) mod known;
pub mod poll_state;
pub mod poller;
pub(crate) mod subscriptions;
pub mod webhooks;
