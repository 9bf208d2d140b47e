//! `/dialnote take`.

use crate::core::verbs::spec::{Form, Spec};

/// Become the owner of an unassigned conversation.
pub(super) static SPEC: Spec = Spec {
    name: "take",
    slash: None,
    arguments: "[conversation]",
    summary: "Own it, if it's unassigned",
    example: "Ana Lima",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "Take it", submit: "Take it" },
    note: None,
    plain: None,
};
