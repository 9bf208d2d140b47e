//! Auto-assignment: the setting of a route that gives its new conversations to people.

use jiff::Timestamp;
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

impl AssigneePool {
    /// Answers whether it can never have anyone.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::People(people) if people.is_empty())
    }

    /// Returns the words that people read for these people: the group with its @, or words for the chosen people.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Group(group) => group.name.clone(),
            Self::People(_) => "the chosen people".to_owned(),
        }
    }
}

/// The reason why an unassigned conversation is not assigned yet, for its card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PickDelay {
    /// It is outside the working hours of the shared number, until this time.
    Hours(Timestamp),
    /// No one can take it now.
    NoOneFree {
        /// The words for the people to pick from.
        pool: String,
        /// The limit of open conversations; 0 if there is none.
        most_open: u16,
    },
    /// Only the person from whom the app took it can take it now.
    NoOneElse {
        /// The words for the people to pick from.
        pool: String,
    },
    /// No one can take it until someone changes something.
    Trouble {
        /// The words for the people to pick from.
        pool: String,
        /// The problem.
        why: PoolTrouble,
    },
}

/// The problem with the people to pick from, which only a person can solve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolTrouble {
    /// Slack does not let the app read the group.
    Unreadable,
    /// There are none.
    Empty,
    /// None of them is linked to dialnote.
    NoneLinked,
}

impl PickDelay {
    /// Describes the reason, except a time, which is drawn for each reader.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Hours(_) => "waiting until ".to_owned(),
            Self::NoOneFree { pool, most_open: 0 } => format!("waiting for the first of {pool}: all are away"),
            Self::NoOneFree { pool, most_open } => {
                format!("waiting for the first of {pool}: all are away or at the limit of {most_open} open")
            }
            Self::NoOneElse { pool } => format!("waiting for another of {pool}"),
            Self::Trouble { pool, why } => why.words(pool),
        }
    }
}

impl PoolTrouble {
    /// Describes the problem as a clause.
    pub(crate) fn words(self, pool: &str) -> String {
        match self {
            Self::Unreadable => format!("the members of {pool} can't be read"),
            Self::Empty => format!("no one is in {pool}"),
            Self::NoneLinked => format!("no one in {pool} is linked to dialnote"),
        }
    }
}
