//! `/dialnote accept`.

use crate::core::verbs::spec::{Form, MayDo, PlainSpec, Spec};

/// Accept an assignment.
pub(super) static SPEC: Spec = Spec {
    name: "accept",
    slash: None,
    arguments: "[conversation]",
    summary: "Accept an assignment",
    example: "Ana Lima",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "Accept", submit: "Accept" },
    note: None,
    plain: Some(PlainSpec { by: MayDo::Receiver, event: "accepted this.", result: "You accepted {name}." }),
};
