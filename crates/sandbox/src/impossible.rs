//! Actions that are impossible in Slack or dialnote.

/// An action that is impossible in Slack or dialnote: pressing a missing button, writing in a channel that the person
/// is not in. It is the caller's mistake, never the app's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Impossible(pub String);
