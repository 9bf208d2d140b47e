//! `/dialnote keep`.

use crate::core::verbs::spec::{Form, MayDo, PlainSpec, Spec};

/// Confirm that the requester is still working on what they own.
pub(super) static SPEC: Spec = Spec {
    name: "keep",
    slash: None,
    arguments: "[conversation]",
    summary: "Confirm you're still working on it",
    example: "Ana Lima",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "Still on it", submit: "Still on it" },
    note: None,
    plain: Some(PlainSpec {
        by: MayDo::Owner,
        event: "is still working on this.",
        result: "You're still the owner of {name}.",
    }),
};
