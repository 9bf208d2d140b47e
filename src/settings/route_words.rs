//! The settings of a route in sentences: what the app does with a shared number's conversations.

use std::collections::BTreeMap;

use crate::core::auto_assign::{AssigneePool, AutoAssign, PickBy};
use crate::core::automation::{ReturnTo, Returns, WeeklyReport};
use crate::core::conversation::ActivityKind;
use crate::core::ids::SlackUserId;
use crate::core::route;
use crate::core::route::{Morning, Route, RouteSettings};
use crate::core::rules::Rules;
use crate::core::targets::{Backup, Target, Targets};
use crate::core::working_hours::{Hours, TimeOfDay};
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::blocks::words;

/// The names of the people in a route's settings.
pub(crate) type SettingNames = BTreeMap<SlackUserId, String>;

/// The activities that can make a card, as a sentence names them.
const KINDS: [(ActivityKind, &str); 4] = [
    (ActivityKind::MissedCall, "missed calls"),
    (ActivityKind::Voicemail, "voicemails"),
    (ActivityKind::Call, "answered calls"),
    (ActivityKind::Sms, "text messages"),
];

/// Returns the people whom a route's settings name.
pub(crate) fn people(settings: &RouteSettings) -> Vec<SlackUserId> {
    let pool = match &settings.auto.pool {
        Some(AssigneePool::People(users)) => users.as_slice(),
        _ => &[],
    };
    let backup = match &settings.targets.then {
        Some(Backup::User(user)) => Some(user),
        _ => None,
    };
    pool.iter().chain(backup).cloned().collect()
}

/// Says in one paragraph what a route does.
pub(crate) fn paragraph(route: &Route, rules: &Rules, names: &SettingNames) -> Markup {
    Markup::joined(" ", sentences(route, rules, names))
}

/// Says what a route does, a sentence for each of its settings that does something.
pub(crate) fn sentences(route: &Route, rules: &Rules, names: &SettingNames) -> Vec<Markup> {
    let settings = &route.settings;
    let subject = route.line.as_ref().map(route::called);
    let working = settings.over(rules).working;
    let first = assignment(&settings.auto, subject.as_deref(), working, names);
    let mut all = vec![first];
    all.extend(cards(settings));
    all.extend(targets(&settings.targets));
    all.extend(escalation(&settings.targets, names));
    all.extend(returns(settings.returns, &settings.auto));
    all.extend(counted_hours(settings, working));
    all.extend(
        settings
            .shift_change
            .then(|| Markup::of("When a shift ends, its open conversations are offered to the next one.")),
    );
    all.extend(lists(settings, rules));
    all.extend(settings.weekly.map(weekly));
    all
}

/// Says who gets new conversations: "New conversations on Front desk go to the least busy of @frontdesk, at most 8 open
/// each, Monday to Friday, 9:00–17:00."
fn assignment(auto: &AutoAssign, line: Option<&str>, working: Hours, names: &SettingNames) -> Markup {
    let subject = Markup::of("New conversations");
    let subject = match line {
        Some(line) => subject.ours(" on ").bold(line),
        None => subject,
    };
    let Some(pool) = auto.pool() else { return subject.ours(" stay unassigned until someone takes them.") };
    if pool.is_empty() {
        return subject.ours(" stay unassigned, because no one is chosen for auto-assignment.");
    }
    let pool = pool_words(pool, names);
    let to = match auto.how {
        PickBy::LeastBusy => subject.ours(" go to the least busy of ").text(&pool),
        PickBy::InTurn | PickBy::Off => subject.ours(" go to ").text(&pool).ours(" in turn"),
    };
    let to = if auto.most_open == 0 { to } else { to.ours(&format!(", at most {} open each", auto.most_open)) };
    to.ours(&format!(", Monday to Friday, {}.", hours(working)))
}

/// Returns a group with its @, or the names of people.
fn pool_words(pool: &AssigneePool, names: &SettingNames) -> String {
    match pool {
        AssigneePool::Group(group) => group.name.clone(),
        AssigneePool::People(users) => {
            let names: Vec<_> = users.iter().map(|user| name(user, names)).collect();
            words::listed_most(&names)
        }
    }
}

fn name<'a>(user: &'a SlackUserId, names: &'a SettingNames) -> &'a str {
    names.get(user).map_or(user.as_str(), String::as_str)
}

/// Names the activities that make cards, if some make none.
fn cards(settings: &RouteSettings) -> Option<Markup> {
    let made: Vec<_> =
        KINDS.iter().filter(|(kind, _)| settings.makes_cards_of(*kind)).map(|(_, words)| *words).collect();
    match made.len() {
        0 => Some(Markup::of("They make no cards.")),
        made_of if made_of == KINDS.len() => None,
        _ => Some(Markup::of(&format!("Only {} make a card.", words::listed(&made, 0)))),
    }
}

