//! `/dialnote unsnooze`.

use crate::core::verbs::spec::{Form, Spec};

/// End a snooze early.
pub(super) static SPEC: Spec = Spec {
    name: "unsnooze",
    slash: None,
    arguments: "[conversation]",
    summary: "End a snooze now",
    example: "Ana Lima",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "Unsnooze", submit: "Unsnooze" },
    note: None,
    plain: None,
};
