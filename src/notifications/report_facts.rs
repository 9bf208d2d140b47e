//! A team's report over some days: the number of conversations and their outcome, the waiting times, and the number
//! of open conversations per person.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::core::automation::WeeklyReport;
use crate::core::conversation::{Conversation, Status};
use crate::core::ids::MemberId;
use crate::core::last_change::ConversationChange;
use crate::core::times;
use crate::notifications::shares::{Share, TargetShares};

/// The most people who are listed.
const MAX_REPORT_LOADS: usize = 20;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The length of the period of a weekly report.
pub(crate) const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Report {
    /// The name that colleagues read for the requester; `None` if the report comes every week.
    #[serde(default)]
    pub by: Option<String>,
    /// The time and the comparison of a report that comes every week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub week: Option<EveryWeek>,
    /// The name of the shared number that the report covers; `None` if it covers all.
    #[serde(default)]
    pub line: Option<String>,
    /// The days, oldest first.
    pub days: Vec<DayActivity>,
    /// The waiting times.
    pub waits: Waits,
    /// The waiting times of the period before, as long.
    #[serde(default)]
    pub before: Waits,
    /// The people, busiest first.
    pub people: Vec<PersonActivity>,
    /// The answer targets.
    #[serde(default)]
    pub targets: TargetShares,
    /// The answer targets of the period before, as long.
    #[serde(default)]
    pub targets_before: TargetShares,
}

/// The time and the comparison of a report that comes every week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EveryWeek {
    /// The time.
    pub at: WeeklyReport,
    /// The figures of the week before, if they were reported.
    pub before: Option<WeekFigures>,
}

/// The figures of a report that can be counted only at its time, because conversations keep no earlier state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WeekFigures {
    /// The number of conversations with activity.
    pub active: usize,
    /// The number of those that were unassigned at the end.
    pub unassigned: usize,
    /// The number of those that were done at the end.
    pub done: usize,
}

/// The period that a report covers, and the one before it, as long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportSpan {
    /// The beginning of the period before.
    pub before: Timestamp,
    /// The beginning of the period.
    pub begin: Timestamp,
    /// The end.
    pub end: Timestamp,
    /// The time zone whose days are counted.
    pub zone: TimeZone,
}

/// A person's part in the work of the period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PersonActivity {
    /// The name for colleagues.
    pub name: String,
    /// The counts.
    pub counts: Counts,
    /// The answer targets of the conversations that they owned.
    #[serde(default)]
    pub answers: Share,
}

/// The counts of a person's work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// The number of open conversations that they own now.
    pub open: usize,
    /// The number of times that they became the owner.
    pub assigned: usize,
    /// The number of conversations that were marked done while they owned them.
    pub done: usize,
    /// The median time until done, in seconds.
    pub to_done: Option<i64>,
}

/// The reason why only the requester sees a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Alone {
    /// The channel gets no shared number's cards, so the report is about all of them.
    NoRoute,
    /// The channel hides numbers and messages, or another company reads it.
    Hidden,
}

/// The conversations whose last activity was on a day, counted by their present state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DayActivity {
    /// The day, in the requester's time zone.
    pub date: Date,
    /// The number of done conversations.
    pub done: usize,
    /// The number of snoozed conversations.
    pub snoozed: usize,
    /// The number of open conversations with an owner.
    pub owned: usize,
    /// The number of unassigned open conversations.
    pub waiting: usize,
}

/// The median waiting times, in seconds, and the number of changes of owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waits {
    /// The time until a conversation got its first owner after its contact got in touch; `None` if none got one.
    pub to_owner: Option<i64>,
    /// The time until a conversation was done.
    pub to_done: Option<i64>,
    /// The number of changes from one owner to another.
    pub handed: usize,
}

impl Report {
    /// Returns the number of conversations on all days.
    pub(crate) fn total(&self) -> usize {
        self.days.iter().map(DayActivity::total).sum()
    }

    /// Returns the figures with which the next week is compared.
    pub(crate) fn figures(&self) -> WeekFigures {
        let sum = |part: fn(&DayActivity) -> usize| self.days.iter().map(part).sum();
        WeekFigures { active: self.total(), unassigned: sum(|day| day.waiting), done: sum(|day| day.done) }
    }
}

