//! dialnote-slack: teams that share phone numbers decide in Slack who owns each conversation.
//!
//! The modules stand in floor order: one may use those above it in this list, never those below
//! (ARCHITECTURE.md draws the house, `tests/product/project/layers.rs` keeps it).

pub mod clock;
pub mod error;
pub mod ids;
pub mod json;
pub mod metrics;
pub mod traces;
pub mod transport;
pub mod vault;

pub mod domain;

pub mod view;

pub mod dialnote;
pub mod slack;
pub mod store;

pub mod outbox;

pub mod work;

pub mod http;

pub mod app;
pub mod audit;
pub mod config;
pub mod jobs;
pub mod limits;
pub mod manifest;
pub mod person;
