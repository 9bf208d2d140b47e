//! Whether a person can take work now: decided from their status and their Do Not Disturb in Slack, from their account,
//! and from their availability in dialnote.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::person::{Account, Profile};
use crate::core::slack_status::SlackStatus;

/// A person's ability to take work now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// They can.
    Here,
    /// They can't.
    Away(Away),
}

/// The reason why a person can't take work now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Away {
    /// Their status in Slack is one that means away.
    Status(SlackStatus),
    /// They have Do Not Disturb on in Slack, until this time.
    DoNotDisturb(Timestamp),
    /// Their Slack account is deactivated.
    Deactivated,
    /// They are set to away in dialnote.
    InDialnote,
}

/// The emoji of statuses that mean away, if a workspace chose no others: the two that Slack suggests for it
/// (docs/contracts/slack-2026.md §6.2).
pub(crate) const AWAY_EMOJI: [&str; 2] = [":palm_tree:", ":face_with_thermometer:"];

impl Availability {
    /// Decides whether a person can take work. `undisturbed` is the end of their Do Not Disturb, `in_dialnote` is true
    /// if dialnote shows them as away, and `away_emoji` are the emoji that mean away.
    pub(crate) fn of(
        profile: &Profile,
        undisturbed: Option<Timestamp>,
        in_dialnote: bool,
        away_emoji: &[String],
        now: Timestamp,
    ) -> Self {
        let status = profile.status.as_ref().filter(|status| status.holds(now) && status.is_among(away_emoji));
        if profile.account == Account::Deactivated {
            Self::Away(Away::Deactivated)
        } else if let Some(status) = status {
            Self::Away(Away::Status(status.clone()))
        } else if in_dialnote {
            Self::Away(Away::InDialnote)
        } else if let Some(until) = undisturbed.filter(|until| *until > now) {
            Self::Away(Away::DoNotDisturb(until))
        } else {
            Self::Here
        }
    }

    /// Answers whether they can take work.
    pub(crate) fn is_here(&self) -> bool {
        *self == Self::Here
    }
}

impl Away {
    /// Describes why the person is away, in a few words.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Status(status) if status.text.is_empty() => "away in Slack".to_owned(),
            Self::Status(status) => format!("away: {}", status.text),
            Self::DoNotDisturb(_) => "Do Not Disturb".to_owned(),
            Self::Deactivated => "deactivated in Slack".to_owned(),
            Self::InDialnote => "away in dialnote".to_owned(),
        }
    }

    /// Returns the time at which the person is back, if it is known.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Status(status) => status.until,
            Self::DoNotDisturb(until) => Some(*until),
            Self::Deactivated | Self::InDialnote => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::SlackUserId;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_else(|_| unreachable!("{text}"))
    }

    fn profile(emoji: &str, until: Option<&str>) -> Profile {
        let status = SlackStatus { emoji: emoji.to_owned(), text: "Out".to_owned(), until: until.map(at) };
        Profile {
            user: SlackUserId::new("U1"),
            name: "Zoe".to_owned(),
            real: None,
            shared: false,
            email: None,
            account: Account::Member,
            photo: None,
            zone: None,
            admin: false,
            status: Some(status),
        }
    }

    fn is_here(profile: &Profile, undisturbed: Option<&str>, in_dialnote: bool) -> bool {
        let emoji: Vec<_> = AWAY_EMOJI.iter().map(|&one| one.to_owned()).collect();
        let now = at("2026-12-01T12:00:00Z");
        Availability::of(profile, undisturbed.map(at), in_dialnote, &emoji, now).is_here()
    }

    #[test]
    fn only_listed_statuses_that_still_hold_mean_away() {
        for (emoji, until, here) in [
            (":palm_tree:", None, false),
            (":palm_tree:", Some("2026-12-01T12:00:01Z"), false),
            (":palm_tree:", Some("2026-12-01T12:00:00Z"), true),
            (":face_with_thermometer::skin-tone-3:", None, false),
            (":spiral_calendar_pad:", None, true),
            (":house_with_garden:", None, true),
            ("", None, true),
        ] {
            assert_eq!(is_here(&profile(emoji, until), None, false), here, "{emoji} until {until:?}");
        }
    }

    #[test]
    fn do_not_disturb_dialnote_and_a_deactivated_account_mean_away() {
        let plain = profile("", None);
        assert!(!is_here(&plain, Some("2026-12-01T13:00:00Z"), false));
        assert!(is_here(&plain, Some("2026-12-01T11:00:00Z"), false));
        assert!(!is_here(&plain, None, true));
        assert!(!is_here(&Profile { account: Account::Deactivated, ..plain }, None, false));
    }
}
