//! A call to dialnote that a plan makes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::conversation::Status;
use crate::core::ids::MemberId;

/// A write in dialnote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Sets or clears the owner.
    Assign(Option<MemberId>),
    /// Sets the status.
    SetStatus(Status),
    /// Snoozes the conversation until this time.
    Snooze(Timestamp),
    /// Adds a note. The note ends with the reference, by which the worker finds it again if the outcome of
    /// the write is unknown.
    AddNote {
        /// The whole note, reference included.
        content: String,
        /// The reference at the end of the note.
        reference: String,
    },
}

impl Call {
    /// Returns whether the call changes the status.
    pub(crate) fn is_about_status(&self) -> bool {
        matches!(self, Self::SetStatus(_) | Self::Snooze(_))
    }
}
