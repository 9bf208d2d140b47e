//! Typed words that are no command.

use crate::domain::verb::Verb;

/// Why a typed command was not understood. Nothing is stored and nothing is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// No such command.
    UnknownCommand {
        /// What was typed.
        typed: String,
        /// The one that may have been meant.
        nearest: Option<Verb>,
    },
    /// It does not say who in Slack is to be linked, or names somebody whom Slack did not recognize.
    NobodyToLink {
        /// The name that Slack did not recognize; empty if none was typed.
        typed: String,
    },
    /// It does not say to whom in dialnote.
    NoMemberNamed,
    /// It does not say which shared number.
    NoLine,
    /// It is not clear of how many days a report is wanted.
    NoPeriod,
    /// It names a channel that Slack did not recognize.
    UnknownChannel,
    /// The text is too long for a typed command.
    TooLong {
        /// Its length in characters.
        characters: usize,
    },
}
