//! `/dialnote keep`.

use crate::core::verbs::spec::{Form, MayDo, PlainSpec, Spec};

/// Confirm that the requester is still working on what they own.
pub(super) static SPEC: Spec = Spec {
    name: "keep",
    slash: None,
    arguments: "[conversation]",
    summary: "Say that you are still on what is yours.",
    example: "Ana Lima",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "Keep", submit: "I am on it" },
    note: None,
    plain: Some(PlainSpec { by: MayDo::Owner, event: "is still on this.", result: "{contact} stays yours." }),
};
