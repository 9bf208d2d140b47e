//! `/dialnote settings`.

use crate::core::verbs::spec::{Form, Spec};

/// Change the rules of the workspace and of the channel.
pub(super) static SPEC: Spec = Spec {
    name: "settings",
    slash: None,
    arguments: "",
    summary: "Change the rules of the workspace and the settings of this channel",
    example: "",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "dialnote", submit: "OK" },
    note: None,
    plain: None,
};
