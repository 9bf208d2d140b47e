//! The edge: what arrives is bounded, verified, read, stored and acknowledged, in this order. A connection
//! of Socket Mode was opened by us and needs no verification; what comes through it goes the same way.

pub(crate) mod answers;
mod body;
mod connect;
mod connection_slots;
mod envelope;
pub mod forms;
pub(crate) mod front;
mod install;
mod noting;
pub mod ops;
pub(crate) mod request;
pub mod serve;
pub mod server;
mod signed;
mod slack;
pub(crate) mod socket_health;
pub mod sockets;
mod submitted;
mod webhooks;
