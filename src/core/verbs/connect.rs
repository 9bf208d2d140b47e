//! `/dialnote connect`.

use crate::core::verbs::spec::{Form, Spec};

/// Connect the workspace to dialnote.
pub(super) static SPEC: Spec = Spec {
    name: "connect",
    slash: None,
    arguments: "",
    summary: "Connect this workspace to dialnote",
    example: "",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "dialnote", submit: "OK" },
    note: None,
    plain: None,
};
