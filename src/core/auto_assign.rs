//! Auto-assignment: the setting of a route that gives its new conversations to people.

use serde::{Deserialize, Serialize};

use crate::core::assignee::UserGroup;
use crate::core::ids::SlackUserId;

/// How the new conversations of a route are assigned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AutoAssign {
    /// The way in which a person is picked.
    pub how: PickBy,
    /// The people to pick from; `None` if none are chosen yet.
    pub pool: Option<AssigneePool>,
    /// The number of open conversations above which a person gets no more; 0 if there is no limit.
    pub most_open: u16,
}

/// The way in which a person is picked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PickBy {
    /// No one is picked.
    #[default]
    Off,
    /// The person whose last turn is longest ago.
    InTurn,
    /// The person with the fewest open conversations.
    LeastBusy,
}

/// The people to pick from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssigneePool {
    /// The members of a user group. An on-call tool may change them: the group is the shift.
    Group(UserGroup),
    /// These people.
    People(Vec<SlackUserId>),
}

impl AutoAssign {
    /// Returns the people to pick from, if the route assigns conversations by itself.
    pub fn pool(&self) -> Option<&AssigneePool> {
        self.pool.as_ref().filter(|_| self.how != PickBy::Off)
    }
}
