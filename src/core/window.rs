//! The windows that a command opens.

/// A window that a command opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The rules.
    Rules,
    /// The connection to dialnote.
    Connect,
    /// The links between Slack users and members.
    People,
}
