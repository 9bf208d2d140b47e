//! `/dialnote decline`.

use crate::core::verbs::spec::{Form, NoteNeed, NoteSpec, Spec};

/// Decline an assignment, so that it returns to the person who made it.
pub(super) static SPEC: Spec = Spec {
    name: "decline",
    slash: None,
    arguments: "[conversation] [note]",
    summary: "Return it to the person who assigned it",
    example: "Ana Lima I am out today",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "Decline", submit: "Decline" },
    note: Some(NoteSpec {
        need: NoteNeed::Optional,
        label: "Reason",
        hint: "Sent to the person who assigned it and saved in dialnote.",
        request: "Add a note to decline {name}.",
        missing: "Add a note.",
    }),
    plain: None,
};
