//! `/handoff`.

use crate::core::verbs::spec::{Form, NoteNeed, NoteSpec, Spec};

/// Reassign with a note.
pub(super) static SPEC: Spec = Spec {
    name: "handoff",
    slash: Some("/handoff"),
    arguments: "@person [conversation] note",
    summary: "Pass it on together with what the next owner must know.",
    example: "@leo Ana Lima asks for a quote, call before noon",
    takes_person: true,
    means_done_too: false,
    form: Form { title: "Hand off", submit: "Hand off" },
    note: Some(NoteSpec {
        need: NoteNeed::Expected,
        label: "What should they know?",
        hint: "The next owner gets it with the conversation.",
        question: "What should the next owner know?",
        request: "Add a note to hand this off. The new owner reads it first.",
        missing: "Write what the next owner should know.",
    }),
    plain: None,
};
