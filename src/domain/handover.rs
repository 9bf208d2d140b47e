//! Whoever is given a conversation can accept it or give it back. Until they answer, what they were
//! given is kept here, and of a hand-over they are reminded; if that does not help it goes back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::SlackUserId;

/// Something given that was not answered yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// Who gave it.
    pub giver: SlackUserId,
    /// To whom.
    pub receiver: SlackUserId,
    /// When.
    pub at: Timestamp,
    /// The note that came with it; empty if none did.
    pub note: String,
    /// Whether the receiver was reminded.
    pub reminded: bool,
}

impl Handover {
    /// What it is kept under (`store::Document`), by conversation.
    pub const KIND: &str = "handover";
}
