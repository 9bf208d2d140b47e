//! An answer that waits for the first try of each direct message it tells of.

use crate::domain::reply::Reply;
use serde::{Deserialize, Serialize};

use crate::domain::delivery::{DeliveryState, Receipt};
use crate::domain::request_context::RequestContext;

/// An answer that waits until the state of its direct messages is known. It is kept with the time at which it
/// is given in any case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingAnswer {
    /// The person who asked.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The answer.
    pub say: Reply,
    /// The direct messages.
    pub receipts: Vec<Receipt>,
}

impl PendingAnswer {
    /// The kind under which it is kept (`store::Document`), by its own name.
    pub const KIND: &str = "answer";

    /// Notes the state of a direct message.
    pub fn note(&mut self, nth: usize, fate: DeliveryState) {
        if let Some(receipt) = self.receipts.get_mut(nth) {
            receipt.fate = Some(fate);
        }
    }

    /// Whether nothing is left to wait for.
    pub fn is_complete(&self) -> bool {
        self.receipts.iter().all(|receipt| receipt.fate.is_some())
    }

    /// The answer with all that is known.
    pub fn complete(self) -> (RequestContext, Reply) {
        (self.requester, self.say.with_receipts(self.receipts))
    }
}

impl Reply {
    /// The same with the state of the direct messages that followed.
    #[must_use]
    pub fn with_receipts(mut self, receipts: Vec<Receipt>) -> Self {
        match &mut self {
            Self::Done(deed) => deed.receipts = receipts,
            Self::NoteRefused { deed, .. } => deed.receipts = receipts,
            Self::Several(several) => several.receipts = receipts,
            _ => {}
        }
        self
    }
}
