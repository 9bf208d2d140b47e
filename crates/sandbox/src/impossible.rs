//! What cannot be done in Slack or dialnote.

/// Something that nobody could do in Slack or dialnote: press a button that is not there, write
/// where they are not. The caller's mistake, and never the app's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Impossible(pub String);
