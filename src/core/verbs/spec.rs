//! The entry of a verb: its names, its words and what it takes.

/// The command under which every verb is available.
pub const UMBRELLA: &str = "/dialnote";

/// The entry of a verb.
#[derive(Debug)]
pub struct Spec {
    /// Its name after [`UMBRELLA`].
    pub name: &'static str,
    /// Its own slash command, if it has one.
    pub slash: Option<&'static str>,
    /// The arguments that follow it. Slack's menu of commands shows them as a hint, in at most 40 characters.
    pub arguments: &'static str,
    /// The description for people, as a label: a capital letter first, no full stop.
    pub summary: &'static str,
    /// The arguments of an example.
    pub example: &'static str,
    /// True if it names a new owner.
    pub takes_person: bool,
    /// True if a name in it can mean a done conversation as well as an open one.
    pub means_done_too: bool,
    /// Its form.
    pub form: Form,
    /// Its note, if it takes one.
    pub note: Option<NoteSpec>,
    /// The words of a verb that changes neither the owner nor the status; `None` for others.
    pub plain: Option<PlainSpec>,
}

/// The words around the form of a verb.
#[derive(Debug)]
pub struct Form {
    /// The title.
    pub title: &'static str,
    /// The label of the button that submits it.
    pub submit: &'static str,
}

/// The note that a verb takes.
#[derive(Debug)]
pub struct NoteSpec {
    /// How far the verb needs it.
    pub need: NoteNeed,
    /// The label of its field.
    pub label: &'static str,
    /// The hint under its field.
    pub hint: &'static str,
    /// The request to add it, and the reason. `{name}` is the contact's name.
    pub request: &'static str,
    /// The error under its field, if it was left empty.
    pub missing: &'static str,
}

/// How far a verb needs a note. The workspace's rules can require one as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteNeed {
    /// A note is welcome.
    Optional,
    /// A note is usual.
    Expected,
    /// Without a note there is nothing to do.
    Always,
}

/// A verb that changes neither the owner nor the status: it says something about a conversation, or adds its note.
#[derive(Debug)]
pub struct PlainSpec {
    /// The people who may give it.
    pub by: MayDo,
    /// The event in the card's thread, after the actor's name.
    pub event: &'static str,
    /// The result for the requester. `{name}` is the contact's name.
    pub result: &'static str,
}

/// The people who may give a plain command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayDo {
    /// Every teammate.
    Anyone,
    /// The owner of the conversation.
    Owner,
    /// The person to whom it was assigned, until they answer.
    Receiver,
}

impl Spec {
    /// Returns the command without its arguments: `/assign` or `/dialnote take`.
    pub fn typed(&self) -> String {
        self.slash.map_or_else(|| format!("{UMBRELLA} {}", self.name), str::to_owned)
    }

    /// Returns the command with its arguments: `/assign @person [conversation] [note]`.
    pub fn usage(&self) -> String {
        format!("{} {}", self.typed(), self.arguments).trim_end().to_owned()
    }

    /// Returns an example that works: `/assign @zoe Ana Lima wants a call back`.
    pub fn example(&self) -> String {
        format!("{} {}", self.typed(), self.example).trim_end().to_owned()
    }
}