/// Says within how long conversations need an owner and an answer: one sentence for the kinds with the same target.
fn targets(targets: &Targets) -> Vec<Markup> {
    let kinds = [("missed calls", targets.call), ("voicemails", targets.voicemail), ("text messages", targets.sms)];
    let mut told: Vec<(Target, Vec<&str>)> = Vec::new();
    for (words, target) in kinds {
        match told.iter_mut().find(|(other, _)| *other == target) {
            Some((_, same)) => same.push(words),
            None => told.push((target, vec![words])),
        }
    }
    let all_same = told.len() == 1;
    let told = told.into_iter().filter_map(|(target, kinds)| {
        let subject = if all_same { "They".to_owned() } else { capital(&words::listed(&kinds, 0)) };
        let limits = [("an owner", target.owner), ("an answer", target.answer)];
        let limits: Vec<_> = limits.iter().filter(|(_, limit)| *limit > 0).collect();
        let limits: Vec<_> = limits.iter().map(|(what, limit)| format!("{what} within {}", minutes(*limit))).collect();
        let limits: Vec<_> = limits.iter().map(String::as_str).collect();
        (!limits.is_empty()).then(|| Markup::of(&format!("{subject} need {}.", words::listed(&limits, 0))))
    });
    told.collect()
}

/// Says in which hours targets and returns count, and hours that were set for nothing else, unless the sentence on auto-assignment has said so.
fn counted_hours(settings: &RouteSettings, working: Hours) -> Option<Markup> {
    let counts = has_target(&settings.targets) || settings.returns.after_hours > 0 || settings.working.is_some();
    let is_said = settings.auto.pool().is_some_and(|pool| !pool.is_empty());
    (counts && !is_said).then(|| Markup::of(&format!("Time counts Monday to Friday, {}.", hours(working))))
}

fn has_target(targets: &Targets) -> bool {
    [targets.call, targets.voicemail, targets.sms].iter().any(|one| one.owner > 0 || one.answer > 0)
}

/// Says who is notified of a target that is near or missed.
fn escalation(targets: &Targets, names: &SettingNames) -> Vec<Markup> {
    if !has_target(targets) {
        return Vec::new();
    }
    let warning = (targets.warn_before > 0)
        .then(|| Markup::of(&format!("The owner is warned {} before a target ends.", minutes(targets.warn_before))));
    let then = targets.then.as_ref().map(|then| match then {
        Backup::User(user) => name(user, names).to_owned(),
        Backup::Group(group) => group.name.clone(),
    });
    let steps = [
        targets.tell_owner.then(|| "the owner".to_owned()),
        then,
        targets.tell_channel.then(|| "the channel".to_owned()),
    ];
    let mut line = Markup::of("If a target is missed, ");
    let steps: Vec<_> = steps.into_iter().flatten().collect();
    for (nth, step) in steps.iter().enumerate() {
        line = match nth {
            0 => line.text(step).ours(" is notified"),
            _ if nth + 1 == steps.len() => line.ours(&format!(" and {} later ", minutes(targets.step))).text(step),
            _ => line.ours(&format!(", {} later ", minutes(targets.step))).text(step),
        };
    }
    let missed = (!steps.is_empty()).then(|| line.ours("."));
    warning.into_iter().chain(missed).collect()
}

/// Says when a conversation is taken from an owner who does nothing.
fn returns(returns: Returns, auto: &AutoAssign) -> Option<Markup> {
    let Returns { after_hours, to } = returns;
    let next = match to {
        ReturnTo::Next if auto.pool().is_some() => "it goes to the next person",
        ReturnTo::Next | ReturnTo::Queue => "it's unassigned",
    };
    let asked = Returns::ASKED_FOR;
    (after_hours > 0).then(|| {
        Markup::of(&format!(
            "After {after_hours} working hours without activity the owner is asked, and {asked} h later {next}."
        ))
    })
}

/// Says when the channel gets its digest and its reminders.
fn lists(settings: &RouteSettings, rules: &Rules) -> Option<Markup> {
    let digest = match settings.digest {
        Morning::WithWork => Some("a digest at the start of working hours".to_owned()),
        Morning::At(time) => Some(format!("a digest at {}", clock(time))),
        Morning::Never => None,
    };
    let remind = settings.over(rules).remind_within;
    let reminder = (remind > 0).then(|| format!("a reminder after {} unassigned", minutes(remind)));
    let both: Vec<_> = digest.into_iter().chain(reminder).collect();
    let both: Vec<_> = both.iter().map(String::as_str).collect();
    (!both.is_empty()).then(|| Markup::of(&format!("The channel gets {}.", words::listed(&both, 0))))
}

