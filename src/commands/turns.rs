//! Turns of a route's auto-assignment. Turns have ascending numbers, and the person whose last number is lowest is next.
//! Each turn is a document of its own, so that assignments which end at the same time do not overwrite each other's. A
//! pick that did not come about gives its number back: the person has it again at their next pick.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::core::error::Fault;
use crate::core::ids::{ChannelId, MemberId};
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::platform::db::{Document, DocumentKind, Effect, StoredDocument};

/// The maximum number of a route's turns that are read. Those that no longer matter are dropped with each new one.
const MOST_TURNS: usize = 10_000;

/// The time for which a person has a turn again that did not come about.
const GIVEN_BACK: Duration = Duration::from_secs(24 * 60 * 60);

/// A turn, under its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct PickTurn {
    member: MemberId,
    /// True if it did not come about.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    back: bool,
}

impl StoredDocument for PickTurn {
    const KIND: DocumentKind = DocumentKind::Turn;
}

/// The place of a pick among the turns of a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TurnPlace {
    /// The channel of the route.
    pub(crate) channel: ChannelId,
    /// The number of the turn.
    pub(crate) number: u64,
}

/// The turns of a route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Turns {
    had: BTreeMap<MemberId, BTreeSet<u64>>,
    back: BTreeMap<MemberId, BTreeSet<u64>>,
    highest: u64,
}

impl Turns {
    /// Counts a turn that a member had, or has as soon as a pending pick comes about.
    fn had(&mut self, member: &MemberId, number: u64) {
        self.highest = self.highest.max(number);
        self.had.entry(member.clone()).or_default().insert(number);
        if let Some(back) = self.back.get_mut(member) {
            back.remove(&number);
        }
    }

    /// Counts a turn that a member has again.
    fn gave_back(&mut self, member: &MemberId, number: u64) {
        self.highest = self.highest.max(number);
        self.back.entry(member.clone()).or_default().insert(number);
    }

    /// Returns the number of a member's last turn: the lower, the earlier they have the next one, and `None` comes
    /// first. After a turn that they have again, it is the one before.
    pub(crate) fn of(&self, member: &MemberId) -> Option<u64> {
        let before = self.given_back(member).unwrap_or(u64::MAX);
        self.had.get(member)?.range(..before).next_back().copied()
    }

    /// Returns the number of a member's next turn.
    pub(crate) fn next_of(&self, member: &MemberId) -> u64 {
        self.given_back(member).unwrap_or(self.highest + 1)
    }

    fn given_back(&self, member: &MemberId) -> Option<u64> {
        self.back.get(member)?.first().copied()
    }
}

/// Returns the turns of a route. `pending` are the members whose picks for it have not ended yet.
pub(crate) async fn turns(
    ctx: &TenantCtx,
    channel: &ChannelId,
    pending: &[(MemberId, TurnPlace)],
) -> Result<Turns, Fault> {
    let mut turns = Turns::default();
    let (back, had): (Vec<_>, Vec<_>) = stored(ctx, channel).await?.into_iter().partition(|(_, _, turn)| turn.back);
    for (number, kept, turn) in back {
        if times::later(kept.at, GIVEN_BACK) > ctx.clock.now() {
            turns.gave_back(&turn.member, number);
        }
    }
    for (number, _, turn) in had {
        turns.had(&turn.member, number);
    }
    for (member, place) in pending.iter().filter(|(_, place)| place.channel == *channel) {
        turns.had(member, place.number);
    }
    Ok(turns)
}

/// Returns the effects of a turn that came about. Earlier turns of the member no longer matter.
pub(crate) async fn taken(ctx: &TenantCtx, place: &TurnPlace, member: &MemberId) -> Result<Vec<Effect>, Fault> {
    let now = ctx.clock.now();
    let all = stored(ctx, &place.channel).await?;
    let theirs = all.iter().filter(|(_, _, turn)| turn.member == *member && !turn.back);
    let last = theirs.map(|(number, ..)| *number).max().max(Some(place.number));
    let is_of_no_use = |number: u64, kept: &Document, turn: &PickTurn| {
        let is_too_old = times::later(kept.at, GIVEN_BACK) <= now;
        if turn.back { is_too_old } else { turn.member == *member && Some(number) < last }
    };
    let rest = all.into_iter().filter(|(number, kept, turn)| is_of_no_use(*number, kept, turn));
    let dropped = rest.map(|(_, kept, _)| documents::remove_stored(kept));
    let turn = PickTurn { member: member.clone(), back: false };
    // The new turn may be one that was given back, so it is stored last.
    Ok(dropped.chain([put(ctx, place, &turn)]).collect())
}

/// Returns the effect of a turn that did not come about.
pub(crate) fn given_back(ctx: &TenantCtx, place: &TurnPlace, member: &MemberId) -> Effect {
    put(ctx, place, &PickTurn { member: member.clone(), back: true })
}

fn put(ctx: &TenantCtx, place: &TurnPlace, turn: &PickTurn) -> Effect {
    documents::put_within(ctx, place.channel.as_str(), &format!("{:020}", place.number), turn)
}

