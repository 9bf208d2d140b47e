//! The shares of answer targets that were met in a period, counted from the outcomes in the audit log.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::core::ids::{ConversationId, MemberId};
use crate::core::target_outcome::{TargetOutcome, WaitLimit};
use crate::notifications::report_facts::median;
use crate::notifications::shares::{Share, TargetShares};

/// The outcomes of targets, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcomes(Vec<TargetOutcome>);

impl Outcomes {
    /// Takes outcomes, given oldest first. A later one about the same wait and limit replaces the earlier one.
    pub(crate) fn of(all: impl Iterator<Item = (ConversationId, TargetOutcome)>) -> Self {
        let key = |id, outcome: &TargetOutcome| (id, outcome.since, outcome.limit == WaitLimit::Owner);
        let last: BTreeMap<_, _> = all.map(|(id, outcome)| (key(id, &outcome), outcome)).collect();
        Self(last.into_values().collect())
    }

    /// Returns the outcomes of waits that began before a time, and the others.
    pub(crate) fn split(self, at: Timestamp) -> (Self, Self) {
        let (before, after) = self.0.into_iter().partition(|outcome| outcome.since < at);
        (Self(before), Self(after))
    }

    /// Counts the outcomes.
    pub(crate) fn shares(&self) -> TargetShares {
        let mut shares = TargetShares::default();
        for outcome in &self.0 {
            match outcome.limit {
                WaitLimit::Owner => shares.owner.add(outcome.met),
                WaitLimit::Answer => shares.answer.add(outcome.met),
            }
        }
        let answers = self.0.iter().filter(|outcome| outcome.limit == WaitLimit::Answer);
        shares.to_answer = median(answers.filter_map(|outcome| outcome.seconds).collect());
        shares
    }

    /// Returns the share of the answers that a member owed.
    pub(crate) fn answers_of(&self, member: &MemberId) -> Share {
        let mut share = Share::default();
        for outcome in self.0.iter().filter(|one| one.limit == WaitLimit::Answer && one.member.as_ref() == Some(member))
        {
            share.add(outcome.met);
        }
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(since: i64, limit: WaitLimit, met: bool, seconds: Option<i64>) -> (ConversationId, TargetOutcome) {
        let since = Timestamp::from_second(since).unwrap_or_default();
        let member = Some(MemberId::new("zoe"));
        (ConversationId::new("a"), TargetOutcome { limit, since, met, seconds, member })
    }

    #[test]
    fn a_missed_target_counts_once_also_when_the_answer_came_later() {
        let all = [
            outcome(100, WaitLimit::Owner, true, Some(10)),
            outcome(100, WaitLimit::Answer, false, None),
            outcome(100, WaitLimit::Answer, false, Some(900)),
            outcome(2000, WaitLimit::Answer, true, Some(100)),
        ];
        let outcomes = Outcomes::of(all.into_iter());
        let shares = outcomes.shares();
        assert_eq!((shares.owner, shares.answer), (Share { met: 1, of: 1 }, Share { met: 1, of: 2 }));
        assert_eq!((shares.to_answer, shares.answer.percent()), (Some(500), Some(50)));
        assert_eq!(outcomes.answers_of(&MemberId::new("zoe")), Share { met: 1, of: 2 });
        let (before, after) = outcomes.split(Timestamp::from_second(1000).unwrap_or_default());
        assert_eq!((before.shares().answer.of, after.shares().answer.of), (1, 1));
        assert_eq!(Share::default().percent(), None);
    }
}
