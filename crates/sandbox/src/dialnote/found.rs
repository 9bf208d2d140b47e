//! The result of a call of dialnote: data of some shape, or a refusal.

use serde_json::{Value, json};

/// A refusal: a status, a code, and words that can be passed on to a person.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) error: &'static str,
    pub(super) message: String,
}

impl Refused {
    /// Returns the refusal of a malformed request.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self { status: 400, error: "BAD_REQUEST", message: message.into() }
    }

    /// Returns the refusal of a request with invalid values.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self { status: 422, error: "VALIDATION_FAILED", message: message.into() }
    }

    /// Returns the refusal of a request about a missing object.
    pub(super) fn not_found(what: &str) -> Self {
        Self { status: 404, error: "NOT_FOUND", message: format!("There is no {what} in your organization.") }
    }

    /// Returns the refusal of unknown fields or parameters, in the words of the library that dialnote's checks seem to
    /// use.
    pub(super) fn unrecognized(place: &str, names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
        Self::bad(format!("Unrecognized key(s) in {place}: {}", names.join(", ")))
    }
}

/// The data of an answer, and the metadata of a page of it.
pub(super) struct Found {
    pub(super) status: u16,
    pub(super) shape: Shape,
    pub(super) data: Value,
    pub(super) meta: Value,
}

/// The shape of an answer's data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Conversation,
    /// A conversation after a change.
    Changed,
    Conversations,
    Members,
    Channels,
    Calls,
    Call,
    Contacts,
    Messages,
    Note,
    Hook,
}

impl Found {
    /// Returns data of a shape, with status 200.
    pub(super) fn of(shape: Shape, data: Value) -> Self {
        Self { status: 200, shape, data, meta: json!({}) }
    }
}
