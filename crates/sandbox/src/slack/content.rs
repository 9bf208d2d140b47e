//! Checks of a message's content.

use serde_json::{Value, json};

use super::failure::Failure;
use crate::blocks;

/// Text and blocks that passed the checks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    pub(crate) text: String,
    pub(crate) blocks: Vec<Value>,
}

/// Checks text and blocks of a message. Refuses blocks without text although Slack accepts them: a screen reader would
/// have nothing to read, and their notification would be empty.
pub(crate) fn checked_content(text: Option<&str>, blocks: Option<&Value>) -> Result<Content, Failure> {
    let blocks = blocks.map(blocks::message).transpose()?.unwrap_or_default();
    match text {
        Some(text) if !text.is_empty() => Ok(Content { text: text.to_owned(), blocks }),
        _ => Err("no_text".into()),
    }
}

/// Checks metadata for Slack's shape. `{}` means none.
pub(super) fn checked_metadata(metadata: Value) -> Result<Value, Failure> {
    if metadata == json!({}) {
        return Ok(metadata);
    }
    let event_type = metadata["event_type"].as_str().unwrap_or_default();
    let shaped = metadata.as_object().is_some_and(|fields| fields.len() == 2) && metadata["event_payload"].is_object();
    if event_type.is_empty() || !shaped {
        return Err("invalid_metadata_format".into());
    }
    // Slack only advises flat payloads with plain keys; a payload that ignores the advice may stop working.
    let mut payload = metadata["event_payload"].as_object().into_iter().flatten();
    let plain = |key: &str| key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if payload.any(|(key, value)| !plain(key) || value.is_object() || value.is_null()) {
        return Err("invalid_metadata_schema".into());
    }
    Ok(metadata)
}
