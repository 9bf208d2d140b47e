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

/// Reads a list of emoji as people type them: `:palm_tree:`, with or without colons, separated by spaces or commas. Skin
/// tones are left out. Fails with the first word that is no emoji's name.
pub(crate) fn read_emoji(typed: &str) -> Result<Vec<String>, String> {
    let mut emoji: Vec<String> = Vec::new();
    for word in typed.replace("::", ": :").split([' ', ',', '\n']).filter(|word| !word.is_empty()) {
        let name = word.trim_matches(':');
        let is_name = |c: char| c.is_alphanumeric() && !c.is_uppercase() || "_-+'".contains(c);
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(word.to_owned());
        }
        let is_tone = name.starts_with("skin-tone-");
        let name = format!(":{name}:");
        if !is_tone && !emoji.contains(&name) {
            emoji.push(name);
        }
    }
    Ok(emoji)
}

/// Returns the name of an emoji without its colons and skin tone.
fn bare(emoji: &str) -> &str {
    let name = emoji.trim().trim_matches(':');
    name.split_once("::").map_or(name, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_are_read_in_the_usual_spellings() {
        let names = |names: &[&str]| Ok(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        for (typed, expected) in [
            ("", names(&[])),
            (":palm_tree: :bus:", names(&[":palm_tree:", ":bus:"])),
            (":palm_tree::bus:", names(&[":palm_tree:", ":bus:"])),
            ("palm_tree, :bus:,bus", names(&[":palm_tree:", ":bus:"])),
            (":face_with_thermometer::skin-tone-3:", names(&[":face_with_thermometer:"])),
            ("\u{1f334}", Err("\u{1f334}".to_owned())),
            ("Out of office!", Err("Out".to_owned())),
        ] {
            assert_eq!(read_emoji(typed), expected, "{typed}");
        }
    }
}
