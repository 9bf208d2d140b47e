//! Operation: the command line, the doctor, jobs, audit, export and erase, traces.

pub mod audit_log;
mod command_line;
mod doctor;
mod export_and_erase;
mod jobs_and_health;
mod lifting_rate_limits;
mod slack_cli;
mod traces;
mod upgrade;
mod upgrade_check;
