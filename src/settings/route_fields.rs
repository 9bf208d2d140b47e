//! Reading of the submitted form of a route's settings, with a sentence for the first field that cannot be as it is.

use crate::core::assignee::UserGroup;
use crate::core::auto_assign::{AssigneePool, AutoAssign, PickBy};
use crate::core::automation::{ReturnTo, Returns, WeeklyReport};
use crate::core::conversation::ActivityKind;
use crate::core::form::route_form::{
    ANSWER, AUTO, CARDS, DIGEST, FROM, MOST_OPEN, OWNER, POOL_GROUP, POOL_PEOPLE, REMIND, RETURN_AFTER, RETURN_TO,
    SHIFT, STEP, TELL, THEN_GROUP, THEN_USER, UNTIL, WARN, WEEKLY_AT, WEEKLY_DAY,
};
use crate::core::names::folded;
use crate::core::route::{Morning, RouteSettings};
use crate::core::targets::{Backup, Target, Targets};
use crate::core::working_hours::{Hours, TimeOfDay};
use crate::platform::slack::fields::Fields;
use crate::settings::route_window::{CARDS_OF, CHANNEL_TOLD, NEVER, OFFERED, OWNER_TOLD, PLACES, WAYS, WITH_WORK};
use crate::settings::route_words::minutes;

/// A field of the form that cannot be submitted as it is, and the sentence under it.
pub(crate) type RouteFieldError = (&'static str, String);

/// The submitted settings, with user groups as they were typed: Slack has no menu of groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TypedSettings {
    settings: RouteSettings,
    pool: Option<String>,
    then: Option<String>,
}

impl TypedSettings {
    /// Reads the form. `now` has the settings to keep where the form has no field for them.
    pub(crate) fn read(fields: &Fields, now: &RouteSettings) -> Result<Self, RouteFieldError> {
        let number = |name, now: u16| fields.choice(name, name).and_then(|text| text.parse().ok()).unwrap_or(now);
        let ticked = |name, option| fields.ticked(name, name).is_some_and(|ticked| ticked.contains(&option));
        let (targets, then) = read_targets(fields, &now.targets)?;
        let (auto, pool) = read_assignment(fields, &now.auto)?;
        let returns = Returns {
            after_hours: number(RETURN_AFTER, now.returns.after_hours),
            to: fields.choice(RETURN_TO, RETURN_TO).and_then(place).unwrap_or(now.returns.to),
        };
        if returns.after_hours > 0 && returns.to == ReturnTo::Next && auto.how == PickBy::Off {
            return Err((
                RETURN_TO,
                "No one is next without auto-assignment. Switch it on, or choose “It's unassigned”.".to_owned(),
            ));
        }
        let settings = RouteSettings {
            without: without(fields, now),
            digest: fields.choice(DIGEST, DIGEST).map_or(now.digest, morning),
            remind_within: match fields.choice(REMIND, REMIND) {
                Some(minutes) => minutes.parse().ok(),
                None => now.remind_within,
            },
            working: hours(fields, now)?,
            targets,
            auto,
            returns,
            shift_change: if fields.has(SHIFT, SHIFT) { ticked(SHIFT, OFFERED) } else { now.shift_change },
            weekly: weekly(fields, now)?,
        };
        Ok(Self { settings, pool, then })
    }

    /// Returns the typed groups that `now` doesn't have already, so that Slack has to be asked for them.
    pub(crate) fn needs_groups(&self, now: &RouteSettings) -> bool {
        let known = groups_of(now);
        self.pool.iter().chain(&self.then).any(|typed| find(typed, &known).is_none())
    }

    /// Returns the settings with the groups that were typed, out of those of the workspace.
    pub(crate) fn with_groups(
        self,
        now: &RouteSettings,
        groups: &[UserGroup],
    ) -> Result<RouteSettings, RouteFieldError> {
        let known: Vec<_> = groups.iter().cloned().chain(groups_of(now)).collect();
        let named = |field, typed: &str| {
            let unknown =
                || (field, format!("No user group is called “{typed}”. Type its handle, for example @frontdesk."));
            find(typed, &known).cloned().ok_or_else(unknown)
        };
        let Self { mut settings, pool, then } = self;
        if let Some(typed) = pool {
            settings.auto.pool = Some(AssigneePool::Group(named(POOL_GROUP, &typed)?));
        }
        if let Some(typed) = then {
            settings.targets.then = Some(Backup::Group(named(THEN_GROUP, &typed)?));
        }
        Ok(settings)
    }

    /// Returns the first field with a typed group.
    pub(crate) fn group_field(&self) -> &'static str {
        if self.pool.is_some() { POOL_GROUP } else { THEN_GROUP }
    }
}

/// Returns the groups that settings name.
fn groups_of(settings: &RouteSettings) -> Vec<UserGroup> {
    let pool = match &settings.auto.pool {
        Some(AssigneePool::Group(group)) => Some(group),
        _ => None,
    };
    let then = match &settings.targets.then {
        Some(Backup::Group(group)) => Some(group),
        _ => None,
    };
    pool.into_iter().chain(then).cloned().collect()
}

/// Finds a group by its handle, with or without the @.
fn find<'a>(typed: &str, groups: &'a [UserGroup]) -> Option<&'a UserGroup> {
    let bare = |name: &str| folded(name.trim().trim_start_matches('@'));
    groups.iter().find(|group| bare(&group.name) == bare(typed))
}

