//! The findings of the setup check. Each says what is wrong and how to fix it.

use serde::{Deserialize, Serialize};

use crate::core::ids::ChannelId;

/// The name of the check of links between Slack users and members.
pub const PEOPLE: &str = "people";

/// A check and its finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The name of the check.
    pub what: String,
    /// The state of the checked part.
    pub state: FindingState,
    /// The channel, if the check is about one.
    pub channel: Option<ChannelId>,
    /// The finding, and how to fix it if there is a problem.
    pub words: String,
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
    /// Returns a finding without a channel and without a cause.
    pub fn new(what: &str, state: FindingState, words: impl Into<String>) -> Self {
        Self { what: what.to_owned(), state, channel: None, words: words.into(), cause: None }
    }

    /// Returns the finding about a channel.
    #[must_use]
    pub fn about(self, channel: ChannelId) -> Self {
        Self { channel: Some(channel), ..self }
    }

    /// Returns the finding with the cause of its problem.
    #[must_use]
    pub fn because(self, cause: &impl ToString) -> Self {
        Self { cause: Some(cause.to_string()), ..self }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mark = match self.state {
            FindingState::Good => "ok  ",
            FindingState::Note => "note",
            FindingState::Bad => "BAD ",
        };
        let channel = self.channel.as_ref().map_or_else(String::new, |channel| format!(" {channel}"));
        let cause = self.cause.as_ref().map_or_else(String::new, |cause| format!(" ({cause})"));
        write!(f, "{mark} {}{channel}: {}{cause}", self.what, self.words)
    }
}
