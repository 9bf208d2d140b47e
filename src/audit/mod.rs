//! The audit log: who did what, and when.

pub mod log;
