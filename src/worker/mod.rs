//! The worker: claims jobs and runs their steps, and starts what is due. The registry of handlers and the subscribers
//! of domain events are here, because they name every capability.

pub mod handlers;
pub mod runner;
mod set_back;
mod steps;
pub(crate) mod subscribers;
pub mod tenants;
pub mod timers;
