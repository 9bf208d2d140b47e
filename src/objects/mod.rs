//! Work Objects: the side pane of a conversation, its edited fields and its comments (docs/contracts/slack-2026.md
//! §2–4). What is done there becomes ordinary commands.

pub(crate) mod comments;
pub(crate) mod editing;
mod failures;
pub(crate) mod filling;
mod pane_words;
pub(crate) mod showing;
