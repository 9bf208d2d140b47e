//! The choice of a person for a conversation among several: pure decisions. Recent picks count, although dialnote may not
//! show them yet.

use std::cmp::Ordering;
use std::collections::HashSet;

use jiff::Timestamp;

use crate::core::auto_assign::PickBy;
use crate::core::ids::{ConversationId, MemberId};
use crate::core::teammate::Teammate;

/// A person who may be picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PickCandidate {
    /// The person.
    pub teammate: Teammate,
    /// The conversations that they own and have to follow up.
    pub open: HashSet<ConversationId>,
    /// The time of their last pick.
    pub picked_at: Option<Timestamp>,
    /// The number of their last turn on the route that picks (`commands::turns`).
    pub turn: Option<u64>,
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

/// The order in which candidates are picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PickOrder {
    /// The fewest open conversations first, then the one whose last pick is longest ago: for a group that a person
    /// names.
    Named,
    /// The one whose last turn is longest ago.
    InTurn,
    /// The fewest open conversations first, then the one whose last turn is longest ago.
    LeastBusy,
}

/// The rule by which one of several candidates is picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PickRule {
    /// The order.
    pub order: PickOrder,
    /// The number of open conversations above which a person gets no more; 0 if there is no limit.
    pub most_open: usize,
}

impl PickCandidate {
    /// Adds the conversations for which they were picked, except `conversation`, which is being assigned now.
    pub(crate) fn count(&mut self, pending: &[Pending], conversation: &ConversationId) {
        let theirs = pending.iter().filter(|pick| pick.member == self.teammate.member);
        self.open.extend(theirs.map(|pick| pick.conversation.clone()));
        self.open.remove(conversation);
    }
}

impl PickRule {
    /// The rule for a group that a person names.
    pub(crate) const NAMED: Self = Self { order: PickOrder::Named, most_open: 0 };

    /// Returns the rule of an auto-assignment; `None` if it is off.
    pub(crate) fn of(how: PickBy, most_open: u16) -> Option<Self> {
        let order = match how {
            PickBy::Off => return None,
            PickBy::InTurn => PickOrder::InTurn,
            PickBy::LeastBusy => PickOrder::LeastBusy,
        };
        Some(Self { order, most_open: usize::from(most_open) })
    }

    /// Answers whether the number of open conversations matters.
    pub(crate) fn counts(self) -> bool {
        self.order != PickOrder::InTurn || self.most_open > 0
    }

    /// Returns the index of the candidate to pick; `None` if no one is left below the limit.
    pub(crate) fn next(self, candidates: &[PickCandidate]) -> Option<usize> {
        let free = candidates.iter().enumerate().filter(|(_, one)| self.room(one.open.len()) > 0);
        free.min_by(|(_, one), (_, other)| self.compare(one, other)).map(|(place, _)| place)
    }

    /// Returns the number of conversations that a person with so many open ones can still take.
    pub(crate) fn room(self, open: usize) -> usize {
        if self.most_open == 0 { usize::MAX } else { self.most_open.saturating_sub(open) }
    }

    /// Compares two candidates: the one that comes first is picked first. Equal ones keep their order.
    fn compare(self, one: &PickCandidate, other: &PickCandidate) -> Ordering {
        let by_load = one.open.len().cmp(&other.open.len());
        let by_turn = || one.turn.cmp(&other.turn).then_with(|| one.teammate.member.cmp(&other.teammate.member));
        match self.order {
            PickOrder::Named => by_load.then_with(|| one.picked_at.cmp(&other.picked_at)),
            PickOrder::InTurn => by_turn(),
            PickOrder::LeastBusy => by_load.then_with(by_turn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::SlackUserId;

    fn candidate(name: &str, open: &[&str], picked: Option<i64>, turn: Option<u64>) -> PickCandidate {
        let teammate = Teammate {
            user: SlackUserId::new(name),
            member: MemberId::new(name),
            name: name.to_owned(),
            zone: None,
            admin: false,
        };
        let picked_at = picked.and_then(|at| Timestamp::from_second(at).ok());
        let open = open.iter().map(|id| ConversationId::new(*id)).collect();
        PickCandidate { teammate, open, picked_at, turn, asked: false }
    }

    #[test]
    fn the_least_busy_then_the_one_who_has_waited_longest() {
        let next = |all: &[PickCandidate]| PickRule::NAMED.next(all);
        let (leo, zoe) = (candidate("leo", &["a"], Some(5), None), candidate("zoe", &["b", "c"], None, None));
        assert_eq!(next(&[leo.clone(), zoe]), Some(0));
        assert_eq!(next(&[leo, candidate("zoe", &["b"], None, None)]), Some(1));
        let (one, other) = (candidate("zoe", &[], None, None), candidate("leo", &[], None, None));
        assert_eq!(next(&[one, other]), Some(0), "the first of equal ones");
        assert_eq!(next(&[]), None);
    }

    #[test]
    fn a_route_picks_by_turn_or_by_load_and_keeps_its_limit() {
        let all = [
            candidate("ada", &["a", "b"], None, Some(1)),
            candidate("leo", &["c"], None, Some(3)),
            candidate("zoe", &["d"], None, Some(2)),
        ];
        for (how, most_open, picked) in [
            (PickBy::InTurn, 0, Some(0)),
            (PickBy::InTurn, 2, Some(2)),
            (PickBy::InTurn, 1, None),
            (PickBy::LeastBusy, 0, Some(2)),
            (PickBy::LeastBusy, 2, Some(2)),
            (PickBy::LeastBusy, 1, None),
        ] {
            assert_eq!(PickRule::of(how, most_open).and_then(|rule| rule.next(&all)), picked, "{how:?} {most_open}");
        }
        let unturned = [candidate("zoe", &[], None, None), candidate("leo", &[], None, None)];
        assert_eq!(PickRule::of(PickBy::InTurn, 0).and_then(|rule| rule.next(&unturned)), Some(1), "by their ids");
        assert_eq!(PickRule::of(PickBy::Off, 0), None);
    }

    #[test]
    fn a_pick_counts_once_and_not_for_its_own_conversation() {
        let pending =
            ["a", "b"].map(|id| Pending { conversation: ConversationId::new(id), member: MemberId::new("leo") });
        let mut leo = candidate("leo", &["a"], None, None);
        leo.count(&pending, &ConversationId::new("c"));
        assert_eq!(leo.open.len(), 2);
        leo.count(&pending, &ConversationId::new("b"));
        assert_eq!(leo.open.len(), 1);
    }
}
