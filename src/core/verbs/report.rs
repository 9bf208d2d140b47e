//! `/dialnote report`.

use crate::core::verbs::spec::{Form, Spec};

/// Show the team's activity.
pub(super) static SPEC: Spec = Spec {
    name: "report",
    slash: None,
    arguments: "[today | week | month | days]",
    summary: "Post a report here",
    example: "week",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "dialnote", submit: "OK" },
    note: None,
    plain: None,
};