fn without(fields: &Fields, now: &RouteSettings) -> Vec<ActivityKind> {
    match fields.ticked(CARDS, CARDS) {
        Some(cards) => CARDS_OF.iter().filter(|(_, value, _)| !cards.contains(value)).map(|(kind, ..)| *kind).collect(),
        None => now.without.clone(),
    }
}

fn morning(value: &str) -> Morning {
    match value {
        WITH_WORK => Morning::WithWork,
        time => TimeOfDay::read(time).map_or(Morning::Never, Morning::At),
    }
}

fn hours(fields: &Fields, now: &RouteSettings) -> Result<Option<Hours>, RouteFieldError> {
    let time = |name: &str| fields.time_of_day(name, name).and_then(TimeOfDay::read);
    match (time(FROM), time(UNTIL)) {
        (Some(from), Some(to)) if from != to => Ok(Some(Hours { from, to })),
        (None, None) if !fields.has(FROM, FROM) => Ok(now.working),
        (None, None) => Ok(None),
        (None, Some(_)) => Err((FROM, "Choose a start, or leave both empty.".to_owned())),
        (Some(_), _) => Err((UNTIL, "Choose an end that differs from the start, or leave both empty.".to_owned())),
    }
}

fn read_targets(fields: &Fields, now: &Targets) -> Result<(Targets, Option<String>), RouteFieldError> {
    let number = |name, now: u16| fields.choice(name, name).and_then(|text| text.parse().ok()).unwrap_or(now);
    let before = [now.call, now.voicemail, now.sms];
    let mut read = before;
    for (((target, now), owner), answer) in read.iter_mut().zip(before).zip(OWNER).zip(ANSWER) {
        *target = Target { owner: number(owner, now.owner), answer: number(answer, now.answer) };
        if target.answer > 0 && target.answer < target.owner {
            let sentence = format!("An owner has {}. Choose at least as long.", minutes(target.owner));
            return Err((answer, sentence));
        }
    }
    let [call, voicemail, sms] = read;
    let warn_before = number(WARN, now.warn_before);
    let shortest = read.iter().flat_map(|one| [one.owner, one.answer]).filter(|limit| *limit > 0).min();
    if let Some(shortest) = shortest.filter(|shortest| warn_before >= *shortest) {
        return Err((WARN, format!("The shortest target is {}. Choose less than that.", minutes(shortest))));
    }
    let (user, group) = (fields.user(THEN_USER, THEN_USER), typed(fields, THEN_GROUP));
    if user.is_some() && group.is_some() {
        return Err((THEN_GROUP, "Choose a person or a user group, not both.".to_owned()));
    }
    let tells = |option| fields.ticked(TELL, TELL).map(|ticked| ticked.contains(&option));
    let has_then = fields.has(THEN_USER, THEN_USER) || fields.has(THEN_GROUP, THEN_GROUP);
    let targets = Targets {
        call,
        voicemail,
        sms,
        warn_before,
        tell_owner: tells(OWNER_TOLD).unwrap_or(now.tell_owner),
        then: if has_then { user.map(Backup::User) } else { now.then.clone() },
        step: number(STEP, now.step),
        tell_channel: tells(CHANNEL_TOLD).unwrap_or(now.tell_channel),
    };
    Ok((targets, group))
}

fn read_assignment(fields: &Fields, now: &AutoAssign) -> Result<(AutoAssign, Option<String>), RouteFieldError> {
    let Some(way) = fields.choice(AUTO, AUTO) else { return Ok((now.clone(), None)) };
    let how = WAYS.iter().find(|(_, value, _)| *value == way).map_or(now.how, |(how, ..)| *how);
    let (people, group) = (fields.users(POOL_PEOPLE, POOL_PEOPLE), typed(fields, POOL_GROUP));
    match (&group, people.as_slice()) {
        (Some(_), [_, ..]) => return Err((POOL_GROUP, "Choose a user group or people, not both.".to_owned())),
        (None, []) if how != PickBy::Off => {
            return Err((POOL_GROUP, "Type a user group, or choose people below.".to_owned()));
        }
        _ => {}
    }
    let most_open = fields.choice(MOST_OPEN, MOST_OPEN).and_then(|most| most.parse().ok()).unwrap_or(now.most_open);
    let pool = (!people.is_empty()).then_some(AssigneePool::People(people));
    Ok((AutoAssign { how, pool, most_open }, group))
}

fn place(value: &str) -> Option<ReturnTo> {
    PLACES.iter().find(|(_, name, _)| *name == value).map(|(to, ..)| *to)
}

fn weekly(fields: &Fields, now: &RouteSettings) -> Result<Option<WeeklyReport>, RouteFieldError> {
    let Some(day) = fields.choice(WEEKLY_DAY, WEEKLY_DAY) else { return Ok(now.weekly) };
    let at = fields.time_of_day(WEEKLY_AT, WEEKLY_AT).and_then(TimeOfDay::read);
    match (day, day.parse(), at) {
        (NEVER, ..) | (_, Err(_), _) => Ok(None),
        (_, Ok(day), Some(at)) => Ok(Some(WeeklyReport { day, at })),
        (_, Ok(_), None) => Err((WEEKLY_AT, "Choose the time of the report.".to_owned())),
    }
}

/// Returns the text of a field, if it has any.
fn typed(fields: &Fields, name: &str) -> Option<String> {
    let text = fields.text(name, name).trim();
    (!text.is_empty()).then(|| text.to_owned())
}
