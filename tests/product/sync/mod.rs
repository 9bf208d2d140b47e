//! Changes made in dialnote: polled, or announced by webhooks.

mod external_changes;
mod webhooks;
