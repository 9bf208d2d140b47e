//! `/dialnote accept`.

use crate::core::verbs::spec::{Form, MayDo, PlainSpec, Spec};

/// Accept an assignment.
pub(super) static SPEC: Spec = Spec {
    name: "accept",
    slash: None,
    arguments: "[conversation]",
    summary: "Say that you take care of what you were given.",
    example: "Ana Lima",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "Accept", submit: "Accept" },
    note: None,
    plain: Some(PlainSpec { by: MayDo::Receiver, event: "takes care of this.", result: "You accepted {name}." }),
};
