//! `/dialnote link`.

use crate::core::verbs::spec::{Form, Spec};

/// Link a Slack user to a dialnote member.
pub(super) static SPEC: Spec = Spec {
    name: "link",
    slash: None,
    arguments: "[@person] [member | off]",
    summary: "Say who in dialnote somebody is, where their e-mail addresses do not; alone it shows who is not linked.",
    example: "@leo Leo Martins",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "dialnote", submit: "OK" },
    note: None,
    plain: None,
};
