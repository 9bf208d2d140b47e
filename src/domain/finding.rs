//! What a look at everything finds, and how to mend what is not as it has to be.

use serde::{Deserialize, Serialize};

/// What was looked at, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub what: String,
    /// How it is.
    pub state: State,
    /// What was seen; what to do, if it is not as it has to be.
    pub words: String,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it has to be.
    Good,
    /// Worth knowing: something works less well, or could not be looked at.
    Note,
    /// Something does not work until it is mended.
    Bad,
}

impl Finding {
    /// One finding.
    pub fn new(what: &str, state: State, words: impl Into<String>) -> Self {
        Self { what: what.to_owned(), state, words: words.into() }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mark = match self.state {
            State::Good => "ok  ",
            State::Note => "note",
            State::Bad => "BAD ",
        };
        write!(f, "{mark} {}: {}", self.what, self.words)
    }
}
