//! Routes: the channels that get a shared number's cards, and the reading of the number from a command.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::core::auto_assign::AutoAssign;
use crate::core::automation::{Returns, WeeklyReport};
use crate::core::conversation::{ActivityKind, SharedNumber};
use crate::core::ids::{ChannelId, SlackUserId, TeamId};
use crate::core::names::folded;
use crate::core::phone::written::WrittenNumber;
use crate::core::phone::{Fit, HomeCountries};
use crate::core::rules::Rules;
use crate::core::targets::{Targets, edited};
use crate::core::working_hours::{Hours, TimeOfDay};
use crate::core::{phone, working_hours};

/// A channel's route: the shared number whose cards it gets, and its settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The shared number; `None` for all of them.
    pub line: Option<SharedNumber>,
    /// The time zone of the person who set the route, if Slack knows it.
    pub zone: Option<String>,
    /// The person who set the route. They are notified if cards cannot be posted there.
    #[serde(default)]
    pub by: Option<SlackUserId>,
    /// The workspace of the channel, if the app is installed in an organization: its groups are asked for by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// True if posting is paused, because Slack refused it.
    #[serde(default)]
    pub paused: bool,
    /// The other settings of the route.
    #[serde(flatten)]
    pub settings: RouteSettings,
}

/// The settings of a channel that gets cards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteSettings {
    /// The kinds of activity that create no card where there is none yet.
    pub without: Vec<ActivityKind>,
    /// The time of the digest.
    pub digest: Morning,
    /// The working time, in minutes, after which the channel is reminded of unassigned conversations; 0 if never.
    /// `None` follows the rules of the workspace.
    pub remind_within: Option<u16>,
    /// The working hours of the shared number, in the route's time zone. `None` follows the rules of the workspace.
    pub working: Option<Hours>,
    /// The answer targets.
    pub targets: Targets,
    /// The assignment of new conversations.
    pub auto: AutoAssign,
    /// The return of owned conversations without activity.
    pub returns: Returns,
    /// True if the open conversations of people whose shift ends are offered to those whose shift begins.
    pub shift_change: bool,
    /// The time of the weekly report; `None` if there is none.
    pub weekly: Option<WeeklyReport>,
}

/// The time of a digest on working days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Morning {
    /// The start of the working hours.
    #[default]
    WithWork,
    /// A time of its own.
    At(TimeOfDay),
    /// No digest.
    Never,
}

impl RouteSettings {
    /// Answers whether an activity of this kind creates a card where there is none.
    pub(crate) fn makes_cards_of(&self, kind: ActivityKind) -> bool {
        !self.without.contains(&kind)
    }

    /// Returns the rules with this channel's own settings in place of the workspace's.
    #[must_use]
    pub fn over(&self, rules: &Rules) -> Rules {
        Rules {
            remind_within: self.remind_within.unwrap_or(rules.remind_within),
            working: self.working.unwrap_or(rules.working),
            ..rules.clone()
        }
    }

    /// Returns the settings after an edit: those that differ between what a form `showed` and what is `wanted` change,
    /// the others stay, because another person may have changed them while the form was open.
    #[must_use]
    pub fn edited(&self, shown: &Self, wanted: &Self) -> Self {
        Self {
            without: edited(&self.without, &shown.without, &wanted.without),
            digest: edited(&self.digest, &shown.digest, &wanted.digest),
            remind_within: edited(&self.remind_within, &shown.remind_within, &wanted.remind_within),
            working: edited(&self.working, &shown.working, &wanted.working),
            targets: self.targets.edited(&shown.targets, &wanted.targets),
            auto: edited(&self.auto, &shown.auto, &wanted.auto),
            returns: edited(&self.returns, &shown.returns, &wanted.returns),
            shift_change: edited(&self.shift_change, &shown.shift_change, &wanted.shift_change),
            weekly: edited(&self.weekly, &shown.weekly, &wanted.weekly),
        }
    }

    /// Returns the time of the next digest; `None` if the channel gets none.
    pub(crate) fn next_digest(&self, rules: &Rules, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self.digest {
            Morning::WithWork => Some(working_hours::next_morning(rules.working.from, now, zone)),
            Morning::At(clock) => Some(working_hours::next_morning(clock, now, zone)),
            Morning::Never => None,
        }
    }
}