/// Returns the stored turns of a route with their numbers.
async fn stored(ctx: &TenantCtx, channel: &ChannelId) -> Result<Vec<(u64, Document, PickTurn)>, Fault> {
    let kept = documents::all_stored_within::<PickTurn>(ctx, channel.as_str(), MOST_TURNS).await?;
    let turns = kept.into_iter().filter_map(|kept| {
        let turn = documents::readable(&kept)?;
        Some((kept.id.parse().ok()?, kept, turn))
    });
    Ok(turns.collect())
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use proptest::prelude::*;

    use super::*;
    use crate::commands::picking::{PickCandidate, PickOrder, PickRule};
    use crate::core::ids::SlackUserId;
    use crate::core::teammate::Teammate;

    const PEOPLE: usize = 4;

    fn member(nth: usize) -> MemberId {
        MemberId::new(format!("m{nth}"))
    }

    /// A route whose picks come about, or do not, in any order.
    #[derive(Default)]
    struct Simulated {
        had: Vec<(MemberId, u64)>,
        back: Vec<(MemberId, u64)>,
        pending: Vec<(MemberId, u64)>,
        counts: HashMap<MemberId, usize>,
    }

    impl Simulated {
        fn turns(&self) -> Turns {
            let mut turns = Turns::default();
            self.back.iter().for_each(|(member, number)| turns.gave_back(member, *number));
            self.had.iter().chain(&self.pending).for_each(|(member, number)| turns.had(member, *number));
            turns
        }

        fn pick(&mut self, here: &[bool]) {
            let turns = self.turns();
            let candidates: Vec<_> =
                (0..PEOPLE).filter(|nth| here.get(*nth) == Some(&true)).map(|nth| candidate(nth, &turns)).collect();
            let rule = PickRule { order: PickOrder::InTurn, most_open: 0 };
            if let Some(winner) = rule.next(&candidates).and_then(|place| candidates.get(place)) {
                let member = winner.teammate.member.clone();
                let number = turns.next_of(&member);
                assert!(self.had.iter().chain(&self.pending).all(|(_, other)| *other != number), "{number} twice");
                self.pending.push((member, number));
            }
        }

        fn end(&mut self, which: usize, comes_about: bool) {
            if self.pending.is_empty() {
                return;
            }
            let (member, number) = self.pending.remove(which % self.pending.len());
            self.back.retain(|(_, other)| *other != number);
            if comes_about {
                *self.counts.entry(member.clone()).or_default() += 1;
                self.had.push((member.clone(), number));
                // As [`taken`] does, the earlier ones are dropped.
                let last = self.had.iter().filter(|(other, _)| *other == member).map(|(_, number)| *number).max();
                self.had.retain(|(other, number)| *other != member || Some(*number) == last);
            } else {
                self.back.push((member, number));
            }
        }

        /// The turns of these people, with the pending ones.
        fn counts(&self, people: impl Iterator<Item = usize>) -> Vec<usize> {
            let of = |member: &MemberId| {
                let pending = self.pending.iter().filter(|(other, _)| other == member).count();
                self.counts.get(member).copied().unwrap_or_default() + pending
            };
            people.map(|nth| of(&member(nth))).collect()
        }
    }

    fn candidate(nth: usize, turns: &Turns) -> PickCandidate {
        let member = member(nth);
        let turn = turns.of(&member);
        let (user, name) = (SlackUserId::new(format!("U{nth}")), String::new());
        let teammate = Teammate { user, member, name, zone: None, admin: false };
        PickCandidate { teammate, open: HashSet::new(), picked_at: None, turn, asked: false }
    }

    fn differ_by_at_most_one(counts: &[usize]) -> bool {
        counts.iter().max().copied().unwrap_or_default() - counts.iter().min().copied().unwrap_or_default() <= 1
    }

    proptest! {
        /// Picks end in any order, and some do not come about. As soon as no turn is owed any more, all have had as many.
        #[test]
        fn everyone_has_as_many_turns(steps in prop::collection::vec((0..3u8, 0..9usize), 1..80)) {
            let (mut route, here) = (Simulated::default(), [true; PEOPLE]);
            for (what, which) in steps {
                match what {
                    0 => route.pick(&here),
                    1 => route.end(which, true),
                    _ => route.end(which, false),
                }
            }
            while route.back.iter().any(|(_, number)| route.pending.iter().all(|(_, other)| other != number)) {
                route.pick(&here);
            }
            prop_assert!(differ_by_at_most_one(&route.counts(0..PEOPLE)), "{:?}", route.counts(0..PEOPLE));
        }

        /// From any state of the turns on, those who are there all the time have as many turns as each other.
        #[test]
        fn absences_of_others_change_nothing(
            before in prop::collection::vec(prop::array::uniform4(any::<bool>()), 0..30),
            steps in prop::collection::vec(any::<(bool, bool)>(), 1..60),
        ) {
            let mut route = Simulated::default();
            for here in before {
                route.pick(&here);
                route.end(0, true);
            }
            route.counts.clear();
            for (two, three) in steps {
                route.pick(&[true, true, two, three]);
                route.end(0, true);
                prop_assert!(differ_by_at_most_one(&route.counts(0..2)), "{:?}", route.counts(0..2));
            }
        }
    }

    #[test]
    fn a_turn_that_did_not_come_about_is_had_again() {
        let mut route = Simulated::default();
        for _ in 0..PEOPLE {
            route.pick(&[true; PEOPLE]);
        }
        route.end(0, false);
        (0..PEOPLE - 1).for_each(|_| route.end(0, true));
        assert_eq!(route.counts(0..PEOPLE), [0, 1, 1, 1]);
        route.pick(&[true; PEOPLE]);
        assert_eq!(route.counts(0..PEOPLE), [1, 1, 1, 1]);
        route.pick(&[true; PEOPLE]);
        assert_eq!(route.counts(0..PEOPLE), [2, 1, 1, 1], "in the order of before");
    }
}
