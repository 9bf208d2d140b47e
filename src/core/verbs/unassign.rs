//! `/unassign`.

use crate::core::verbs::spec::{Form, Spec};

/// Remove the owner.
pub(super) static SPEC: Spec = Spec {
    name: "unassign",
    slash: Some("/unassign"),
    arguments: "[conversation]",
    summary: "Remove the owner",
    example: "+1 415 555 0101",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "Unassign", submit: "Unassign" },
    note: None,
    plain: None,
};
