//! The statuses that people set in Slack.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A person's status in Slack (docs/contracts/slack-2026.md §6.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlackStatus {
    /// The emoji, with its colons.
    pub emoji: String,
    /// The words; empty if there are none.
    pub text: String,
    /// The time at which Slack clears the status; `None` if it stays until changed.
    pub until: Option<Timestamp>,
}

impl SlackStatus {
    /// Answers whether the status still holds. Slack clears it late.
    pub(crate) fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| until > now)
    }

    /// Answers whether the status is one of these. Skin tones and missing colons make no difference.
    pub(crate) fn is_among(&self, emoji: &[String]) -> bool {
        let own = bare(&self.emoji);
        !own.is_empty() && emoji.iter().any(|one| bare(one) == own)
    }
}

/// Returns the name of an emoji without its colons and skin tone.
fn bare(emoji: &str) -> &str {
    let name = emoji.trim().trim_matches(':');
    name.split_once("::").map_or(name, |(name, _)| name)
}
