//! The waits that a preview plays again, and the settings to try.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::core::conversation::{ActivityKind, State, Status};
use crate::core::ids::{ConversationId, MemberId};
use crate::core::route::Route;
use crate::core::rules::Rules;
use crate::core::teammate::Teammate;

/// A contact's wait in the past, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PastWait {
    /// The conversation.
    pub(crate) conversation: ConversationId,
    /// The kind of activity that began it, if it is known.
    pub(crate) kind: Option<ActivityKind>,
    /// The time of that activity.
    pub(crate) heard: Timestamp,
    /// The owner at that time.
    pub(crate) owner: Option<MemberId>,
    /// The changes after that, oldest first.
    pub(crate) changes: Vec<(Timestamp, State)>,
    /// The time of the answer, if it is known.
    pub(crate) answer: Option<Timestamp>,
    /// The times of further messages of the contact.
    pub(crate) again: Vec<Timestamp>,
}

/// The settings to try, with what they depend on.
#[derive(Clone, Debug)]
pub(crate) struct Trial<'a> {
    /// The route, with the settings to try.
    pub(crate) route: &'a Route,
    /// The rules of the workspace.
    pub(crate) rules: &'a Rules,
    /// The people of the pool, each with the conversations that were open before.
    pub(crate) people: Vec<(Teammate, HashSet<ConversationId>)>,
    /// The end of the period.
    pub(crate) now: Timestamp,
}

impl PastWait {
    pub(super) fn kind(&self) -> ActivityKind {
        self.kind.unwrap_or(ActivityKind::MissedCall)
    }

    /// Returns the first owner after the contact got in touch, with the time, if the conversation had none.
    pub(super) fn taken(&self) -> Option<(Timestamp, MemberId)> {
        let first = self.changes.iter().find_map(|(at, state)| Some((*at, state.owner.clone()?)));
        first.filter(|_| self.owner.is_none())
    }

    /// Returns the time at which the conversation no longer counted as open.
    pub(crate) fn closed(&self) -> Option<Timestamp> {
        self.changes.iter().find(|(_, state)| state.status != Status::Open).map(|(at, _)| *at)
    }

    pub(super) fn is_over(&self, at: Timestamp) -> bool {
        self.closed().is_some_and(|closed| closed <= at)
    }

    /// Answers whether there was no one to be found for it any longer: it was closed, or the contact had an answer.
    pub(super) fn is_settled(&self, at: Timestamp) -> bool {
        self.is_over(at) || self.answer.is_some_and(|answer| answer <= at)
    }
}
