//! A method's answer: the data beside `ok: true`, or the reason for a refusal.

use serde_json::{Map, Value, json};

use crate::blocks::{BadBlocks, BadView};

/// An `ok: false`: its code and the fields beside it.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) error: String,
    pub(crate) detail: Map<String, Value>,
}

impl Failure {
    /// Returns a refusal with fields beside its code.
    pub(crate) fn with(error: &str, detail: Value) -> Self {
        let detail = if let Value::Object(detail) = detail { detail } else { Map::new() };
        Self { error: error.to_owned(), detail }
    }

    /// Returns `invalid_arguments` with a message that names the argument.
    pub(crate) fn argument(message: &str) -> Self {
        let messages = [format!("[ERROR] {message}")];
        Self::with("invalid_arguments", json!({"response_metadata": {"messages": messages}}))
    }

    /// Returns `invalid_arguments` with a message for each fault.
    pub(crate) fn arguments(faults: &[String]) -> Self {
        let messages: Vec<String> = faults.iter().map(|fault| format!("[ERROR] {fault}")).collect();
        Self::with("invalid_arguments", json!({"response_metadata": {"messages": messages}}))
    }

    /// Returns the body of the answer.
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

/// A method's answer: the data beside `ok: true`.
pub(super) type Reply = Result<Value, Failure>;
