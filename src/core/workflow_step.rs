//! The steps that the app offers to Slack's workflows: their inputs and outputs, and the reading of inputs. A step acts
//! for no person: the inputs of a workflow prove nothing about anyone (docs/contracts/slack-2026.md §8).

use std::collections::BTreeMap;

use crate::core::assignee::{Assignee, UserGroup};
use crate::core::conversation::{Conversation, Status};
use crate::core::ids::{ChannelId, SlackUserId, UserGroupId};
use crate::core::participant::Participant;
use crate::core::text::cut;

/// The most characters of an input that are repeated in a sentence.
const QUOTED: usize = 80;

/// A step, as the manifest declares it.
#[derive(Clone, Copy, Debug)]
pub struct WorkflowStep {
    /// The name by which Slack calls it.
    pub callback_id: &'static str,
    /// The title in Workflow Builder.
    pub title: &'static str,
    /// The description in Workflow Builder.
    pub description: &'static str,
    /// The inputs.
    pub inputs: &'static [StepParameter],
    /// The outputs.
    pub outputs: &'static [StepParameter],
}

/// An input or output of a step.
#[derive(Clone, Copy, Debug)]
pub struct StepParameter {
    /// The name.
    pub name: &'static str,
    /// Slack's type (docs/contracts/slack-2026.md §8.2).
    pub kind: &'static str,
    /// The label in Workflow Builder.
    pub title: &'static str,
    /// The description in Workflow Builder.
    pub description: &'static str,
    /// True if it must be there.
    pub required: bool,
}

const ASSIGN: &str = "assign_conversation";
const FIND: &str = "find_conversation";
const NOTE: &str = "add_note";
const POST_QUEUE: &str = "post_unassigned";

const CONVERSATION_INPUT: StepParameter = StepParameter {
    name: "conversation",
    kind: "string",
    title: "Conversation",
    description: "A conversation's id, link or phone number, or the whole name of its contact",
    required: true,
};

const PERSON_INPUT: StepParameter = StepParameter {
    name: "person",
    kind: "slack#/types/user_id",
    title: "Person",
    description: "The new owner. Leave it empty to name a group",
    required: false,
};

const GROUP_INPUT: StepParameter = StepParameter {
    name: "group",
    kind: "slack#/types/usergroup_id",
    title: "Group",
    description: "The new owner is its available member with the fewest open conversations",
    required: false,
};

const NOTE_INPUT: StepParameter = StepParameter {
    name: "note",
    kind: "string",
    title: "Note",
    description: "An internal note, which the contact never sees",
    required: false,
};

const CHANNEL_INPUT: StepParameter = StepParameter {
    name: "channel",
    kind: "slack#/types/channel_id",
    title: "Channel",
    description: "The app must be a member of it",
    required: true,
};

/// The outputs that describe a conversation.
const CONVERSATION_OUTPUTS: [StepParameter; 6] = [
    StepParameter { description: "The conversation's id in dialnote", title: "Conversation id", ..CONVERSATION_INPUT },
    StepParameter {
        name: "title",
        title: "Title",
        description: "The contact's name, else the number",
        ..CONVERSATION_INPUT
    },
    StepParameter {
        name: "status",
        title: "Status",
        description: "open, snoozed, done or dialnote's own word",
        ..CONVERSATION_INPUT
    },
    StepParameter {
        name: "link",
        title: "Link",
        description: "The conversation's address in dialnote",
        ..CONVERSATION_INPUT
    },
    StepParameter {
        name: "owner",
        title: "Owner's name",
        description: "Missing if the conversation is unassigned",
        required: false,
        ..CONVERSATION_INPUT
    },
    StepParameter {
        name: "owner_user",
        kind: "slack#/types/user_id",
        title: "Owner",
        description: "Missing if no linked teammate owns it",
        required: false,
    },
];

/// All steps.
pub const STEPS: [WorkflowStep; 4] = [
    WorkflowStep {
        callback_id: ASSIGN,
        title: "Assign a conversation",
        description: "Make a person the owner, or the least busy member of a group",
        inputs: &[CONVERSATION_INPUT, PERSON_INPUT, GROUP_INPUT, NOTE_INPUT],
        outputs: &CONVERSATION_OUTPUTS,
    },
    WorkflowStep {
        callback_id: FIND,
        title: "Find a conversation",
        description: "Look up a conversation's owner, status and link",
        inputs: &[CONVERSATION_INPUT],
        outputs: &CONVERSATION_OUTPUTS,
    },
    WorkflowStep {
        callback_id: NOTE,
        title: "Add a note to a conversation",
        description: "Save an internal note in dialnote",
        inputs: &[CONVERSATION_INPUT, StepParameter { required: true, ..NOTE_INPUT }],
        outputs: &CONVERSATION_OUTPUTS,
    },
    WorkflowStep {
        callback_id: POST_QUEUE,
        title: "Post unassigned conversations",
        description: "List the unassigned conversations of a channel's number there",
        inputs: &[CHANNEL_INPUT],
        outputs: &[StepParameter {
            name: "count",
            kind: "integer",
            title: "Number of conversations",
            description: "The number of unassigned conversations",
            required: true,
        }],
    },
];

/// A step with its inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepRequest {
    /// Makes someone the owner.
    Assign {
        /// The words that name the conversation.
        which: String,
        /// The new owner.
        who: Assignee,
        /// The note; empty if there is none.
        note: String,
    },
    /// Looks a conversation up.
    Find {
        /// The words that name the conversation.
        which: String,
    },
    /// Adds a note.
    Note {
        /// The words that name the conversation.
        which: String,
        /// The note.
        note: String,
    },
    /// Posts the unassigned conversations.
    PostQueue(ChannelId),
}

