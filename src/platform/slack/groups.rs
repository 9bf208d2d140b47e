//! The user groups of a workspace (`usergroups.list`).

use serde_json::Value;

use crate::core::assignee::UserGroup;
use crate::core::ids::{TeamId, UserGroupId};
use crate::core::json::Peek;
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::client::Slack;

impl Slack {
    /// Returns the user groups of the workspace, without disabled ones. The token of an organization must name the
    /// workspace (§24.5).
    pub(crate) async fn groups(&self, team: Option<&TeamId>) -> Result<Vec<UserGroup>, SlackError> {
        let arguments: Vec<_> = team.into_iter().map(|team| ("team_id", team.as_str())).collect();
        let answer = self.call_form("usergroups.list", &arguments).await?;
        Ok(answer.list("/usergroups").iter().filter_map(group).collect())
    }
}

fn group(group: &Value) -> Option<UserGroup> {
    let (id, handle) = (group.words("/id")?, group.words("/handle")?);
    Some(UserGroup { id: UserGroupId::new(id), name: format!("@{handle}") })
}
