//! An answer that waits for the first delivery attempt of each direct message it mentions.

use crate::commands::result::Reply;
use serde::{Deserialize, Serialize};

use crate::core::delivery::{DeliveryState, Receipt};
use crate::core::ids::SlackUserId;
use crate::core::request_context::RequestContext;
use crate::jobs::outbox::posting;
use crate::platform::db::{Claim, DocumentKind, StoredDocument};

/// An answer that waits until the states of its direct messages are known. It is stored with the time at which it is
/// given in any case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PendingAnswer {
    /// The requester.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The answer.
    pub say: Reply,
    /// The direct messages, with their states as far as they are known.
    pub receipts: Vec<Receipt>,
}

impl StoredDocument for PendingAnswer {
    const KIND: DocumentKind = DocumentKind::PendingAnswer;
}

impl PendingAnswer {
    /// Returns the id of the answer to a job's requester. It begins with the requester.
    pub(crate) fn id(requester: &SlackUserId, claim: &Claim) -> String {
        format!("{requester}:{}", posting::mark(claim))
    }

    /// Returns the requester of the answer with this id.
    pub(crate) fn reader(id: &str) -> SlackUserId {
        SlackUserId::new(id.split_once(':').map_or(id, |(requester, _)| requester))
    }

    /// Stores the state of the direct message with this index; ignores an index out of range.
    pub(crate) fn note(&mut self, nth: usize, fate: DeliveryState) {
        if let Some(receipt) = self.receipts.get_mut(nth) {
            receipt.fate = Some(fate);
        }
    }

    /// Answers whether the states of all direct messages are known.
    pub(crate) fn is_complete(&self) -> bool {
        self.receipts.iter().all(|receipt| receipt.fate.is_some())
    }

    /// Returns the requester and the answer, with all states that are known.
    pub(crate) fn complete(self) -> (RequestContext, Reply) {
        (self.requester, self.say.with_receipts(self.receipts))
    }
}
