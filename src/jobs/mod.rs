//! Durable jobs: what a job is, what it works with, and the messages that it sends.

pub(crate) mod awaiting_pick;
pub(crate) mod awake;
mod callers;
pub mod ctx;
pub mod documents;
pub(crate) mod emit;
pub(crate) mod enqueue;
pub mod events;
pub mod faults;
pub mod handler;
pub mod ingress;
pub mod installation;
pub mod job;
pub(crate) mod lease;
mod memory;
pub(crate) mod newer_blocks;
pub mod outbox;
pub mod outcome;
pub mod rate_limits;
mod retry_window;
pub mod settings;
