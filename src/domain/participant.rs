//! A person whom a command is about.

use serde::{Deserialize, Serialize};

use crate::domain::people::Teammate;
use crate::ids::{MemberId, SlackUserId};

/// Somebody who owns or owned a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// The member.
    pub member: MemberId,
    /// The Slack user, if we know one.
    pub user: Option<SlackUserId>,
    /// What colleagues call them.
    pub name: String,
}

impl From<Teammate> for Participant {
    fn from(teammate: Teammate) -> Self {
        Self { member: teammate.member, user: Some(teammate.user), name: teammate.name }
    }
}
