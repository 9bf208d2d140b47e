//! Changes of a user group's people.

use serde::{Deserialize, Serialize};

use crate::core::ids::{SlackUserId, TeamId, UserGroupId};

/// A change of a user group's people (docs/contracts/slack-2026.md §6.3). It has the difference, not all people, and
/// two of them may come in any order: ask Slack for the people who are in the group now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupChange {
    /// The group.
    pub group: UserGroupId,
    /// The workspace of the group, if the app is installed in an organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// The people who joined.
    pub added: Vec<SlackUserId>,
    /// The people who left.
    pub removed: Vec<SlackUserId>,
}
