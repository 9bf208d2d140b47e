//! Checks of a message's content.

use serde_json::Value;

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
