//! What a message says, checked.

use serde_json::{Value, json};

use super::failure::Failure;
use crate::blocks;

/// Text and blocks that were found good.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    pub(crate) text: String,
    pub(crate) blocks: Vec<Value>,
}

/// Checks text and blocks of a message. Blocks without text are refused although Slack takes them:
/// nobody would hear them read out, and their notification would be empty.
pub(crate) fn checked_content(text: Option<&str>, blocks: Option<&Value>) -> Result<Content, Failure> {
    let blocks = blocks.map(blocks::message).transpose()?.unwrap_or_default();
    match text {
        Some(text) if !text.is_empty() => Ok(Content { text: text.to_owned(), blocks }),
        _ => Err("no_text".into()),
    }
}

/// Metadata in the shape Slack wants, or `{}`, which stands for none.
pub(super) fn checked_metadata(metadata: Value) -> Result<Value, Failure> {
    if metadata == json!({}) {
        return Ok(metadata);
    }
    let event_type = metadata["event_type"].as_str().unwrap_or_default();
    let shaped = metadata.as_object().is_some_and(|fields| fields.len() == 2) && metadata["event_payload"].is_object();
    if event_type.is_empty() || !shaped {
        return Err("invalid_metadata_format".into());
    }
    // Slack only advises flat payloads with plain keys; what breaks the advice may stop working.
    let mut payload = metadata["event_payload"].as_object().into_iter().flatten();
    let plain = |key: &str| key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if payload.any(|(key, value)| !plain(key) || value.is_object() || value.is_null()) {
        return Err("invalid_metadata_schema".into());
    }
    Ok(metadata)
}
