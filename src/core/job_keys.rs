//! Partition keys that several kinds of jobs share.

use crate::core::ids::ConversationId;

/// Returns the key of a conversation. Jobs with the same key run one after the other.
pub(crate) fn conversation_key(id: &ConversationId) -> String {
    format!("conversation:{id}")
}
