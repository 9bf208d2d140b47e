//! `/assign`.

use crate::core::verbs::spec::{Form, NoteNeed, NoteSpec, Spec};

/// Make a person the owner.
pub(super) static SPEC: Spec = Spec {
    name: "assign",
    slash: Some("/assign"),
    arguments: "@person [conversation] [note]",
    summary: "Make someone the owner (`me`, a person or a group)",
    example: "@zoe Ana Lima wants a call back",
    takes_person: true,
    means_done_too: false,
    form: Form { title: "Assign", submit: "Assign" },
    note: Some(NoteSpec {
        need: NoteNeed::Optional,
        label: "Note",
        hint: "Sent to the new owner and saved in dialnote.",
        request: "Add a note to assign {name}.",
        missing: "Add a note for the new owner.",
    }),
    plain: None,
};