impl ReportSpan {
    /// Returns the last `count` days, today included.
    pub(crate) fn days(count: u16, now: Timestamp, zone: TimeZone) -> Self {
        let today = now.to_zoned_datetime(zone.clone()).date();
        let midnight =
            today.checked_sub(i64::from(count.saturating_sub(1)).days()).map(|day| day.to_datetime(Time::midnight()));
        let begin = midnight.and_then(|midnight| midnight.to_zoned_datetime(zone.clone()));
        let begin = begin.map_or(now, |begin| begin.timestamp());
        Self { before: times::earlier(begin, DAY * u32::from(count)), begin, end: now, zone }
    }

    /// Returns the seven days up to a time, and the time that has passed since then. Whole days would leave out the
    /// rest of the day of each report.
    pub(crate) fn week(to: Timestamp, now: Timestamp, zone: TimeZone) -> Self {
        let begin = times::earlier(to, WEEK);
        Self { before: times::earlier(begin, WEEK), begin, end: now, zone }
    }

    /// Returns the dates of the period, the oldest first.
    fn dates(&self) -> impl Iterator<Item = Date> {
        let date = |at: Timestamp| at.to_zoned_datetime(self.zone.clone()).date();
        let (first, last) = (date(self.begin), date(self.end));
        first.series(1.day()).take_while(move |date| *date <= last)
    }
}

impl DayActivity {
    /// Returns the number of conversations on this day.
    pub(crate) fn total(&self) -> usize {
        self.done + self.snoozed + self.owned + self.waiting
    }
}

/// Counts the conversations whose last activity was in the period, by day, oldest day first.
pub(crate) fn days<'a>(all: impl Iterator<Item = &'a Conversation>, period: &ReportSpan) -> Vec<DayActivity> {
    let mut days: Vec<_> =
        period.dates().map(|date| DayActivity { date, done: 0, snoozed: 0, owned: 0, waiting: 0 }).collect();
    for one in all {
        let Some(last) = one.last_activity.as_ref().filter(|last| last.at >= period.begin) else { continue };
        let date = last.at.to_zoned_datetime(period.zone.clone()).date();
        let Some(day) = days.iter_mut().find(|day| day.date == date) else { continue };
        match (one.status, &one.owner) {
            (Status::Done, _) => day.done += 1,
            (Status::Snoozed, _) => day.snoozed += 1,
            (Status::Open, Some(_)) => day.owned += 1,
            (Status::Open, None) => day.waiting += 1,
            (Status::Other, _) => {}
        }
    }
    days
}

/// Counts the open conversations per owner.
pub(crate) fn loads<'a>(all: impl Iterator<Item = &'a Conversation>) -> BTreeMap<MemberId, usize> {
    let mut loads = BTreeMap::<MemberId, usize>::new();
    for owner in all.filter(|one| one.is_open()).filter_map(|one| one.owner.as_ref()) {
        *loads.entry(owner.id.clone()).or_default() += 1;
    }
    loads
}

/// Counts the work of each person, busiest first, for at most `MAX_REPORT_LOADS` people.
pub(crate) fn people(loads: &BTreeMap<MemberId, usize>, changes: &[ConversationChange]) -> Vec<(MemberId, Counts)> {
    let mut people = BTreeMap::<MemberId, (Counts, Vec<i64>)>::new();
    for (member, open) in loads {
        people.entry(member.clone()).or_default().0.open = *open;
    }
    for change in changes {
        let Some(owner) = &change.after.owner else { continue };
        if change.before.owner.as_ref() != Some(owner) {
            people.entry(owner.clone()).or_default().0.assigned += 1;
        }
        if change.is_done() {
            let (counts, waited) = people.entry(owner.clone()).or_default();
            counts.done += 1;
            waited.extend(change.waited());
        }
    }
    let counted = |(member, (counts, waited)): (MemberId, (Counts, Vec<i64>))| {
        (member, Counts { to_done: median(waited), ..counts })
    };
    let mut people: Vec<_> = people.into_iter().map(counted).collect();
    people.sort_by_key(|(_, counts)| Reverse((counts.open, counts.done, counts.assigned)));
    people.truncate(MAX_REPORT_LOADS);
    people
}

/// Computes the waiting times from changes, given oldest first.
pub(crate) fn waits<'a>(changes: impl Iterator<Item = &'a ConversationChange>) -> Waits {
    let (mut to_owner, mut to_done, mut handed) = (Vec::new(), Vec::new(), 0);
    let mut owned = HashSet::new();
    for change in changes {
        let waited = change.waited();
        match (&change.before.owner, &change.after.owner) {
            (None, Some(_)) if owned.insert((&change.conversation, change.heard)) => to_owner.extend(waited),
            (Some(before), Some(after)) if before != after => handed += 1,
            _ => {}
        }
        if change.is_done() {
            to_done.extend(waited);
        }
    }
    Waits { to_owner: median(to_owner), to_done: median(to_done), handed }
}

