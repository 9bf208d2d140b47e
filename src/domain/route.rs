//! Which channel gets the cards of which shared number, and how somebody says so.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::domain::conversation::{ActivityKind, SharedNumber};
use crate::domain::hours::TimeOfDay;
use crate::domain::lookup::names::folded;
use crate::domain::phone::written::WrittenNumber;
use crate::domain::phone::{Fit, HomeCountries};
use crate::domain::policy::Rules;
use crate::domain::{hours, phone};
use crate::ids::SlackUserId;

/// What a channel gets the cards of, and when it is morning there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Of this shared number; of all, if none is named.
    pub line: Option<SharedNumber>,
    /// The time zone of whoever said so, if Slack knows it.
    pub zone: Option<String>,
    /// Whoever said so: they are told if it cannot be.
    #[serde(default)]
    pub by: Option<SlackUserId>,
    /// Whether nothing is posted there, because that was tried and Slack did not allow it.
    #[serde(default)]
    pub paused: bool,
    /// What else was set about it.
    #[serde(flatten)]
    pub settings: RouteSettings,
}

/// What can be set about a channel that gets cards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteSettings {
    /// What may come in without becoming a card, where there is none yet.
    pub without: Vec<ActivityKind>,
    /// When its digest comes.
    pub digest: Morning,
    /// After how many minutes within the working hours it is reminded of what nobody owns, 0 if never; as the
    /// rules of the workspace say, if nothing is set.
    pub remind_within: Option<u16>,
}

/// When a digest comes, on working days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Morning {
    /// When work begins.
    #[default]
    WithWork,
    /// At a time of its own.
    At(TimeOfDay),
    /// It does not.
    Never,
}

impl RouteSettings {
    /// Whether what came in becomes a card where there is none.
    pub fn makes_cards_of(&self, kind: ActivityKind) -> bool {
        !self.without.contains(&kind)
    }

    /// The same rules, but for what is set for this channel alone.
    #[must_use]
    pub fn over(&self, rules: &Rules) -> Rules {
        Rules { remind_within: self.remind_within.unwrap_or(rules.remind_within), ..rules.clone() }
    }

    /// When its next digest comes.
    pub fn next_digest(&self, rules: &Rules, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self.digest {
            Morning::WithWork => Some(hours::next_morning(rules.working.from, now, zone)),
            Morning::At(clock) => Some(hours::next_morning(clock, now, zone)),
            Morning::Never => None,
        }
    }
}

impl Route {
    /// What they are kept under (`store::Document`), by channel.
    pub const KIND: &str = "route";

    /// Whether cards of conversations of this shared number go there.
    pub fn takes(&self, line: Option<&SharedNumber>) -> bool {
        self.line.as_ref().is_none_or(|wanted| line.is_some_and(|line| line.number == wanted.number))
    }
}

/// The shared number that somebody means: by its number in any usual spelling, or by its name.
pub fn meant<'a>(asked: &str, lines: &'a [SharedNumber]) -> Option<&'a SharedNumber> {
    let by_name = || lines.iter().find(|line| line.name.as_deref().is_some_and(|name| folded(name) == folded(asked)));
    let number = WrittenNumber::parse(asked);
    let home = HomeCountries::of(lines.iter().map(|line| line.number.as_str()));
    let matcher = number.map(|number| number.against(&home));
    let fit = |line: &&SharedNumber| matcher.as_ref().and_then(|matcher| matcher.fit(&line.number));
    let by_number = lines.iter().rev().filter(|line| fit(line) >= Some(Fit::Ending)).max_by_key(fit);
    by_number.or_else(by_name)
}

/// What people call a shared number.
pub fn called(line: &SharedNumber) -> String {
    line.name.clone().unwrap_or_else(|| phone::pretty(&line.number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::parse_error::ParseError;
    use crate::domain::routing::Routing;
    use crate::ids::ChannelId;

    #[test]
    fn reads_channel_and_number_in_every_spelling() {
        let billing = || Some(ChannelId::new("C1"));
        let set = |channel, line: &str| Ok(Routing::Set { channel, line: line.to_owned() });
        for (text, expected) in [
            ("", Ok(Routing::List)),
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
    fn finds_the_shared_number_that_is_meant() {
        let line =
            |number: &str, name: Option<&str>| SharedNumber { number: number.into(), name: name.map(str::to_owned) };
        let lines = [line("+14155550100", Some("Front desk")), line("+14155550200", None)];
        assert_eq!(meant("front DESK", &lines), Some(&lines[0]));
        assert_eq!(meant("(415) 555-0200", &lines), Some(&lines[1]));
        assert_eq!(meant("kitchen", &lines), None);
    }
}
