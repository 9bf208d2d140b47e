//! Commands, the same whether typed, clicked or submitted.

use serde::{Deserialize, Serialize};

use crate::core::assignee::{Assignee, UserGroup};
use crate::core::conversation::ConversationRef;
use crate::core::ids::{ChannelId, MemberId, SlackUserId};
use crate::core::verbs;
use crate::core::verbs::Verb;
use crate::core::verbs::{MayDo, PlainSpec};
use crate::core::when::model::When;

/// A request of a person, the same whether typed, clicked or submitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The action.
    pub act: Action,
    /// The conversations to act on.
    pub which: ConversationRef,
    /// The requester's note for others; empty if there is none.
    pub note: String,
}

/// An action on a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Makes this person the owner.
    Assign(Assignee),
    /// Makes the requester the owner, if the conversation is unassigned, or if its owner is still `over`.
    Take {
        /// The owner from whom the requester takes over.
        over: Option<MemberId>,
    },
    /// Removes the owner.
    Unassign,
    /// Makes this person the owner, and gives them the note.
    Handoff(Assignee),
    /// Marks it done.
    Done,
    /// Reopens it.
    Reopen,
    /// Snoozes it until then.
    Snooze(When),
    /// Ends the snooze.
    Wake,
    /// Changes neither the owner nor the status: it says something about the conversation, or adds the note.
    Plain(Verb),
    /// Restores the state before the requester's last act, or before a certain one.
    Undo,
    /// Changes nothing: the requester wants to see the history.
    History,
    /// Declines the assignment: the person who assigned it to the requester becomes the owner again.
    GiveBack,
    /// Makes the person who handed it off the owner again, because the receiver did not answer in time.
    Return,
    /// Changes nothing: the requester wants to see the details that a channel hides.
    Show,
}

impl Action {
    /// Returns the verb that a person types for it.
    pub fn verb(&self) -> Verb {
        match self {
            Self::Assign(_) => Verb::Assign,
            Self::Take { .. } => Verb::Take,
            Self::Unassign => Verb::Unassign,
            Self::Handoff(_) => Verb::Handoff,
            Self::Done => Verb::Done,
            Self::Reopen => Verb::Reopen,
            Self::Snooze(_) => Verb::Snooze,
            Self::Wake => Verb::Wake,
            Self::Plain(verb) => *verb,
            Self::History | Self::Show => Verb::History,
            Self::Undo => Verb::Undo,
            Self::GiveBack | Self::Return => Verb::GiveBack,
        }
    }

    /// Returns whether it answers an assignment.
    pub fn is_answer(&self) -> bool {
        matches!(self, Self::GiveBack | Self::Return) || self.plain().is_some_and(|plain| plain.by == MayDo::Receiver)
    }

    /// Returns whether only the owner can do it.
    pub(crate) fn is_the_owners(&self) -> bool {
        self.plain().is_some_and(|plain| plain.by == MayDo::Owner)
    }

    /// Returns what it says, if it changes neither the owner nor the status.
    fn plain(&self) -> Option<&'static PlainSpec> {
        match self {
            Self::Plain(verb) => verbs::spec(*verb).plain.as_ref(),
            _ => None,
        }
    }

    /// Returns the group from which it takes the new owner, if it names a group.
    pub fn group(&self) -> Option<&UserGroup> {
        match self {
            Self::Assign(Assignee::Group(group)) => Some(group),
            _ => None,
        }
    }

    /// Returns the channel whose route picks the new owner, if the app gives the command for one.
    pub fn picking_route(&self) -> Option<&ChannelId> {
        match self {
            Self::Assign(Assignee::PickedBy(channel)) => Some(channel),
            _ => None,
        }
    }

    /// Returns whether its new owner is picked among several people. Such an action takes nothing away from an owner.
    pub(crate) fn picks(&self) -> bool {
        self.group().is_some() || self.picking_route().is_some()
    }

    /// Returns whether its new owner is still to be found out.
    pub(crate) fn lacks_an_owner(&self) -> bool {
        matches!(self, Self::Assign(who) | Self::Handoff(who) if who.is_open())
    }

    /// Returns the action with this person as the new owner, if it assigns the conversation.
    #[must_use]
    pub(crate) fn with_owner(self, who: Assignee) -> Self {
        match self {
            Self::Assign(_) => Self::Assign(who),
            Self::Handoff(_) => Self::Handoff(who),
            other => other,
        }
    }

    /// Returns the new owner it names, if it names one.
    pub(crate) fn named_owner(&self) -> Option<&Assignee> {
        match self {
            Self::Assign(who) | Self::Handoff(who) => Some(who).filter(|who| !who.is_open()),
            _ => None,
        }
    }

    /// Returns the words that name the new owner, if they were given apart from the conversations.
    pub(crate) fn owner_in_words(&self) -> Option<&str> {
        match self {
            Self::Assign(Assignee::Named(words)) | Self::Handoff(Assignee::Named(words)) => Some(words),
            _ => None,
        }
    }

    /// Returns the time until which it snoozes a conversation, if it is a snooze.
    pub fn when(&self) -> Option<&When> {
        match self {
            Self::Snooze(when) => Some(when),
            _ => None,
        }
    }

    /// Returns the Slack user whom it makes the owner, if it names one. The requester does not count.
    pub fn assignee(&self) -> Option<&SlackUserId> {
        match self {
            Self::Assign(Assignee::User(user)) | Self::Handoff(Assignee::User(user)) => Some(user),
            _ => None,
        }
    }
}

/// An action on a conversation that is still to be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingAction {
    /// The verb.
    pub verb: Verb,
    /// The new owner, if the person named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<SlackUserId>,
    /// The end of the snooze, if the person gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
}

impl PendingAction {
    /// Returns the action with nothing but its verb.
    pub fn only(verb: Verb) -> Self {
        Self { verb, to: None, when: None }
    }
}

impl PendingAction {
    /// Returns the action, with this person as the new owner if it assigns the conversation. Returns nothing for a verb
    /// that is no action on a conversation, and for a snooze without a time.
    pub fn act(&self, who: Assignee) -> Option<Action> {
        Some(match self.verb {
            Verb::Assign => Action::Assign(who),
            Verb::Handoff => Action::Handoff(who),
            Verb::Take => Action::Take { over: None },
            Verb::Unassign => Action::Unassign,
            Verb::Done => Action::Done,
            Verb::Reopen => Action::Reopen,
            Verb::Snooze => Action::Snooze(self.when.clone()?),
            Verb::Wake => Action::Wake,
            Verb::History => Action::History,
            Verb::Undo => Action::Undo,
            Verb::GiveBack => Action::GiveBack,
            verb => Action::Plain(verbs::spec(verb).plain.as_ref().map(|_| verb)?),
        })
    }
}
