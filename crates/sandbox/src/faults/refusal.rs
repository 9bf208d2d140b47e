//! Answers that replace those of the service.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::odd::Odd;

/// The answer that replaces the service's own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) error: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) answer: Odd,
    pub(crate) after_effect: bool,
    /// The delay of the effect after the answer, in milliseconds.
    pub(crate) effect_late_ms: u64,
}

impl Refusal {
    /// Returns the status, which some answers fix.
    pub(super) fn status(&self) -> u16 {
        match self.answer {
            Odd::Redirect if !(300..400).contains(&self.status) => 302,
            Odd::UnauthorizedPage if ![401, 403, 407].contains(&self.status) => 401,
            _ => self.status,
        }
    }
}

/// Returns an answer with status 503.
pub(super) fn unavailable(error: &str) -> Refusal {
    Refusal { status: 503, error: error.to_owned(), ..Refusal::default() }
}

/// Returns an answer with status 429, and how many seconds to wait.
pub(super) fn too_many(error: &str, seconds: u64) -> Refusal {
    Refusal { headers: retry_after(Some(&seconds.to_string()), 429), status: 429, ..unavailable(error) }
}

/// Returns the header for the configured value; a 429 without one asks for one second.
pub(super) fn retry_after(written: Option<&str>, status: u16) -> Vec<(&'static str, String)> {
    let value = written.or((status == 429).then_some("1")).filter(|value| !value.is_empty());
    value.map(|value| ("retry-after", value.to_owned())).into_iter().collect()
}

/// Reads a header's value, which may be written as a number.
pub(super) fn text_or_number<'de, D: Deserializer<'de>>(written: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(written)? {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Number(number) => Ok(Some(number.to_string())),
        other => Err(D::Error::custom(format!("a Retry-After is a text or a number, not {other}"))),
    }
}
