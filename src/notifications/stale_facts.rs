//! Stale conversations: owned, open, and without activity for long. They do more harm than unassigned ones, because
//! no one else looks at them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::core::conversation::{Conversation, Owner};
use crate::core::ids::MemberId;
use crate::core::working_hours::Hours;

/// Returns the time of the last activity or note of a conversation, as far as dialnote shows it.
pub(crate) fn touched(conversation: &Conversation) -> Option<Timestamp> {
    conversation.last_activity.as_ref().map(|last| last.at).max(conversation.last_note)
}

/// Returns the open, owned conversations that were last touched by `before`, grouped by owner, the oldest first.
pub(crate) fn owned_and_old<'a>(
    all: impl Iterator<Item = &'a Conversation>,
    before: Timestamp,
) -> BTreeMap<MemberId, Vec<&'a Conversation>> {
    let mut found = BTreeMap::<MemberId, Vec<&Conversation>>::new();
    for one in all.filter(|one| one.is_open()) {
        if let Some(Owner { id, .. }) = one.owner.as_ref().filter(|_| touched(one).is_some_and(|at| at <= before)) {
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
pub(crate) fn is_to_be_asked(
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
