//! `/dialnote note`.

use crate::core::verbs::spec::{Form, MayDo, NoteNeed, NoteSpec, PlainSpec, Spec};

/// Save a note.
pub(super) static SPEC: Spec = Spec {
    name: "note",
    slash: None,
    arguments: "[conversation] text",
    summary: "Add an internal note",
    example: "Ana Lima prefers to be called in the morning",
    takes_person: false,
    means_done_too: true,
    form: Form { title: "Add note", submit: "Add note" },
    note: Some(NoteSpec {
        need: NoteNeed::Always,
        label: "Note",
        hint: "Saved in dialnote. The contact never sees it.",
        request: "Add the text of the note for {name}.",
        missing: "Add the text of the note.",
    }),
    plain: Some(PlainSpec { by: MayDo::Anyone, event: "added a note.", result: "Note added to {name}." }),
};
