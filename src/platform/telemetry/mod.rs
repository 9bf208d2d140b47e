//! Metrics and traces.

pub(crate) mod metrics;
pub(crate) mod traces;