/// Reads the inputs of a step. Fails with a sentence for the workflow's author.
pub fn read(callback_id: &str, inputs: &BTreeMap<String, String>) -> Result<StepRequest, String> {
    let Some(step) = STEPS.iter().find(|step| step.callback_id == callback_id) else {
        return Err(
            "This version of the app has no such step. Remove it from the workflow, or update the app.".to_owned()
        );
    };
    let input = |name: &str| inputs.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
    if let Some(missing) = step.inputs.iter().find(|one| one.required && input(one.name).is_none()) {
        return Err(format!("The input “{}” is empty. Fill it in.", missing.title));
    }
    let text = |name| input(name).unwrap_or_default().to_owned();
    let which = text(CONVERSATION_INPUT.name);
    Ok(match callback_id {
        ASSIGN => {
            let who = assignee(input(PERSON_INPUT.name), input(GROUP_INPUT.name))?;
            StepRequest::Assign { which, who, note: text(NOTE_INPUT.name) }
        }
        NOTE => StepRequest::Note { which, note: text(NOTE_INPUT.name) },
        POST_QUEUE => StepRequest::PostQueue(ChannelId::new(text(CHANNEL_INPUT.name))),
        _ => StepRequest::Find { which },
    })
}

fn assignee(person: Option<&str>, group: Option<&str>) -> Result<Assignee, String> {
    match (person, group) {
        (Some(person), None) => Ok(Assignee::User(SlackUserId::new(person))),
        (None, Some(group)) => {
            Ok(Assignee::Group(UserGroup { id: UserGroupId::new(group), name: "the group".to_owned() }))
        }
        (Some(_), Some(_)) => Err("Both a person and a group are given. Leave one of them empty.".to_owned()),
        (None, None) => Err("Neither a person nor a group is given. Choose the new owner.".to_owned()),
    }
}

/// A name of a conversation that isn't clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnclearName {
    /// It names none.
    Nothing,
    /// It may mean these, by title and id.
    Several(Vec<(String, String)>),
    /// These words are left over.
    LeftOver(String),
}

impl UnclearName {
    /// Returns the sentence for the workflow's author who named a conversation with these words.
    pub fn sentence(&self, typed: &str) -> String {
        let typed = cut(typed, QUOTED);
        match self {
            Self::Nothing => format!(
                "No conversation is called “{typed}”. Use an id, a link, a phone number or the whole name of a contact."
            ),
            Self::Several(candidates) => {
                let names: Vec<_> = candidates.iter().map(|(title, id)| format!("{title} ({id})")).collect();
                format!("“{typed}” isn't clear. Use the id of a conversation: {}.", names.join(", "))
            }
            Self::LeftOver(words) => {
                format!("“{}” in “{typed}” isn't part of a conversation's name. Remove it.", cut(words, QUOTED))
            }
        }
    }
}

/// Returns the outputs that describe a conversation, by name.
pub fn outputs(conversation: &Conversation, owner: Option<&Participant>, link: String) -> BTreeMap<String, String> {
    let status = match conversation.status {
        Status::Open => "open",
        Status::Snoozed => "snoozed",
        Status::Done => "done",
        Status::Other => conversation.status_word.as_deref().unwrap_or("unknown"),
    };
    let always = [
        ("conversation", conversation.id.to_string()),
        ("title", conversation.title()),
        ("status", status.to_owned()),
        ("link", link),
    ];
    let owner_user = owner.and_then(|owner| owner.user.as_ref()).map(|user| ("owner_user", user.to_string()));
    let owner = owner.map(|owner| ("owner", owner.name.clone()));
    let all = always.into_iter().chain(owner).chain(owner_user);
    all.map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(callback_id: &str, inputs: &[(&str, &str)]) -> Result<StepRequest, String> {
        read(callback_id, &inputs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn inputs_are_read_or_explained() {
        let which = || "conv_1001".to_owned();
        assert_eq!(reading(FIND, &[("conversation", " conv_1001 ")]), Ok(StepRequest::Find { which: which() }));
        let who = Assignee::User(SlackUserId::new("U0ZOE"));
        assert_eq!(
            reading(ASSIGN, &[("conversation", "conv_1001"), ("person", "U0ZOE"), ("group", "")]),
            Ok(StepRequest::Assign { which: which(), who, note: String::new() })
        );
        for (callback_id, inputs, words) in [
            ("of_another_version", vec![], "no such step"),
            (FIND, vec![("conversation", " ")], "“Conversation” is empty"),
            (NOTE, vec![("conversation", "conv_1001")], "“Note” is empty"),
            (POST_QUEUE, vec![], "“Channel” is empty"),
            (ASSIGN, vec![("conversation", "conv_1001")], "Neither a person nor a group"),
            (ASSIGN, vec![("conversation", "c"), ("person", "U1"), ("group", "S1")], "Both a person and a group"),
        ] {
            let refused = reading(callback_id, &inputs).err().unwrap_or_default();
            assert!(refused.contains(words), "{callback_id}: {refused}");
        }
    }

    #[test]
    fn every_step_has_what_its_request_reads() {
        for step in STEPS {
            assert!(step.title.len() <= 255 && step.callback_id.len() <= 100);
            let all = step.inputs.iter().map(|one| (one.name.to_owned(), "x".to_owned()));
            let all: BTreeMap<_, _> = all.filter(|(name, _)| name != GROUP_INPUT.name).collect();
            assert!(read(step.callback_id, &all).is_ok(), "{}", step.callback_id);
        }
    }
}
