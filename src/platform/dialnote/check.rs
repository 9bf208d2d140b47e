//! Checks for the doctor that find out, without a change, how a dialnote behaves where no document tells
//! (docs/contracts/dialnote.md, Consequences 5).

use crate::core::conversation::{Conversation, Status};
use crate::core::ids::ConversationId;
use crate::platform::dialnote::answer::{Denied, DialnoteError};
use crate::platform::dialnote::client::{Dialnote, NOWHERE};

/// The idempotency key of the doctor's own writes.
const DOCTOR: &str = "doctor";

/// The outcome of a write that changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// The write worked: it set the owner of this conversation to the current owner.
    Works(Box<Conversation>),
    /// The API key is read-only.
    ReadOnly,
    /// There is no done conversation to try the write with.
    Untried,
}

/// The facts about a dialnote learned by reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// An example of a status in dialnote's spelling.
    pub status: Option<String>,
    /// The field by which members are assigned.
    pub named_by: Option<&'static str>,
    /// Set if lists leave owners out.
    pub leaves_owners_out: bool,
}

impl Dialnote {
    /// Tries to write without a change: sets the owner of the least recently active done conversation to the owner just
    /// read. An open conversation is not touched, because a person may assign it at that moment.
    pub(crate) async fn may_write(&self) -> Result<Writing, DialnoteError> {
        let page = self.conversations(0).await?;
        let quiet = page.conversations.iter().rev().find(|one| one.status == Status::Done);
        let Some(quiet) = quiet else { return self.may_write_nowhere().await };
        let before = self.conversation(&quiet.id).await?;
        let owner = before.owner.as_ref().map(|owner| &owner.id);
        match self.assign(&before.id, owner, DOCTOR).await {
            Ok(written) => Ok(Writing::Works(Box::new(written))),
            Err(DialnoteError::Denied(Denied::ReadOnly)) => Ok(Writing::ReadOnly),
            Err(error) => Err(error),
        }
    }

    /// Tries to write to a conversation that does not exist. That proves nothing but that a key is read-only.
    async fn may_write_nowhere(&self) -> Result<Writing, DialnoteError> {
        match self.assign(&ConversationId::new(NOWHERE), None, DOCTOR).await {
            Err(DialnoteError::Denied(Denied::ReadOnly)) => Ok(Writing::ReadOnly),
            Ok(_) | Err(DialnoteError::Denied(Denied::NotFound)) => Ok(Writing::Untried),
            Err(error) => Err(error),
        }
    }

    /// Tries to set a status to its current value; returns the error if dialnote refuses.
    pub(crate) async fn refuses_status(&self, done: &Conversation) -> Option<DialnoteError> {
        if done.status != Status::Done {
            return None;
        }
        self.set_status(&done.id, Status::Done, DOCTOR).await.err()
    }

    /// Returns the facts learned by reading so far.
    pub fn shape(&self) -> Shape {
        Shape {
            status: self.learned.example(),
            named_by: self.learned.named_by(),
            leaves_owners_out: self.learned.leaves_owners_out(),
        }
    }
}
