//! What a method answers: the data beside `ok: true`, or why it does nothing.

use serde_json::{Map, Value, json};

use crate::blocks::{BadBlocks, BadView};

/// An `ok: false`: its code, and what goes with it.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) error: String,
    pub(crate) detail: Map<String, Value>,
}

impl Failure {
    /// A refusal with fields beside its code.
    pub(crate) fn with(error: &str, detail: Value) -> Self {
        let detail = if let Value::Object(detail) = detail { detail } else { Map::new() };
        Self { error: error.to_owned(), detail }
    }

    /// `invalid_arguments`, saying which.
    pub(crate) fn argument(message: &str) -> Self {
        let messages = [format!("[ERROR] {message}")];
        Self::with("invalid_arguments", json!({"response_metadata": {"messages": messages}}))
    }

    /// The body of the answer.
    pub(crate) fn body(self) -> Value {
        let mut body = json!({"ok": false, "error": self.error});
        for (key, value) in self.detail {
            body[key] = value;
        }
        body
    }
}

impl From<&str> for Failure {
    fn from(error: &str) -> Self {
        Self { error: error.to_owned(), detail: Map::new() }
    }
}

impl From<BadBlocks> for Failure {
    fn from(bad: BadBlocks) -> Self {
        match bad {
            BadBlocks::Format => "invalid_blocks_format".into(),
            BadBlocks::TooLong => "msg_blocks_too_long".into(),
            BadBlocks::Invalid(errors) => {
                let messages: Vec<String> = errors.iter().map(|error| format!("[ERROR] {error}")).collect();
                let detail = json!({"errors": errors, "response_metadata": {"messages": messages}});
                Self::with("invalid_blocks", detail)
            }
        }
    }
}

impl From<BadView> for Failure {
    fn from(bad: BadView) -> Self {
        match bad {
            BadView::TooLarge => "view_too_large".into(),
            BadView::Invalid(errors) => {
                let messages: Vec<String> = errors.iter().map(|error| format!("[ERROR] {error}")).collect();
                Self::with("invalid_arguments", json!({"response_metadata": {"messages": messages}}))
            }
        }
    }
}

/// What a method answers beside `ok: true`.
pub(super) type Reply = Result<Value, Failure>;
