//! The app's steps in Slack's workflows, which act for no person.

pub(crate) mod queue;
pub(crate) mod steps;
