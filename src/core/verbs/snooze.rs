//! `/snooze`.

use crate::core::verbs::spec::{Form, Spec};

/// Snooze until a time.
pub(super) static SPEC: Spec = Spec {
    name: "snooze",
    slash: Some("/snooze"),
    arguments: "[conversation] when",
    summary: "Hide until a time: `2h`, `tomorrow 9am`, `monday` or a date",
    example: "Ana Lima tomorrow 9am",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "Snooze", submit: "Snooze" },
    note: None,
    plain: None,
};
