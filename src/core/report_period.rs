//! The period of a report, as it is typed.

use crate::core::parse_error::ParseError;

/// Reads the number of days that a report covers; a week if nothing was typed. Fails on anything but a known word or
/// 1 to `MAX_REPORT_DAYS` days.
pub(crate) fn period(text: &str) -> Result<u16, ParseError> {
    match text.trim().to_lowercase().as_str() {
        "" | "week" => Ok(7),
        "today" => Ok(1),
        "month" => Ok(30),
        number => number.parse().ok().filter(|days| (1..=MAX_REPORT_DAYS).contains(days)).ok_or(ParseError::NoPeriod),
    }
}

/// The most days that a report covers.
pub(crate) const MAX_REPORT_DAYS: u16 = 90;