pub(crate) fn median(mut all: Vec<i64>) -> Option<i64> {
    all.sort_unstable();
    let middle = all.len().checked_sub(1)? / 2;
    let (low, high) = (all.get(middle)?, all.get(all.len() / 2)?);
    Some(i64::midpoint(*low, *high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::conversation::State;
    use crate::core::ids::ConversationId;
    use crate::core::parse_error::ParseError;
    use crate::core::report_period::period;

    fn change(id: &str, at: i64, heard: i64, owners: [Option<&str>; 2], statuses: [Status; 2]) -> ConversationChange {
        let state = |owner: Option<&str>, status| State { owner: owner.map(MemberId::new), status, until: None };
        let second = |second| Timestamp::from_second(second).unwrap_or_default();
        ConversationChange {
            conversation: ConversationId::new(id),
            at: second(at),
            heard: Some(second(heard)),
            before: state(owners[0], statuses[0]),
            after: state(owners[1], statuses[1]),
        }
    }

    #[test]
    fn only_the_first_owner_ends_the_waiting() {
        let open = [Status::Open; 2];
        let changes = [
            change("a", 160, 100, [None, Some("zoe")], open),
            change("a", 170, 100, [Some("zoe"), Some("leo")], open),
            change("a", 180, 100, [Some("leo"), None], open),
            change("a", 900, 100, [None, Some("zoe")], open),
            change("b", 120, 100, [None, Some("zoe")], open),
            change("b", 500, 100, [Some("zoe"); 2], [Status::Open, Status::Done]),
            change("a", 2100, 2000, [None, Some("zoe")], open),
        ];
        let expected = Waits { to_owner: Some(60), to_done: Some(400), handed: 1 };
        assert_eq!(waits(changes.iter()), expected);
        assert_eq!(waits([].iter()), Waits::default());
    }

    #[test]
    fn each_person_has_what_they_got_and_what_was_done_while_theirs() {
        let open = [Status::Open; 2];
        let changes = [
            change("a", 160, 100, [None, Some("zoe")], open),
            change("a", 170, 100, [Some("zoe"), Some("leo")], open),
            change("a", 400, 100, [Some("leo"); 2], [Status::Open, Status::Done]),
            change("b", 500, 100, [None, None], [Status::Open, Status::Done]),
        ];
        let loads = BTreeMap::from([(MemberId::new("zoe"), 2)]);
        let zoe = Counts { open: 2, assigned: 1, done: 0, to_done: None };
        let leo = Counts { open: 0, assigned: 1, done: 1, to_done: Some(300) };
        assert_eq!(people(&loads, &changes), [(MemberId::new("zoe"), zoe), (MemberId::new("leo"), leo)]);
    }

    #[test]
    fn the_weeks_of_weekly_reports_leave_nothing_out() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap_or_default();
        let (monday, zone) = (at("2026-11-23T09:00:00Z"), TimeZone::UTC);
        let week = ReportSpan::week(monday, monday, zone.clone());
        assert_eq!((week.begin, week.before), (at("2026-11-16T09:00:00Z"), at("2026-11-09T09:00:00Z")));
        assert_eq!(week.dates().count(), 8, "the first and the last in part");
        let days = ReportSpan::days(7, monday, zone);
        assert_eq!((days.begin, days.dates().count()), (at("2026-11-17T00:00:00Z"), 7));
        assert_eq!(days.before, at("2026-11-10T00:00:00Z"));
    }

    #[test]
    fn half_of_an_even_number_lies_between_two() {
        assert_eq!(median(vec![40, 10, 20, 30]), Some(25));
        assert_eq!(median(vec![7]), Some(7));
    }

    #[test]
    fn a_period_is_a_word_or_a_number_of_days() {
        for (text, days) in [("", Ok(7)), ("Week", Ok(7)), ("today", Ok(1)), ("90", Ok(90)), ("month", Ok(30))] {
            assert_eq!(period(text), days, "{text}");
        }
        for text in ["0", "91", "-1", "fortnight"] {
            assert_eq!(period(text), Err(ParseError::NoPeriod), "{text}");
        }
    }
}
