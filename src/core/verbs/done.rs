//! `/done`.

use crate::core::verbs::spec::{Form, NoteNeed, NoteSpec, Spec};

/// Mark done.
pub(super) static SPEC: Spec = Spec {
    name: "done",
    slash: Some("/done"),
    arguments: "[conversation] [note]",
    summary: "Resolve it.",
    example: "Ana Lima called back, all fine",
    takes_person: false,
    means_done_too: false,
    form: Form { title: "Done", submit: "Mark done" },
    note: Some(NoteSpec {
        need: NoteNeed::Optional,
        label: "How did it end?",
        hint: "It goes into dialnote as an internal note.",
        question: "How did it end?",
        request: "Add a note to mark this done. Your workspace requires one.",
        missing: "Write how it ended.",
    }),
    plain: None,
};
