//! `/handoff`.

use crate::core::verbs::spec::{Form, NoteNeed, NoteSpec, Spec};

/// Reassign with a note.
pub(super) static SPEC: Spec = Spec {
    name: "handoff",
    slash: Some("/handoff"),
    arguments: "@person [conversation] note",
    summary: "Reassign with a note",
    example: "@leo Ana Lima asks for a quote, call before noon",
    takes_person: true,
    means_done_too: false,
    form: Form { title: "Hand off", submit: "Hand off" },
    note: Some(NoteSpec {
        need: NoteNeed::Expected,
        label: "Note",
        hint: "Sent to the new owner and saved in dialnote.",
        request: "Add a note to hand {name} off. The new owner reads it first.",
        missing: "Add a note. Your workspace requires one.",
    }),
    plain: None,
};
