//! `/dialnote route`.

use crate::core::verbs::spec::{Form, Spec};

/// Choose the channel that gets a shared number's cards.
pub(super) static SPEC: Spec = Spec {
    name: "route",
    slash: None,
    arguments: "[list | #channel] [number | * | off]",
    summary: "Choose the channel that shows a shared number's cards (`*` for all numbers)",
    example: "#front-desk \"Front desk\"",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "dialnote", submit: "OK" },
    note: None,
    plain: None,
};
