//! Slack's protocol: verifying and reading its requests, and calling its API.

pub mod answer;
pub mod blocks;
mod channels;
pub mod client;
pub mod codes;
pub mod entity;
mod events;
pub mod fields;
mod functions;
mod groups;
pub mod inbound;
pub mod oauth;
mod objects;
mod panes;
pub mod pointed;
pub mod reading;
pub mod scopes;
pub mod seek;
pub mod signature;
pub mod socket;
pub(crate) mod validate;