impl Route {
    /// Returns the route of a channel that shows all shared numbers.
    pub(crate) fn of_all() -> Self {
        Self { line: None, zone: None, by: None, team: None, paused: false, settings: RouteSettings::default() }
    }

    /// Answers whether the cards of this shared number's conversations go to the channel.
    pub fn takes(&self, line: Option<&SharedNumber>) -> bool {
        self.line.as_ref().is_none_or(|wanted| line.is_some_and(|line| line.number == wanted.number))
    }
}

/// Finds the shared number that a text means: by its number in any usual spelling, or by its name.
pub fn meant<'a>(asked: &str, lines: &'a [SharedNumber]) -> Option<&'a SharedNumber> {
    let by_name = || lines.iter().find(|line| line.name.as_deref().is_some_and(|name| folded(name) == folded(asked)));
    let number = WrittenNumber::parse(asked);
    let home = HomeCountries::of(lines.iter().map(|line| line.number.as_str()));
    let matcher = number.map(|number| number.against(&home));
    let fit = |line: &&SharedNumber| matcher.as_ref().and_then(|matcher| matcher.fit(&line.number));
    let by_number = lines.iter().rev().filter(|line| fit(line) >= Some(Fit::Ending)).max_by_key(fit);
    by_number.or_else(by_name)
}

/// Returns the shared number's name, else the number as people read it.
pub fn called(line: &SharedNumber) -> String {
    line.name.clone().unwrap_or_else(|| phone::pretty(&line.number))
}

/// A channel that gets cards, with the name of the shared number; `None` if it gets those of all.
pub(crate) type Routed = (ChannelId, Option<String>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::ChannelId;
    use crate::core::parse_error::ParseError;
    use crate::core::routing::Routing;

    #[test]
    fn reads_channel_and_number_in_every_spelling() {
        let billing = || Some(ChannelId::new("C1"));
        let set = |channel, line: &str| Ok(Routing::Set { channel, line: line.to_owned() });
        for (text, expected) in [
            ("", Ok(Routing::Resume)),
            ("list", Ok(Routing::List)),
            ("<#C1|billing> \"Front desk\"", set(billing(), "Front desk")),
            ("<#C1|> Front desk", set(billing(), "Front desk")),
            ("<#C1> *", set(billing(), "*")),
            ("<tel:+14155550100|+1 415 555 0100>", set(None, "+14155550100")),
            ("*", set(None, "*")),
            ("off", Ok(Routing::Off { channel: None })),
            ("<#C1|billing> off", Ok(Routing::Off { channel: billing() })),
            ("<#C1|billing>", Err(ParseError::NoLine)),
            ("#biling *", Err(ParseError::UnknownChannel)),
        ] {
            assert_eq!(Routing::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn an_edit_changes_only_what_it_changed() {
        let shown = RouteSettings::default();
        let wanted = RouteSettings { shift_change: true, ..shown.clone() };
        let targets = Targets { tell_owner: true, ..Targets::default() };
        let now = RouteSettings { remind_within: Some(60), targets: targets.clone(), ..shown.clone() };
        let after = RouteSettings { shift_change: true, ..now.clone() };
        assert_eq!(now.edited(&shown, &wanted), after);
        let wanted = RouteSettings { targets: Targets { tell_channel: true, ..Targets::default() }, ..shown.clone() };
        let both = Targets { tell_channel: true, ..targets };
        assert_eq!(now.edited(&shown, &wanted).targets, both);
    }

    #[test]
    fn finds_the_shared_number_that_is_meant() {
        let line =
            |number: &str, name: Option<&str>| SharedNumber { number: number.into(), name: name.map(str::to_owned) };
        let lines = [line("+14155550100", Some("Front desk")), line("+14155550200", None)];
        assert_eq!(meant("front DESK", &lines), Some(&lines[0]));
        assert_eq!(meant("(415) 555-0200", &lines), Some(&lines[1]));
        assert_eq!(meant("kitchen", &lines), None);
    }
}
