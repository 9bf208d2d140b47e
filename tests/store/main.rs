//! What holds of the store: the app's promises on both databases, and that its queue's tables are the queue's own.

#![expect(clippy::panic, reason = "a test that cannot go on should stop")]
#![expect(unreachable_pub, reason = "the tests are one crate")]

mod conformance;
mod postgres;
mod sqlite;
