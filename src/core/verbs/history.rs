//! `/dialnote history`.

use crate::core::verbs::spec::{Form, Spec};

/// Show who did what.
pub(super) static SPEC: Spec = Spec {
    name: "history",
    slash: None,
    arguments: "[conversation]",
    summary: "Show who did what",
    example: "Ana Lima",
    takes_person: false,
    means_done_too: true,
    form: Form { title: "History", submit: "Show" },
    note: None,
    plain: None,
};
