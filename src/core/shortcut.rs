//! The callback ids of the shortcuts, as in the manifest.

/// The callback id of a shortcut, global or on messages, as in the manifest.
pub(crate) const FIND: &str = "find_conversation";

/// See [`FIND`].
pub(crate) const MY_INBOX: &str = "my_inbox";

/// See [`FIND`].
pub(crate) const HAND_OFF: &str = "hand_off_message";

/// See [`FIND`].
pub(crate) const NOTE: &str = "note_message";
