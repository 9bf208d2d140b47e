//! A validator of our own for the entities of Work Objects (docs/contracts/slack-2026.md §2, §4, §13.1), and the inputs
//! that Slack makes of their editable fields.

mod actions;
mod check;
mod comments;
mod edit;
mod faults;
mod fields;
mod inputs;
#[cfg(test)]
mod tests;

pub(super) use actions::{all as all_actions, failure};
pub(super) use check::{Place, entity};
pub(super) use comments::{comment, has_sender};
pub(super) use inputs::{inputs, loads_options};
