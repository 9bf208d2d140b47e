//! Promises of the backends: the conformance suite on both, and what is each one's own.

mod composing;
mod model;
mod postgres;
mod sqlite;
