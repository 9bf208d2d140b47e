//! Text of a block, in one of Slack's two kinds.

use serde::{Deserialize, Serialize};

/// A text object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Text {
    /// Text without markup.
    PlainText {
        /// The text.
        text: String,
        /// True if `:tada:` becomes a picture. Always false for text from outside.
        emoji: bool,
    },
    /// Text in Slack's markup, in which text from outside is escaped.
    Mrkdwn {
        /// The text.
        text: String,
        /// True if Slack must not turn addresses into links: in text from outside.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        verbatim: bool,
    },
}
