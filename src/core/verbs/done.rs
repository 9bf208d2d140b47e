//! `/done`.

use crate::core::verbs::spec::{Form, NoteNeed, NoteSpec, Spec};

/// Mark done.
pub(super) static SPEC: Spec = Spec {
    name: "done",
    slash: Some("/done"),
    arguments: "[conversation] [note]",
    summary: "Mark done",
    example: "Ana Lima called back, all fine",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "Mark done", submit: "Mark done" },
    note: Some(NoteSpec {
        need: NoteNeed::Optional,
        label: "Note",
        hint: "Saved in dialnote. The contact never sees it.",
        request: "Add a note to mark {name} done. Your workspace requires one.",
        missing: "Add a note. Your workspace requires one.",
    }),
    plain: None,
};
