//! The findings of the setup check. Each says what is wrong and how to fix it.

use serde::{Deserialize, Serialize};

use crate::core::ids::ChannelId;

/// The name of the check of links between Slack users and members.
pub const PEOPLE: &str = "people";

/// The place of the channel in the words of a finding.
pub(crate) const CHANNEL: &str = "{channel}";

/// A check and its finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The name of the check.
    pub what: String,
    /// The state of the checked part.
    pub state: FindingState,
    /// The channel, if the check is about one.
    pub channel: Option<ChannelId>,
    /// The finding: a lower-case sentence without a full stop. Backticks are around what can be typed or copied.
    pub words: String,
    /// The way to fix a problem, in the same form.
    #[serde(default)]
    pub fix: Option<String>,
    /// The cause of a problem, for the operator only. It is never stored, and never shown in Slack.
    #[serde(skip)]
    pub cause: Option<String>,
}

/// The state of a checked part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// No problem.
    Good,
    /// A fact worth knowing: something works less well, or could not be checked.
    Note,
    /// A problem: something does not work until it is fixed.
    Bad,
}

impl Finding {
    /// Returns a finding without a channel, a fix and a cause.
    pub fn new(what: &str, state: FindingState, words: impl Into<String>) -> Self {
        Self { what: what.to_owned(), state, channel: None, words: words.into(), fix: None, cause: None }
    }

    /// Returns the finding about a channel.
    #[must_use]
    pub fn about(self, channel: ChannelId) -> Self {
        Self { channel: Some(channel), ..self }
    }

    /// Returns the finding with the way to fix its problem.
    #[must_use]
    pub fn fixed_by(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }

    /// Returns the finding with the cause of its problem.
    #[must_use]
    pub fn because(self, cause: &impl ToString) -> Self {
        Self { cause: Some(cause.to_string()), ..self }
    }

    /// Returns the finding for a terminal: with the channel's id, and without backticks.
    pub fn plain_fact(&self) -> String {
        self.plain(&self.words)
    }

    /// Returns the fix for a terminal.
    pub fn plain_fix(&self) -> Option<String> {
        self.fix.as_ref().map(|fix| self.plain(fix))
    }

    fn plain(&self, words: &str) -> String {
        let channel = self.channel.as_ref().map_or_else(|| "the channel".to_owned(), ToString::to_string);
        words.replace(CHANNEL, &channel).replace('`', "")
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mark = match self.state {
            FindingState::Good => "ok  ",
            FindingState::Note => "warn",
            FindingState::Bad => "fail",
        };
        let cause = self.cause.as_ref().map_or_else(String::new, |cause| format!(" ({cause})"));
        let fix = self.plain_fix().map_or_else(String::new, |fix| format!("; fix: {fix}"));
        write!(f, "{mark} {}: {}{cause}{fix}", self.what, self.plain_fact())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_the_operator_has_state_fact_and_fix() {
        let words = "the app can't post in {channel} because it isn't a member";
        let finding = Finding::new("channels", FindingState::Bad, words).about(ChannelId::new("C1"));
        let line = finding.fixed_by("type `/invite @dialnote` in that channel").to_string();
        let expected = "fail channels: the app can't post in C1 because it isn't a member; \
                        fix: type /invite @dialnote in that channel";
        assert_eq!(line, expected);
    }
}
