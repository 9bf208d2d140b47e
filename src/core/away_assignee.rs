//! A person who is away and was to become the owner of a conversation.

use serde::{Deserialize, Serialize};

use crate::core::about::About;
use crate::core::availability::Away;
use crate::core::ids::{DraftId, SlackUserId};
use crate::core::seen::Seen;
use crate::core::verbs::Verb;

/// A person who is away and was to become the owner of a conversation. The requester is asked first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwayAssignee {
    /// The conversation.
    pub about: About,
    /// The person.
    pub user: SlackUserId,
    /// The person's name for colleagues.
    pub name: String,
    /// The reason why they are away.
    pub why: Away,
    /// The command.
    pub verb: Verb,
    /// The stored command, which the requester can confirm.
    pub draft: DraftId,
    /// The conversation as the requester is shown it.
    pub seen: Seen,
}
