//! A check that cannot fail proves nothing. So each rule is switched off once, in the world that is about it, and the
//! explorer has to find that the promise behind it is broken.

use crate::explorer::{Broken, Counterexample, Model, explore};
use crate::far_side::{self, FarSide};
use crate::leaders::{self, Leaders};
use crate::promises as promise;
use crate::rules::{Rule, Rules};
use crate::scenarios as world;
use crate::world::World;

const ENDS: Broken = crate::explorer::ENDS;

/// Returns the place where the rule is missed, and the promise that is broken without it.
#[expect(clippy::match_same_arms, reason = "in the order of the rules")]
fn missed(rule: Rule) -> (Place, Broken) {
    use Place::{Command, Leading, Queue, Update};
    match rule {
        Rule::AcceptKnowsDeliveries => (Queue(world::repeating), promise::DOUBLED),
        Rule::AcceptIsAtomic => (Queue(world::repeating), promise::LOST),
        Rule::JoinLooksWhoIsThere | Rule::ClaimTakesHeads => (Queue(world::lines), promise::ORDER),
        Rule::JoinHonoursBehind => (Queue(world::behind), promise::ORDER),
        Rule::BehindNeedsSomebody => (Queue(world::behind), promise::CLAIMABLE),
        Rule::IdsAreNew => (Queue(world::repeating), promise::ONE_SETTLEMENT),
        Rule::ClaimWaitsUntilDue | Rule::RetryWaits => (Queue(world::line), promise::DUE),
        Rule::ClaimRespectsLeases | Rule::ClaimTakesALease => (Queue(world::line), promise::EXCLUSIVE),
        Rule::ClaimMovesTheFence => (Queue(world::line), promise::FORWARD),
        Rule::ClaimCounts => (Queue(world::line), promise::COUNTED),
        Rule::ClaimDoubtsWhatWasInFlight => (Queue(world::restarting), promise::DOUBT),
        Rule::ClaimPrefersPeople => (Queue(world::classes), promise::PEOPLE),
        Rule::EndedLeasesAreDue => (Queue(world::appointments), ENDS),
        Rule::RenewChecksTheFence => (Queue(world::line), promise::ONE_SETTLEMENT),
        Rule::RenewMovesTheLease | Rule::ContinueMovesTheLease => (Queue(world::line), promise::EXCLUSIVE),
        Rule::SettleChecksTheFence => (Queue(world::line), promise::ONE_SETTLEMENT),
        Rule::SettleNeedsALivingJob | Rule::RetryMovesTheFence => (Queue(world::repeating), promise::ONE_SETTLEMENT),
        Rule::SettleIsAtomic => (Queue(world::moving), promise::LOST),
        Rule::DoneFreesTheNext | Rule::DeadFreesTheNext => (Queue(world::behind), promise::CLAIMABLE),
        Rule::ContinueEndsDoubt | Rule::RetryEndsTheFlight => (Queue(world::line), promise::DOUBT),
        Rule::RetryKeepsItsPlace => (Queue(world::line), promise::ORDER),
        Rule::RetryKeepsItsDoubt | Rule::RetryKeepsEarlierDoubt => (Queue(world::line), promise::DOUBT),
        Rule::FoldReplaces | Rule::FoldSparesWhatIsInFlight => (Queue(world::cards), promise::FOLDED),
        Rule::FoldReplacesTheLatest => (Queue(world::cards), promise::LATEST),
        Rule::TellOnce | Rule::ToldIsInherited => (Queue(world::moving), promise::TOLD_ONCE),
        Rule::TellLooksWhetherItWaits => (Queue(world::moving), promise::TOLD_IN_VAIN),
        Rule::PassingFills | Rule::AppointmentsStand => (Queue(world::appointments), promise::PACED),
        Rule::AppointmentsAreKept => (Queue(world::appointments), promise::APPOINTED),
        Rule::ClosedIsClosed | Rule::ClosedHoldsUpAppointments | Rule::LaterClosingHolds => {
            (Queue(world::closings), promise::CLOSED)
        }
        Rule::LeadersAreAlone => (Leading, leaders::ONE_LEADER),
        Rule::LeadersGoOn | Rule::LeadEndsInTime => (Leading, leaders::FREE_TO_LEAD),
        Rule::UnsureLooksFirst | Rule::WriteNeedsTheLease | Rule::WhoLostTheJobStops | Rule::WhoGivesUpIsUnsure => {
            (Command, far_side::ONCE)
        }
        Rule::WhatIsFoundIsBroughtUpToDate => (Update, far_side::SHOWN),
    }
}

/// A place where a rule is missed.
enum Place {
    Queue(fn() -> World),
    Leading,
    Command,
    Update,
}

#[test]
fn every_rule_is_needed() {
    for rule in Rule::ALL {
        let rules = Rules::ALL.without(*rule);
        let (place, promise) = missed(*rule);
        let found = match place {
            Place::Queue(world) => violated(&World { on: world().on.with(rules), ..world() }),
            Place::Leading => violated(&Leaders(rules)),
            Place::Command => violated(&FarSide::command(rules, None)),
            Place::Update => violated(&FarSide::update(rules)),
        };
        let example = found.as_ref().map(ToString::to_string).unwrap_or_default();
        let broken = found.map(|example| example.broken);
        assert_eq!(broken, Some(promise), "without the rule that {} ({rule:?}): {example}", rule.says());
    }
}

/// Returns the shortest path to a violation; if there is none, to a state from which it does not end.
pub(crate) fn violated<M: Model>(model: &M) -> Option<Counterexample> {
    match explore(model) {
        Ok(found) => found.ends(model).err(),
        Err(example) => Some(example),
    }
}
