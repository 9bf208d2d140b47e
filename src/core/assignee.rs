//! The person or group that a command names as owner.

use serde::{Deserialize, Serialize};

use crate::core::ids::{ChannelId, SlackUserId, UserGroupId};

/// The new owner that a command names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignee {
    /// The requester.
    Me,
    /// This Slack user.
    User(SlackUserId),
    /// The member of this group with the fewest open conversations.
    Group(UserGroup),
    /// The person whom the auto-assignment of this channel's route picks. Only the app itself names one so.
    PickedBy(ChannelId),
    /// A person whom the text names
    /// ([`ConversationRef::Text`](crate::core::conversation::ConversationRef::Text)), or who is still to be chosen.
    InText,
    /// A person whom these words name, given apart from the conversations.
    Named(String),
}

impl Assignee {
    /// Answers whether it is still to be found out who is meant.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Self::InText | Self::Named(_))
    }
}

/// A group of Slack users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserGroup {
    /// The group's id.
    pub id: UserGroupId,
    /// The group's name, with its @.
    pub name: String,
}
