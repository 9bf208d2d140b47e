//! Channels: their privacy, and the routes that bring cards to them.

pub mod privacy;
pub mod routes;
pub(crate) mod waits;
