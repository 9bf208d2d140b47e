//! Stale conversations: owned, open, and without activity for long. They do more harm than unassigned ones, because
//! no one else looks at them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::core::automation::{ReturnTo, Returns};
use crate::core::conversation::{Conversation, Owner};
use crate::core::ids::MemberId;
use crate::core::route::Route;
use crate::core::rules::Rules;
use crate::core::times;
use crate::core::working_hours;
use crate::core::working_hours::Hours;

/// The rule about a conversation without activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InactiveRule {
    /// The number of working hours after which its owner is asked.
    pub(crate) hours: u16,
    /// Its next place if nothing happens then; `None` if it stays.
    pub(crate) returns: Option<ReturnTo>,
}

impl InactiveRule {
    /// Returns the rule of a conversation: that of the route that decides on it, else the workspace's. `None` if its
    /// owner is never asked.
    pub(crate) fn of(route: Option<&Route>, rules: &Rules) -> Option<Self> {
        let returns = route.map(|route| &route.settings).filter(|settings| settings.returns.after_hours > 0);
        if let Some(settings) = returns {
            let next = settings.returns.to == ReturnTo::Next && settings.auto.pool().is_some();
            let to = if next { ReturnTo::Next } else { ReturnTo::Queue };
            return Some(Self { hours: settings.returns.after_hours, returns: Some(to) });
        }
        (rules.untouched_hours > 0).then_some(Self { hours: rules.untouched_hours, returns: None })
    }

    /// Returns the working time after which the owner is asked.
    pub(crate) fn patience(self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.hours))
    }
}

/// The hours in which an owner works, and those in which a shared number is attended to.
#[derive(Clone, Debug)]
pub(crate) struct WorkingTimes {
    owner: (Hours, TimeZone),
    number: (Hours, TimeZone),
}

impl WorkingTimes {
    /// Returns the hours about a conversation. The hours of the workspace's rules are on the owner's clock, as people know
    /// them. Hours that the number has of its own are on the number's clock, for everyone. So are those of an owner
    /// without a known zone.
    pub(crate) fn of(route: Option<&Route>, rules: &Rules, owner: Option<&str>) -> Self {
        let own = route.and_then(|route| route.settings.working);
        let zone = route.and_then(|route| route.zone.as_deref());
        let number = (own.unwrap_or(rules.working), working_hours::zone(zone));
        let owner = owner.filter(|_| own.is_none()).map(|zone| (rules.working, working_hours::zone(Some(zone))));
        Self { owner: owner.unwrap_or_else(|| number.clone()), number }
    }

    /// Returns the whole working hours between two times, as the owner counts them.
    pub(crate) fn hours_between(&self, from: Timestamp, to: Timestamp) -> u16 {
        let (working, zone) = &self.owner;
        u16::try_from(working.between(from, to, zone).as_hours()).unwrap_or(u16::MAX)
    }

    /// Answers whether the owner is due to be asked: enough of their working time has passed since `touched`, and they
    /// work now.
    pub(crate) fn is_to_be_asked(&self, touched: Timestamp, patience: SignedDuration, now: Timestamp) -> bool {
        let (working, zone) = &self.owner;
        is_to_be_asked(touched, (*working, patience), zone, now)
    }

    /// Returns the first time at which the owner is due to be asked.
    pub(crate) fn asked_at(&self, touched: Timestamp, patience: SignedDuration) -> Timestamp {
        let (working, zone) = &self.owner;
        working.after(working.after(touched, patience, zone), SignedDuration::ZERO, zone)
    }

    /// Returns the time at which a conversation returns whose owner is asked at `now`.
    pub(crate) fn returns_at(&self, now: Timestamp) -> Timestamp {
        let (working, zone) = &self.owner;
        let answered = SignedDuration::from_hours(i64::from(Returns::ASKED_FOR));
        self.attended_from(working.after(now, answered, zone))
    }

