//! Everything outside: Slack, dialnote, the databases, metrics and traces.

pub mod db;
pub mod dialnote;
pub mod retry;
pub mod slack;
pub(crate) mod telemetry;
pub mod transport;
pub mod vault;
