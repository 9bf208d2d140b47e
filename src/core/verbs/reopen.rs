//! `/reopen`.

use crate::core::verbs::spec::{Form, Spec};

/// Open a done conversation again.
pub(super) static SPEC: Spec = Spec {
    name: "reopen",
    slash: Some("/reopen"),
    arguments: "[conversation]",
    summary: "Open again",
    example: "Ana Lima",
    takes_person: false,
    means_done_too: true,
    form: Form { title: "Reopen", submit: "Reopen" },
    note: None,
    plain: None,
};
