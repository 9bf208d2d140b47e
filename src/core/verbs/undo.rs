//! `/dialnote undo`.

use crate::core::verbs::spec::{Form, Spec};

/// Undo the requester's last act.
pub(super) static SPEC: Spec = Spec {
    name: "undo",
    slash: None,
    arguments: "[conversation]",
    summary: "Take back what you did last, within ten minutes and if nothing has changed since.",
    example: "Ana Lima",
    takes_person: false,
    means_done_too: true,
    form: Form { title: "Undo", submit: "Take back" },
    note: None,
    plain: None,
};
