//! The facts a decision rests on, and the plan it comes to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::about::About;
use crate::domain::call::Call;
use crate::domain::command::Action;
use crate::domain::conversation::{Conversation, State};
use crate::domain::handover::Handover;
use crate::domain::participant::Participant;
use crate::domain::people::Teammate;
use crate::domain::policy::Rules;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Picked;
use crate::domain::request_context::RequestContext;
use crate::domain::undo_log::Undoing;
use crate::domain::verb::Verb;
use crate::ids::SlackUserId;

/// Everything a decision rests on.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Who asks.
    pub requester: Teammate,
    /// Who is to be the owner, if the command names somebody or a group.
    pub target: Option<Teammate>,
    /// Why it is this one, if the command names a group.
    pub picked: Option<Picked>,
    /// The conversation as it is in dialnote right now.
    pub conversation: Conversation,
    /// Its owner, if it has one.
    pub owner: Option<Participant>,
    /// What was done to it through this app, newest first.
    pub past: Vec<Past>,
    /// What undo may take back; empty unless that is what is asked for.
    pub undoing: Undoing,
    /// What the owner was given and has not answered yet.
    pub handover: Option<Handover>,
    /// Who gave it, if they are still there.
    pub giver: Option<Participant>,
    /// The rules of the workspace.
    pub rules: Rules,
    /// When it was asked for: a span of time begins then, however long dialnote did not answer.
    pub asked: Timestamp,
    /// Now.
    pub now: Timestamp,
    /// What our note can be found by afterwards.
    pub reference: String,
    /// What the requester is called in dialnote, which is what was verified: names in Slack are chosen freely.
    pub writer: String,
}

/// Something done earlier through this app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// What.
    pub verb: Verb,
    /// The Slack user who did it.
    pub actor: SlackUserId,
    /// What colleagues call the one who did it.
    pub by: String,
    /// The conversation before.
    pub before: State,
    /// The conversation afterwards.
    pub after: State,
    /// When.
    pub at: Timestamp,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What was asked for.
    pub act: Action,
    /// By whom.
    #[serde(alias = "asker")]
    pub requester: Teammate,
    /// What that person is called in dialnote. Earlier versions did not keep it.
    #[serde(default)]
    pub writer: String,
    /// The conversation before.
    pub before: Conversation,
    /// The owner before.
    pub from: Option<Participant>,
    /// The owner afterwards.
    pub to: Option<Participant>,
    /// The note; empty if there is none.
    pub note: String,
    /// The calls to make, in order.
    pub calls: Vec<Call>,
    /// Why it is this owner, if nobody was named.
    #[serde(default)]
    pub picked: Option<Picked>,
    /// Who gave it to whoever answers, if that is what happens.
    #[serde(default)]
    pub giver: Option<Participant>,
    /// Whether what is taken back came with a note, which stays in dialnote.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub note_stays: bool,
}

impl Plan {
    /// The references of the notes that it writes.
    pub fn references(&self) -> Vec<String> {
        let reference = |call: &Call| match call {
            Call::AddNote { reference, .. } => Some(reference.clone()),
            _ => None,
        };
        self.calls.iter().filter_map(reference).collect()
    }
}

impl Facts {
    /// Only who was given it can answer, while they own it, and once.
    pub(crate) fn is_to_be_answered(&self) -> Result<(), Refusal> {
        let given = self.handover.as_ref().is_some_and(|handover| handover.receiver == self.requester.user);
        match &self.owner {
            Some(owner) if given && owner.member == self.requester.member => Ok(()),
            Some(_) if given => Err(self.not_yours()),
            _ => Err(Refusal::NothingGiven(About::from(&self.conversation))),
        }
    }

    /// What is said to someone who answers for what isn't theirs.
    pub fn not_yours(&self) -> Refusal {
        let (owner, owner_id) = self.owner.clone().map(|owner| (owner.name, owner.member)).unzip();
        Refusal::NotYours { about: About::from(&self.conversation), owner, owner_id }
    }

    /// A direct message offers what its reader can do with what is theirs. It may be old: what isn't theirs any more
    /// is left alone.
    pub fn is_still_theirs(&self, requester: &RequestContext, act: &Action) -> Result<(), Refusal> {
        let acts_as_owner = act.is_answer() || matches!(act, Action::Keep | Action::Done | Action::Unassign);
        let is_theirs = self.conversation.is_owned_by(&self.requester.member);
        if requester.message.is_some() && acts_as_owner && !is_theirs { Err(self.not_yours()) } else { Ok(()) }
    }

    /// How long ago the owner took it. Whoever was given it did not.
    pub(crate) fn since_taken_by(&self, owner: &Participant) -> Option<i64> {
        let last = self.past.iter().find(|past| past.before.owner != past.after.owner)?;
        let took = last.after.owner.as_ref() == Some(&owner.member) && owner.user.as_ref() == Some(&last.actor);
        took.then(|| self.seconds_since(last.at))
    }

    pub(crate) fn seconds_since(&self, at: Timestamp) -> i64 {
        self.now.duration_since(at).as_secs().max(0)
    }
}
