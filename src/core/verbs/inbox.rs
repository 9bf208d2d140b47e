//! `/inbox`.

use crate::core::verbs::spec::{Form, Spec};

/// List conversations.
pub(super) static SPEC: Spec = Spec {
    name: "inbox",
    slash: Some("/inbox"),
    arguments: "[filter] [@person] [text]",
    summary: "List conversations",
    example: "unassigned",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "dialnote", submit: "OK" },
    note: None,
    plain: None,
};
