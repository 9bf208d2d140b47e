//! `/dialnote giveback`.

use crate::core::verbs::spec::{Form, NoteNeed, NoteSpec, Spec};

/// Decline an assignment, so that it returns to the person who made it.
pub(super) static SPEC: Spec = Spec {
    name: "giveback",
    slash: None,
    arguments: "[conversation] [note]",
    summary: "Return what you were given to the person who gave it.",
    example: "Ana Lima I am out today",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "Give back", submit: "Give back" },
    note: Some(NoteSpec {
        need: NoteNeed::Optional,
        label: "Why?",
        hint: "The person who gave it to you reads it.",
        question: "What should the next owner know?",
        request: "Add the text of the note.",
        missing: "Write what the next owner should know.",
    }),
    plain: None,
};
