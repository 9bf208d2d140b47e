//! dialnote-slack: teams that share phone numbers decide in Slack who owns each conversation.
//!
//! The modules are layers: one may use those below it, never those above it. ARCHITECTURE.md draws them in order, and
//! `tests/product/project/layers.rs` keeps it.

pub mod app;
pub mod audit;
pub mod cards;
pub mod channels;
pub mod commands;
pub mod config;
pub mod core;
pub mod jobs;
pub mod linking;
pub mod lists;
pub mod notifications;
pub mod objects;
pub mod ops;
pub mod people;
pub mod platform;
pub mod server;
pub mod settings;
pub mod sync;
pub mod tenants;
pub mod waiting;
pub mod worker;
pub mod workflows;
