//! `/assign`.

use crate::core::verbs::spec::{Form, NoteNeed, NoteSpec, Spec};

/// Make a person the owner.
pub(super) static SPEC: Spec = Spec {
    name: "assign",
    slash: Some("/assign"),
    arguments: "@person [conversation] [note]",
    summary: "Make somebody the owner; `me` for yourself, a group for its least busy member.",
    example: "@zoe +1 415 555 0101 wants a call back",
    takes_person: true,
    means_done_too: false,
    form: Form { title: "Assign", submit: "Assign" },
    note: Some(NoteSpec {
        need: NoteNeed::Optional,
        label: "Note",
        hint: "It goes into dialnote; the contact does not see it.",
        question: "What should the next owner know?",
        request: "Add the text of the note.",
        missing: "Write what the next owner should know.",
    }),
    plain: None,
};
