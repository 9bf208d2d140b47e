//! The small decisions of a preview: who is next, who is notified of a missed target, and whether a conversation returns.
//! Pure.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::core::auto_assign::PickBy;
use crate::core::automation::Returns;
use crate::core::ids::MemberId;
use crate::core::targets::Targets;
use crate::core::working_hours::Hours;

/// The working hours of a route, in its time zone.
#[derive(Clone, Debug)]
pub(crate) struct RouteClock {
    /// The hours.
    pub(crate) working: Hours,
    /// The time zone.
    pub(crate) zone: TimeZone,
}

impl RouteClock {
    /// Returns the instant so many minutes of working time later.
    pub(crate) fn after(&self, from: Timestamp, minutes: u16) -> Timestamp {
        self.working.after(from, SignedDuration::from_mins(i64::from(minutes)), &self.zone)
    }

    /// Returns the instant itself in working hours, else the next begin of working hours.
    pub(crate) fn attended(&self, at: Timestamp) -> Timestamp {
        self.after(at, 0)
    }
}

/// A person of a pool in a preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PreviewPerson {
    /// The person.
    pub(crate) member: MemberId,
    /// The number of their open conversations.
    pub(crate) open: usize,
    /// The number of their last turn; `None` before the first one.
    pub(crate) turn: Option<usize>,
    /// The number of conversations that the settings gave them.
    pub(crate) given: usize,
}

/// Returns the place of the person who is next; `None` if no one may get more.
pub(crate) fn next_person(how: PickBy, most_open: u16, people: &[PreviewPerson]) -> Option<usize> {
    let has_room = |one: &PreviewPerson| most_open == 0 || one.open < usize::from(most_open);
    let free = people.iter().enumerate().filter(|(_, one)| has_room(one));
    let (nth, _) = match how {
        PickBy::Off => None,
        PickBy::InTurn => free.min_by_key(|(_, one)| (one.turn, one.member.clone())),
        PickBy::LeastBusy => free.min_by_key(|(_, one)| (one.open, one.turn, one.member.clone())),
    }?;
    Some(nth)
}

/// The steps of an escalation that a missed target reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct EscalationReach {
    /// True if the owner is notified.
    pub(crate) owner: bool,
    /// True if the person or group behind the owner is notified.
    pub(crate) backup: bool,
    /// True if the channel is notified.
    pub(crate) channel: bool,
}

/// Returns the steps that are reached from the end of a target on, until it is met or `until`. `of_owner` is true if there
/// is an owner to notify.
pub(crate) fn reached(
    targets: &Targets,
    of_owner: bool,
    (due, until): (Timestamp, Timestamp),
    clock: &RouteClock,
) -> EscalationReach {
    let mut found = EscalationReach::default();
    let mut at = due;
    let steps: [(bool, &mut bool); 3] = [
        (targets.tell_owner && of_owner, &mut found.owner),
        (targets.then.is_some(), &mut found.backup),
        (targets.tell_channel, &mut found.channel),
    ];
    for (is_wanted, step) in steps {
        if is_wanted && at < until {
            *step = true;
            at = clock.after(at, targets.step);
        }
    }
    found
}

/// Answers whether an owned conversation returns before `until`, if nothing happens to it after `touched`.
pub(crate) fn returns(returns: Returns, (touched, until): (Timestamp, Timestamp), clock: &RouteClock) -> bool {
    let hours = i64::from(returns.after_hours) + i64::from(Returns::ASKED_FOR);
    let silence = SignedDuration::from_hours(hours);
    returns.after_hours > 0 && clock.working.after(touched, silence, &clock.zone) < until
}
