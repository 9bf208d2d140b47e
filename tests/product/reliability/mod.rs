//! Crashes, outages, late and malformed answers, pauses, clocks and rate limits.

mod clock_jumps;
mod copied_facts;
mod crashes;
mod every_dialnote_variant;
mod late_effects;
mod malformed_answers;
mod newer_version_beside;
mod outages;
mod paused_workers;
mod rate_limits;
mod slow_history;
mod wrong_addresses;
