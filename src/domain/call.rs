//! A call that a plan makes in dialnote.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::conversation::Status;
use crate::ids::MemberId;

/// One write in dialnote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Set or clear the owner.
    Assign(Option<MemberId>),
    /// Set the status.
    SetStatus(Status),
    /// Put it away until then.
    Snooze(Timestamp),
    /// Write a note. It ends with the reference, by which it is found again if the outcome of
    /// writing it is unknown.
    AddNote {
        /// The whole note.
        content: String,
        /// The reference in it.
        reference: String,
    },
}

impl Call {
    /// Whether it changes the status.
    pub fn is_about_status(&self) -> bool {
        matches!(self, Self::SetStatus(_) | Self::Snooze(_))
    }
}
