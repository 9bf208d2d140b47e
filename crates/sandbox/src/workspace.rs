//! The workspaces of the fake Slack.

use serde_json::{Value, json};

use crate::ids::{DOMAIN, TEAM, TEAM_NAME};

/// A workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// `T…`.
    pub id: String,
    /// The name.
    pub name: String,
    /// The subdomain.
    pub domain: String,
    /// The id (`E…`) and name of the organization, if the app is installed for all of its workspaces
    /// (docs/contracts/slack.md §24).
    pub organization: Option<(String, String)>,
}

impl Workspace {
    /// Returns the workspace that always exists.
    pub fn acme() -> Self {
        let (id, name, domain) = (TEAM.to_owned(), TEAM_NAME.to_owned(), DOMAIN.to_owned());
        Self { id, name, domain, organization: None }
    }

    /// Returns a second one. Its people, channels and conversations have the same ids: only the workspace tells them
    /// apart.
    pub fn globex() -> Self {
        let (id, name, domain) = ("T0GLOBEX".to_owned(), "Globex Clinic".to_owned(), "globex-clinic".to_owned());
        Self { id, name, domain, organization: None }
    }

    /// Adds the organization to a user object of one of its users (docs/contracts/slack.md §23.5).
    pub(super) fn belongs(&self, user: &mut Value) {
        if let Some((id, name)) = &self.organization {
            user["enterprise_user"] = json!({ "enterprise_id": id, "enterprise_name": name, "teams": [self.id] });
        }
    }

    /// Returns the organization's id, if the app is installed for all of it.
    pub(super) fn organization(&self) -> Option<&str> {
        self.organization.as_ref().map(|(id, _)| id.as_str())
    }
}
