//! `/dialnote wake`.

use crate::core::verbs::spec::{Form, Spec};

/// End a snooze early.
pub(super) static SPEC: Spec = Spec {
    name: "wake",
    slash: None,
    arguments: "[conversation]",
    summary: "Bring back what was snoozed.",
    example: "Ana Lima",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "Wake", submit: "Wake" },
    note: None,
    plain: None,
};
