//! The choice of a group member for a conversation: the one with the fewest open conversations, and among several the
//! one whose last pick is longest ago. Recent picks count, although dialnote may not show them yet.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::core::ids::{ConversationId, MemberId};
use crate::core::teammate::Teammate;

/// A group member who may be picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupCandidate {
    /// The member.
    pub teammate: Teammate,
    /// The conversations that they own and have to follow up.
    pub open: HashSet<ConversationId>,
    /// The time of their last pick.
    pub picked_at: Option<Timestamp>,
    /// True if `open` was read from dialnote just now, rather than taken from snapshots.
    pub asked: bool,
}

/// A pick of a member for a conversation that they are not known to own yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    /// The conversation.
    pub conversation: ConversationId,
    /// The member.
    pub member: MemberId,
}

impl GroupCandidate {
    /// Adds the conversations for which they were picked, except `conversation`, which is being assigned now.
    pub(crate) fn count(&mut self, pending: &[Pending], conversation: &ConversationId) {
        let theirs = pending.iter().filter(|pick| pick.member == self.teammate.member);
        self.open.extend(theirs.map(|pick| pick.conversation.clone()));
        self.open.remove(conversation);
    }
}

/// Returns the index of the candidate to pick; `None` if there are no candidates.
pub(crate) fn least_busy(candidates: &[GroupCandidate]) -> Option<usize> {
    let places = candidates.iter().enumerate();
    places.min_by_key(|(place, one)| (one.open.len(), one.picked_at, *place)).map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::SlackUserId;

    fn candidate(name: &str, open: &[&str], picked: Option<i64>) -> GroupCandidate {
        let teammate = Teammate {
            user: SlackUserId::new(name),
            member: MemberId::new(name),
            name: name.to_owned(),
            zone: None,
            admin: false,
        };
        let picked_at = picked.and_then(|at| Timestamp::from_second(at).ok());
        GroupCandidate {
            teammate,
            open: open.iter().map(|id| ConversationId::new(*id)).collect(),
            picked_at,
            asked: false,
        }
    }

    #[test]
    fn the_least_busy_then_the_one_who_has_waited_longest() {
        let (leo, zoe) = (candidate("leo", &["a"], Some(5)), candidate("zoe", &["b", "c"], None));
        assert_eq!(least_busy(&[leo.clone(), zoe]), Some(0));
        assert_eq!(least_busy(&[leo, candidate("zoe", &["b"], None)]), Some(1));
        assert_eq!(least_busy(&[]), None);
    }

    #[test]
    fn a_pick_counts_once_and_not_for_its_own_conversation() {
        let pending =
            ["a", "b"].map(|id| Pending { conversation: ConversationId::new(id), member: MemberId::new("leo") });
        let mut leo = candidate("leo", &["a"], None);
        leo.count(&pending, &ConversationId::new("c"));
        assert_eq!(leo.open.len(), 2);
        leo.count(&pending, &ConversationId::new("b"));
        assert_eq!(leo.open.len(), 1);
    }
}
