//! Emoji that people add to a card and remove from it: their meanings, and the order of the two
//! (docs/contracts/slack-2026.md §6).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::command::Action;
use crate::core::ids::MessageTs;
use crate::core::when::model::When;

/// Slack's separator between the name of an emoji and a skin tone.
const SKIN_TONE: &str = "::";

/// The time until which an emoji snoozes a conversation.
const SNOOZED_UNTIL: &str = "tomorrow";

/// An emoji that a person added to a card, or removed from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// Slack's name of the emoji, without a skin tone.
    pub name: String,
    /// The message of the card.
    pub card: MessageTs,
    /// The time of the change. Slack may send the changes in any order.
    pub at: Timestamp,
    /// True if the emoji was added, false if it was removed.
    pub added: bool,
}

/// The last known change of a person's emoji on a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastReaction {
    /// The time of the change.
    pub(crate) at: Timestamp,
    /// The act that the emoji caused; `None` after it was removed.
    pub(crate) act: Option<String>,
}

/// The effect of a change of an emoji.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// None: a later change is known already.
    Ignore,
    /// None: the emoji is gone, and had no effect that is known.
    Forget,
    /// The command that the emoji stands for.
    Carry,
    /// The end of this act.
    Undo(String),
}

/// Returns the name of an emoji without its skin tone.
pub(crate) fn plain_name(name: &str) -> &str {
    name.split_once(SKIN_TONE).map_or(name, |(plain, _)| plain)
}

/// Returns the action that an emoji stands for, if it stands for one.
pub fn action(name: &str) -> Option<Action> {
    match name {
        "eyes" => Some(Action::Take { over: None }),
        "white_check_mark" => Some(Action::Done),
        "zzz" | "sleeping" => When::read(SNOOZED_UNTIL).map(Action::Snooze),
        _ => None,
    }
}

impl Reaction {
    /// Decides what follows from the change, after the last one that is known.
    pub(crate) fn after(&self, last: Option<LastReaction>) -> Next {
        match last {
            Some(last) if last.at >= self.at => Next::Ignore,
            _ if self.added => Next::Carry,
            Some(LastReaction { act: Some(act), .. }) => Next::Undo(act),
            _ => Next::Forget,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaction(second: i64, added: bool) -> Reaction {
        let at = Timestamp::from_second(second).unwrap_or_default();
        Reaction { name: "eyes".to_owned(), card: MessageTs::new("1.000100"), at, added }
    }

    fn last(second: i64, act: Option<&str>) -> LastReaction {
        let at = Timestamp::from_second(second).unwrap_or_default();
        LastReaction { at, act: act.map(str::to_owned) }
    }

    #[test]
    fn an_emoji_is_carried_out_once_and_its_removal_undoes_that() {
        assert_eq!(reaction(5, true).after(None), Next::Carry);
        assert_eq!(reaction(5, true).after(Some(last(5, Some("a")))), Next::Ignore, "a repeated event");
        assert_eq!(reaction(6, false).after(Some(last(5, Some("a")))), Next::Undo("a".to_owned()));
        assert_eq!(reaction(6, false).after(Some(last(6, None))), Next::Ignore, "a repeated removal");
        assert_eq!(reaction(7, true).after(Some(last(6, None))), Next::Carry, "added again");
    }

    #[test]
    fn a_removal_that_arrives_first_cancels_the_emoji() {
        assert_eq!(reaction(6, false).after(None), Next::Forget);
        assert_eq!(reaction(5, true).after(Some(last(6, None))), Next::Ignore);
        assert_eq!(reaction(6, false).after(Some(last(7, Some("later")))), Next::Ignore, "an old removal");
    }

    #[test]
    fn skin_tones_do_not_count() {
        assert_eq!(plain_name("+1::skin-tone-4"), "+1");
        assert_eq!(action(plain_name("eyes::skin-tone-2")), Some(Action::Take { over: None }));
        assert_eq!(action("heart_eyes"), None);
        assert!(matches!(action("zzz"), Some(Action::Snooze(_))));
    }
}
