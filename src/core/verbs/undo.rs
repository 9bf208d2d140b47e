//! `/dialnote undo`.

use crate::core::verbs::spec::{Form, Spec};

/// Undo the requester's last act.
pub(super) static SPEC: Spec = Spec {
    name: "undo",
    slash: None,
    arguments: "[conversation]",
    summary: "Undo your last change (10 min)",
    example: "Ana Lima",
    takes_person: false,
    means_done_too: true,
    form: Form { title: "Undo", submit: "Undo" },
    note: None,
    plain: None,
};
