//! The log, metrics and traces.

pub(crate) mod log_lines;
pub(crate) mod metrics;
pub(crate) mod traces;
