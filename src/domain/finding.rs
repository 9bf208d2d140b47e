//! What a look at everything finds, and how to mend what is not as it has to be.

use serde::{Deserialize, Serialize};

use crate::ids::ChannelId;

/// What a finding about who is who is called.
pub const PEOPLE: &str = "people";

/// What was looked at, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub what: String,
    /// How it is.
    pub state: FindingState,
    /// The channel, if it is about one.
    pub channel: Option<ChannelId>,
    /// What was seen; what to do, if it is not as it has to be.
    pub words: String,
    /// What failed, for the operator's eyes only: never kept, and never shown in Slack.
    #[serde(skip)]
    pub cause: Option<String>,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// As it has to be.
    Good,
    /// Worth knowing: something works less well, or could not be looked at.
    Note,
    /// Something does not work until it is mended.
    Bad,
}

impl Finding {
    /// One finding.
    pub fn new(what: &str, state: FindingState, words: impl Into<String>) -> Self {
        Self { what: what.to_owned(), state, channel: None, words: words.into(), cause: None }
    }

    /// The same about a channel.
    #[must_use]
    pub fn about(self, channel: ChannelId) -> Self {
        Self { channel: Some(channel), ..self }
    }

    /// The same with what failed.
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
