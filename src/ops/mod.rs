//! Operation: the check of the setup, jobs, export and erasure, the audit log, the manifest.

pub mod audit_report;
pub mod doctor;
pub mod finding;
mod findings_view;
pub mod jobs;
pub mod limits;
pub mod manifest;
pub mod person;
pub mod plain_cause;
pub mod readiness;
pub mod upgrade;