    /// Returns the first time from `at` on in the number's hours, so that nothing returns at night.
    pub(crate) fn attended_from(&self, at: Timestamp) -> Timestamp {
        let (working, zone) = &self.number;
        working.after(at, SignedDuration::ZERO, zone)
    }
}

/// Returns the time of the last activity or note of a conversation, as far as dialnote shows it.
pub(crate) fn touched(conversation: &Conversation) -> Option<Timestamp> {
    conversation.last_activity.as_ref().map(|last| last.at).max(conversation.last_note)
}

/// Returns the open, owned conversations that were not touched for their patience, grouped by owner, the oldest first.
/// `patience` returns the time after which the owner of a conversation is asked at the earliest; `None` if never.
pub(crate) fn owned_and_old<'a>(
    all: impl Iterator<Item = &'a Conversation>,
    patience: impl Fn(&Conversation) -> Option<SignedDuration>,
    now: Timestamp,
) -> BTreeMap<MemberId, Vec<&'a Conversation>> {
    let is_old = |one: &Conversation| {
        let before = patience(one).map(|patience| times::earlier(now, patience.unsigned_abs()));
        touched(one).zip(before).is_some_and(|(at, before)| at <= before)
    };
    let mut found = BTreeMap::<MemberId, Vec<&Conversation>>::new();
    for one in all.filter(|one| one.is_open()) {
        if let Some(Owner { id, .. }) = one.owner.as_ref().filter(|_| is_old(one)) {
            found.entry(id.clone()).or_default().push(one);
        }
    }
    for theirs in found.values_mut() {
        theirs.sort_by_key(|one| touched(one));
    }
    found
}

/// Answers whether the owner is due to be asked: enough working time has passed since `touched`, and it is working
/// time now.
fn is_to_be_asked(
    touched: Timestamp,
    (working, patience): (Hours, SignedDuration),
    zone: &TimeZone,
    now: Timestamp,
) -> bool {
    working.after(touched, patience, zone) <= now && working.after(now, SignedDuration::ZERO, zone) <= now
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::working_hours::TimeOfDay;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_else(|_| unreachable!("{text}"))
    }

    #[test]
    fn a_number_with_hours_of_its_own_is_on_its_own_clock() {
        let zone = Some("America/Los_Angeles".to_owned());
        let workspaces = Route { zone, ..Route::of_all() };
        let mut own = workspaces.clone();
        own.settings.working = Some(Hours { from: TimeOfDay::at(9), to: TimeOfDay::at(17) });
        let asked = |route: &Route, touched: &str| {
            let times = WorkingTimes::of(Some(route), &Rules::default(), Some("America/New_York"));
            times.asked_at(at(touched), SignedDuration::from_hours(2))
        };
        // A quarter to eight in Los Angeles, and to eleven in New York.
        assert_eq!(asked(&workspaces, "2026-11-23T15:45:00Z"), at("2026-11-23T17:45:00Z"));
        assert_eq!(asked(&own, "2026-11-23T15:45:00Z"), at("2026-11-23T19:00:00Z"));
    }

    #[test]
    fn neither_nights_nor_weekends_count() {
        let rule = (Hours { from: TimeOfDay::at(9), to: TimeOfDay::at(17) }, SignedDuration::from_hours(8));
        // 2026-11-27 is a Friday.
        for (touched, now, asked) in [
            ("2026-11-26T12:00:00Z", "2026-11-27T11:59:00Z", false),
            ("2026-11-26T12:00:00Z", "2026-11-27T12:00:00Z", true),
            ("2026-11-26T12:00:00Z", "2026-11-27T18:00:00Z", false),
            ("2026-11-27T12:00:00Z", "2026-11-30T11:00:00Z", false),
            ("2026-11-27T12:00:00Z", "2026-11-30T12:00:00Z", true),
        ] {
            let found = is_to_be_asked(at(touched), rule, &TimeZone::UTC, at(now));
            assert_eq!(found, asked, "touched {touched}, now {now}");
        }
    }
}
