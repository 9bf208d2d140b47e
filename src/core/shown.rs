//! The state of a conversation as it was shown to the person who acts on it. It travels with the button or form, and
//! the decision is compared with it (`commands::fresh`).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::conversation::{Conversation, State, Status};
use crate::core::ids::{ConversationId, MemberId};
use crate::core::seen::Seen;

/// The owner and status as they were shown. The field names are short, because Slack leaves little room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownState {
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    owner: Option<MemberId>,
    #[serde(rename = "s")]
    status: Status,
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

impl From<State> for ShownState {
    fn from(State { owner, status, until }: State) -> Self {
        Self { owner, status, until }
    }
}

impl From<&Conversation> for ShownState {
    fn from(conversation: &Conversation) -> Self {
        Self::from(State::from(conversation))
    }
}

impl ShownState {
    /// Returns the snapshot that a button or a form showed.
    pub fn of(self, conversation: ConversationId) -> Seen {
        let Self { owner, status, until } = self;
        Seen { conversation, state: State { owner, status, until }, unasked: true }
    }
}
