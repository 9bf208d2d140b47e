//! The facts that a decision rests on, and the plan that it leads to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::commands::handover::Handover;
use crate::commands::result::Picked;
use crate::core::about::About;
use crate::core::automation::AutomaticReason;
use crate::core::call::Call;
use crate::core::command::Action;
use crate::core::conversation::Conversation;
use crate::core::participant::Participant;
use crate::core::past::Past;
use crate::core::refusal::Refusal;
use crate::core::request_context::RequestContext;
use crate::core::rules::Rules;
use crate::core::teammate::Teammate;
use crate::core::undo_log::Undoing;
use crate::core::verbs::Verb;

/// The facts that a decision rests on.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// The requester.
    pub requester: Teammate,
    /// The new owner, if the command names a person or a group.
    pub target: Option<Teammate>,
    /// The reason why this person was picked, if the command names a group.
    pub picked: Option<Picked>,
    /// The reason, if the app gives the command by itself.
    pub reason: Option<AutomaticReason>,
    /// The conversation as it is in dialnote now.
    pub conversation: Conversation,
    /// Its owner, if it has one.
    pub owner: Option<Participant>,
    /// The earlier changes to it in the audit log, newest first.
    pub past: Vec<Past>,
    /// The acts that an undo may revert; empty for other commands.
    pub undoing: Undoing,
    /// The assignment that the owner has not answered yet.
    pub handover: Option<Handover>,
    /// The person who assigned it, if they are still there.
    pub giver: Option<Participant>,
    /// The rules of the workspace.
    pub rules: Rules,
    /// The time of the request. Spans of time begin then, even if dialnote did not respond for long.
    pub asked: Timestamp,
    /// The current time.
    pub now: Timestamp,
    /// The reference by which the worker finds the plan's note afterwards.
    pub reference: String,
    /// The requester's name in dialnote. It is verified, while people choose their names in Slack freely.
    pub writer: String,
}

/// The plan: the calls that carry out a command, and the facts that its messages need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The action that was requested.
    pub act: Action,
    /// The requester.
    #[serde(alias = "asker")]
    pub requester: Teammate,
    /// The requester's name in dialnote. Earlier versions did not keep it.
    #[serde(default)]
    pub writer: String,
    /// The conversation before.
    pub before: Conversation,
    /// The previous owner.
    pub from: Option<Participant>,
    /// The owner afterwards.
    pub to: Option<Participant>,
    /// The note; empty if there is none.
    pub note: String,
    /// The calls to make, in order.
    pub calls: Vec<Call>,
    /// The reason why this person was picked, if the command named a group.
    #[serde(default)]
    pub picked: Option<Picked>,
    /// The person who assigned the conversation, if the requester answers the assignment.
    #[serde(default)]
    pub giver: Option<Participant>,
    /// True if the act that is undone came with a note, which stays in dialnote.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub note_stays: bool,
    /// The reason, if the app makes the change by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<AutomaticReason>,
}

impl Plan {
    /// Returns the references of the notes that the plan writes.
    pub(crate) fn references(&self) -> Vec<String> {
        let reference = |call: &Call| match call {
            Call::AddNote { reference, .. } => Some(reference.clone()),
            _ => None,
        };
        self.calls.iter().filter_map(reference).collect()
    }
}

impl Facts {
    /// Checks that the requester may answer: only the receiver of an assignment can, while they own it, and once.
    pub(crate) fn is_to_be_answered(&self) -> Result<(), Refusal> {
        let given = self.handover.as_ref().is_some_and(|handover| handover.receiver == self.requester.user);
        match &self.owner {
            Some(owner) if given && owner.member == self.requester.member => Ok(()),
            Some(_) if given => Err(self.not_yours()),
            _ => Err(Refusal::NothingGiven(About::from(&self.conversation))),
        }
    }

    /// Returns the refusal for a person who acts as the owner without being the owner.
    pub(crate) fn not_yours(&self) -> Refusal {
        let (owner, owner_id) = self.owner.clone().map(|owner| (owner.name, owner.member)).unzip();
        Refusal::NotYours { about: About::from(&self.conversation), owner, owner_id }
    }

    /// Checks a command from a direct message, which offers its reader actions on their own conversations. The message
    /// may be old, so the command is refused if the reader is no longer the owner.
    pub(crate) fn is_still_theirs(&self, requester: &RequestContext, act: &Action) -> Result<(), Refusal> {
        let acts_as_owner =
            act.is_answer() || matches!(act, Action::Plain(Verb::Keep) | Action::Done | Action::Unassign);
        let is_theirs = self.conversation.is_owned_by(&self.requester.member);
        if requester.message.is_some() && acts_as_owner && !is_theirs { Err(self.not_yours()) } else { Ok(()) }
    }

    /// Returns how many seconds ago the owner took it. Returns nothing if it was assigned to them, or if an undo made
    /// them the owner again.
    pub(crate) fn since_taken_by(&self, owner: &Participant) -> Option<i64> {
        let last = self.past.iter().find(|past| past.before.owner != past.after.owner)?;
        let is_theirs = last.after.owner.as_ref() == Some(&owner.member) && owner.user.as_ref() == Some(&last.actor);
        let took = is_theirs && matches!(last.verb, Verb::Take | Verb::Assign);
        took.then(|| self.seconds_since(last.at))
    }

    pub(crate) fn seconds_since(&self, at: Timestamp) -> i64 {
        self.now.duration_since(at).as_secs().max(0)
    }
}
