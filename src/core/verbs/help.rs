//! `/dialnote help`.

use crate::core::verbs::spec::{Form, Spec};

/// Show the commands.
pub(super) static SPEC: Spec = Spec {
    name: "help",
    slash: None,
    arguments: "[all | admin | command]",
    summary: "Show the commands",
    example: "assign",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "dialnote", submit: "OK" },
    note: None,
    plain: None,
};
