//! How much a channel shows of its conversations.

/// The amount of detail that a channel shows of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// All details.
    Full,
    /// A card without full numbers, company and message texts. Teammates can view these privately.
    Masked,
}
