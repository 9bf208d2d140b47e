//! People: membership, links, deferred commands, rights and offboarding.

mod deferred_commands;
pub mod linking_by_hand;
mod membership;
mod offboarding;
mod profile_changes;
mod revoked_rights;
