//! The product, described in sentences: people's input, and exactly what they then see. Everything enters through the
//! real router, really signed; everything that leaves goes over HTTP to the sandbox, which is stricter than the
//! services it plays.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on should stop"
)]
#![expect(unreachable_pub, reason = "the tests are one crate")]

mod cards;
mod commands;
mod lists;
mod notifications;
mod objects;
mod ops;
mod people;
mod project;
mod properties;
mod reliability;
mod server;
mod support;
mod sync;
mod tenants;
mod waiting;
mod workflows;
