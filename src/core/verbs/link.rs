//! `/dialnote link`.

use crate::core::verbs::spec::{Form, Spec};

/// Link a Slack user to a dialnote member.
pub(super) static SPEC: Spec = Spec {
    name: "link",
    slash: None,
    arguments: "[@person] [member | off]",
    summary: "Link a Slack user to a dialnote member, or list people who aren't linked",
    example: "@leo Leo Martins",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "dialnote", submit: "OK" },
    note: None,
    plain: None,
};
