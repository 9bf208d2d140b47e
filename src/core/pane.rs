//! The side pane of a conversation: a Work Object that a person has open in Slack.

use serde::{Deserialize, Serialize};

use crate::core::ids::ConversationId;

/// A pane from which a person asks for something. The app may fill it for about 30 s
/// (docs/contracts/slack-2026.md §3.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pane {
    /// Slack's permission to fill it.
    pub trigger: String,
    /// The conversation.
    pub conversation: ConversationId,
    /// The tab.
    pub tab: PaneTab,
}

/// A tab of a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaneTab {
    /// The fields and buttons.
    Details,
    /// The same, after the person has edited fields.
    Edited,
    /// The comments.
    Comments,
    /// The replies to a comment. Notes have none.
    Replies,
    /// The comments, after the person has posted one.
    Posted,
}
