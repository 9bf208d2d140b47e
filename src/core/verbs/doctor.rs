//! `/dialnote doctor`.

use crate::core::verbs::spec::{Form, Spec};

/// Check the setup.
pub(super) static SPEC: Spec = Spec {
    name: "doctor",
    slash: None,
    arguments: "",
    summary: "Check the setup",
    example: "",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "dialnote", submit: "OK" },
    note: None,
    plain: None,
};
