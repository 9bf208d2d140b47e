//! A person who is involved in a command.

use serde::{Deserialize, Serialize};

use crate::core::ids::{MemberId, SlackUserId};
use crate::core::teammate::Teammate;

/// A person who owns or owned a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// The member.
    pub member: MemberId,
    /// The Slack user, if one is linked.
    pub user: Option<SlackUserId>,
    /// The name that colleagues read.
    pub name: String,
}

impl From<Teammate> for Participant {
    fn from(teammate: Teammate) -> Self {
        Self { member: teammate.member, user: Some(teammate.user), name: teammate.name }
    }
}
