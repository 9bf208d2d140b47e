//! Text of a block, in one of Slack's two kinds.

use serde::Serialize;

/// A text object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Text {
    /// Shown as it is.
    PlainText {
        /// The text.
        text: String,
        /// Whether `:tada:` becomes a picture; never, for text from outside.
        emoji: bool,
    },
    /// Slack's markup. Only for text that we wrote ourselves.
    Mrkdwn {
        /// The text.
        text: String,
    },
}
