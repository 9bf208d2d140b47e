//! What we know of Slack: how its requests are verified and read, and how its API is called.

pub mod answer;
mod channels;
pub mod client;
pub mod codes;
pub mod fields;
mod files;
pub mod inbound;
pub mod oauth;
pub mod pointed;
pub mod scopes;
pub mod seek;
pub mod signature;
pub mod socket;