fn weekly(weekly: WeeklyReport) -> Markup {
    Markup::of(&format!("The weekly report comes on {}.", weekly.words()))
}

/// Returns a number of minutes in words: "30 min", "2 h".
pub(crate) fn minutes(count: u16) -> String {
    match (count / 60, count % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// Returns hours of the day: "9:00–17:00".
fn hours(hours: Hours) -> String {
    format!("{}–{}", clock(hours.from), clock(hours.to))
}

/// Returns a time of day as people write it: "9:00".
fn clock(time: TimeOfDay) -> String {
    let time = time.to_string();
    time.strip_prefix('0').unwrap_or(&time).to_owned()
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::assignee::UserGroup;
    use crate::core::conversation::SharedNumber;
    use crate::core::ids::UserGroupId;

    fn said(settings: RouteSettings) -> Vec<String> {
        let line = SharedNumber { number: "+14155550100".to_owned(), name: Some("Front desk".to_owned()) };
        let route = Route { line: Some(line), settings, ..Route::of_all() };
        let names = SettingNames::from([(SlackUserId::new("U1"), "Maya".to_owned())]);
        sentences(&route, &Rules::default(), &names).iter().map(Markup::words).collect()
    }

    fn frontdesk() -> UserGroup {
        UserGroup { id: UserGroupId::new("S1"), name: "@frontdesk".to_owned() }
    }

    #[test]
    fn an_untouched_route_shows_cards_and_notifies_no_one_of_targets() {
        assert_eq!(
            said(RouteSettings::default()),
            [
                "New conversations on Front desk stay unassigned until someone takes them.",
                "They need an owner within 30 min and an answer within 2 h.",
                "Time counts Monday to Friday, 9:00–17:00.",
                "The channel gets a digest at the start of working hours and a reminder after 30 min unassigned.",
            ]
        );
    }

    #[test]
    fn each_setting_has_its_sentence() {
        let long = Target { owner: 0, answer: 240 };
        let settings = RouteSettings {
            without: vec![ActivityKind::Call, ActivityKind::Sms],
            digest: Morning::Never,
            remind_within: Some(0),
            working: Some(Hours { from: TimeOfDay::at(8), to: TimeOfDay::at(16) }),
            targets: Targets {
                sms: long,
                warn_before: 10,
                tell_owner: true,
                then: Some(Backup::User(SlackUserId::new("U1"))),
                tell_channel: true,
                ..Targets::default()
            },
            auto: AutoAssign { how: PickBy::LeastBusy, pool: Some(AssigneePool::Group(frontdesk())), most_open: 8 },
            returns: Returns { after_hours: 8, to: ReturnTo::Next },
            shift_change: true,
            weekly: Some(WeeklyReport { day: 4, at: TimeOfDay::at(16) }),
        };
        assert_eq!(
            said(settings),
            [
                "New conversations on Front desk go to the least busy of @frontdesk, at most 8 open each, Monday to \
                 Friday, 8:00–16:00.",
                "Only missed calls and voicemails make a card.",
                "Missed calls and voicemails need an owner within 30 min and an answer within 2 h.",
                "Text messages need an answer within 4 h.",
                "The owner is warned 10 min before a target ends.",
                "If a target is missed, the owner is notified, 15 min later Maya and 15 min later the channel.",
                "After 8 working hours without activity the owner is asked, and 1 h later it goes to the next person.",
                "When a shift ends, its open conversations are offered to the next one.",
                "The weekly report comes on Friday at 16:00.",
            ]
        );
    }

    #[test]
    fn nothing_is_promised_that_is_switched_off() {
        let none = Target { owner: 0, answer: 0 };
        let targets = Targets { call: none, voicemail: none, sms: none, tell_owner: true, ..Targets::default() };
        let auto = AutoAssign { how: PickBy::InTurn, pool: None, most_open: 3 };
        let erased = AutoAssign { pool: Some(AssigneePool::People(Vec::new())), ..auto.clone() };
        let without = said(RouteSettings { auto: erased, ..RouteSettings::default() });
        let no_one = "New conversations on Front desk stay unassigned, because no one is chosen for auto-assignment.";
        assert_eq!(without.first().map(String::as_str), Some(no_one));
        let returns = Returns { after_hours: 4, to: ReturnTo::Next };
        let said = said(RouteSettings { targets, auto, returns, ..RouteSettings::default() });
        let expected = [
            "New conversations on Front desk stay unassigned until someone takes them.",
            "After 4 working hours without activity the owner is asked, and 1 h later it's unassigned.",
            "Time counts Monday to Friday, 9:00–17:00.",
        ];
        assert_eq!(said.get(..3), Some(&expected.map(str::to_owned)[..]));
    }
}
