//! Tries what nothing says beforehand about a dialnote, without changing anything, for the doctor
//! (docs/contracts/dialnote.md, Consequences 5).

use crate::dialnote::answer::{Denied, DialnoteError};
use crate::dialnote::client::{Dialnote, NOWHERE};
use crate::domain::conversation::{Conversation, Status};
use crate::ids::ConversationId;

/// The name of the doctor's own writes.
const DOCTOR: &str = "doctor";

/// The outcome of a write that changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Writing {
    /// An owner was set to what it was, of this conversation.
    Works(Box<Conversation>),
    /// The key may only read.
    ReadOnly,
    /// There is no done conversation to try it with.
    Untried,
}

/// What was learned by reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// A status as it is spelled.
    pub status: Option<String>,
    /// The field by which members are assigned.
    pub named_by: Option<&'static str>,
    /// Whether lists leave owners out.
    pub leaves_owners_out: bool,
}

impl Dialnote {
    /// Tries to write without a change: sets the owner of the quietest done conversation to what was just read. An
    /// open one is not touched, because it may be assigned at that moment.
    pub async fn may_write(&self) -> Result<Writing, DialnoteError> {
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

    /// Nothing is proved by a conversation that is not there, but that a key may only read.
    async fn may_write_nowhere(&self) -> Result<Writing, DialnoteError> {
        match self.assign(&ConversationId::new(NOWHERE), None, DOCTOR).await {
            Err(DialnoteError::Denied(Denied::ReadOnly)) => Ok(Writing::ReadOnly),
            Ok(_) | Err(DialnoteError::Denied(Denied::NotFound)) => Ok(Writing::Untried),
            Err(error) => Err(error),
        }
    }

    /// Tries to change a status without a change: why it is refused, if it is.
    pub async fn refuses_status(&self, done: &Conversation) -> Option<DialnoteError> {
        if done.status != Status::Done {
            return None;
        }
        self.set_status(&done.id, Status::Done, DOCTOR).await.err()
    }

    /// What was learned by reading so far.
    pub fn shape(&self) -> Shape {
        Shape {
            status: self.learned.example(),
            named_by: self.learned.named_by(),
            leaves_owners_out: self.learned.leaves_owners_out(),
        }
    }
}
