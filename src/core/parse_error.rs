//! Errors in typed commands.

use crate::core::verbs::Verb;

/// The reason why a typed command was not understood. Nothing is stored and no service is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// An unknown command.
    UnknownCommand {
        /// The text that was typed.
        typed: String,
        /// The verb that was probably meant.
        nearest: Option<Verb>,
    },
    /// A message to the app with no command in it.
    NoCommand {
        /// The text that was written.
        typed: String,
        /// The verb that was probably meant.
        nearest: Option<Verb>,
    },
    /// The text names no Slack user to link, or one whom Slack did not recognize.
    NobodyToLink {
        /// The name that Slack did not recognize; empty if none was typed.
        typed: String,
    },
    /// The text names no dialnote member.
    NoMemberNamed,
    /// The text names no shared number.
    NoLine,
    /// The period of the report is neither a known word nor a valid number of days.
    NoPeriod,
    /// The text names a channel that Slack did not recognize.
    UnknownChannel,
    /// The text is too long for a typed command.
    TooLong {
        /// Its length in characters.
        characters: usize,
    },
}
