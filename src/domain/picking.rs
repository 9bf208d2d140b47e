//! Whom of a group gets a conversation: the one with the fewest open ones, and of several the one whose last
//! pick is longest ago. What was picked for somebody a moment ago counts, although dialnote may not show it yet.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::domain::people::Teammate;
use crate::ids::{ConversationId, MemberId};

/// Somebody who may get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub teammate: Teammate,
    /// What they own and have to follow up.
    pub open: HashSet<ConversationId>,
    /// When they were picked last.
    pub picked_at: Option<Timestamp>,
    /// Whether dialnote was asked what they own, rather than known from earlier looks.
    pub asked: bool,
}

/// A conversation for which a member was picked, and is not known to own it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The conversation.
    pub conversation: ConversationId,
    /// The member.
    pub member: MemberId,
}

impl Candidate {
    /// Counts what was picked for them; `conversation` is picked for just now.
    pub fn count(&mut self, pending: &[Pending], conversation: &ConversationId) {
        let theirs = pending.iter().filter(|pick| pick.member == self.teammate.member);
        self.open.extend(theirs.map(|pick| pick.conversation.clone()));
        self.open.remove(conversation);
    }
}

/// The one to be picked, by place.
pub fn least_busy(candidates: &[Candidate]) -> Option<usize> {
    let places = candidates.iter().enumerate();
    places.min_by_key(|(place, one)| (one.open.len(), one.picked_at, *place)).map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SlackUserId;

    fn candidate(name: &str, open: &[&str], picked: Option<i64>) -> Candidate {
        let teammate = Teammate {
            user: SlackUserId::new(name),
            member: MemberId::new(name),
            name: name.to_owned(),
            zone: None,
            admin: false,
        };
        let picked_at = picked.and_then(|at| Timestamp::from_second(at).ok());
        Candidate { teammate, open: open.iter().map(|id| ConversationId::new(*id)).collect(), picked_at, asked: false }
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
