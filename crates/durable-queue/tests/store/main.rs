//! Promises of the backends: the conformance suite on both, and the tests of each one alone.

mod composing;
mod model;
mod plans;
mod postgres;
mod sqlite;
