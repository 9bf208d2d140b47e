//! What holds of the store: the conformance suite on every backend, and what is a backend's own.

mod model;
mod postgres;
mod sqlite;
