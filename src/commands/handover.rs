//! A person who is assigned a conversation can accept or decline it. The assignment is stored until they answer. The
//! receiver of a hand-off is reminded, and the conversation returns to the sender if there is still no answer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::ids::SlackUserId;
use crate::platform::db::{DocumentKind, StoredDocument};

/// An assignment that was not answered yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// The person who assigned it.
    pub giver: SlackUserId,
    /// The person who has to answer.
    pub receiver: SlackUserId,
    /// The time of the assignment.
    pub at: Timestamp,
    /// The note that came with it; empty if there is none.
    pub note: String,
    /// True if the receiver was reminded.
    pub reminded: bool,
    /// True if the sender knew that the receiver was away, so that the time to answer begins when the receiver is back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub despite_absence: bool,
}

impl StoredDocument for Handover {
    const KIND: DocumentKind = DocumentKind::Handover;
}
