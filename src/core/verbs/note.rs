//! `/dialnote note`.

use crate::core::verbs::spec::{Form, MayDo, NoteNeed, NoteSpec, PlainSpec, Spec};

/// Save a note.
pub(super) static SPEC: Spec = Spec {
    name: "note",
    slash: None,
    arguments: "[conversation] text",
    summary: "Write an internal note; the contact does not see it.",
    example: "Ana Lima prefers to be called in the morning",
    takes_person: false,
    means_done_too: true,
    form: Form { title: "Note", submit: "Add note" },
    note: Some(NoteSpec {
        need: NoteNeed::Always,
        label: "Note",
        hint: "It goes into dialnote; the contact does not see it.",
        question: "What is the note?",
        request: "Add the text of the note.",
        missing: "Write the note.",
    }),
    plain: Some(PlainSpec { by: MayDo::Anyone, event: "added a note.", result: "Note added to {name}." }),
};
