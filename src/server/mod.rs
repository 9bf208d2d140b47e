//! The edge: a request is bounded, verified, read, stored and acknowledged, in this order. The app itself opens the
//! connections of Socket Mode, so their envelopes need no verification; they are handled in the same way.

mod answers;
mod body;
mod choosing;
mod connect;
mod connection_slots;
mod envelope;
mod forms;
mod front;
mod install;
mod mcp;
mod noting;
pub mod ops;
mod panes;
mod reacted;
mod request;
pub mod router;
mod routes;
pub mod serve;
mod signed;
mod slack;
mod socket_health;
pub mod sockets;
mod submitted;
mod wanted;
mod webhooks;
mod written;
