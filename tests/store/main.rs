//! The store: the app's promises on both databases, and its queue's tables, which must be the queue's own.

#![expect(clippy::panic, reason = "a test that cannot go on should stop")]
#![expect(unreachable_pub, reason = "the tests are one crate")]

mod conformance;
mod postgres;
mod sqlite;
