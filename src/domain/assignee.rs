//! The person or group that a command names as owner.

use serde::{Deserialize, Serialize};

use crate::ids::{SlackUserId, UserGroupId};

/// Who is to own a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignee {
    /// Whoever asks.
    Me,
    /// This Slack user.
    User(SlackUserId),
    /// Whoever of this group is least busy.
    Group(UserGroup),
    /// Somebody whom the text names ([`ConversationRef::Text`](crate::domain::conversation::ConversationRef::Text)), or who is still to be chosen.
    InText,
}

/// A group of Slack users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserGroup {
    /// The group.
    pub id: UserGroupId,
    /// What people call it, with its @.
    pub name: String,
}
