//! What a route does by itself when a conversation or a shift goes on too long, and the reasons that people read.

use serde::{Deserialize, Serialize};

use crate::core::availability::Away;
use crate::core::working_hours::TimeOfDay;

/// The return of owned conversations without activity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Returns {
    /// The working time, in hours, without activity after which the owner is asked; 0 if never. After as much of
    /// [`Returns::ASKED_FOR`] again, the conversation is given away.
    pub after_hours: u16,
    /// The next place of the conversation.
    pub to: ReturnTo,
}

impl Returns {
    /// The working time, in hours, that an owner has to answer the question.
    pub const ASKED_FOR: u16 = 1;
}

/// The next place of a conversation whose owner did nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnTo {
    /// It is unassigned.
    #[default]
    Queue,
    /// The route's auto-assignment passes it on to another person.
    Next,
}

/// The time of a weekly report, in the time zone of the route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeeklyReport {
    /// The day of the week; 0 is Monday.
    pub day: u8,
    /// The time.
    pub at: TimeOfDay,
}

/// The reason why the app changed the owner of a conversation by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutomaticReason {
    /// It was the new owner's turn among these people.
    Turn {
        /// The group with its @, or words for the chosen people.
        pool: String,
    },
    /// The new owner had the fewest open conversations among these people.
    LeastBusy {
        /// The group with its @, or words for the chosen people.
        pool: String,
        /// The number of open conversations that they had.
        open: usize,
    },
    /// The contact got in touch while the owner was away.
    OwnerAway(Away),
    /// The owner did nothing for so many working hours.
    Inactive {
        /// The number of hours.
        hours: u16,
    },
}

impl AutomaticReason {
    /// Describes the reason, in a few words.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Turn { pool } => format!("next in turn in {pool}"),
            Self::LeastBusy { pool, open } => format!("least busy of {pool}, with {open} open"),
            Self::OwnerAway(away) => away.words(),
            Self::Inactive { hours } => inactive_for(*hours),
        }
    }
}

/// Says for how long nothing happened: "no activity for 8 working hours".
pub(crate) fn inactive_for(hours: u16) -> String {
    let plural = if hours == 1 { "" } else { "s" };
    format!("no activity for {hours} working hour{plural}")
}
