//! Block Kit: blocks, elements and texts, with Slack's limits in their constructors.

pub(crate) mod connect_button;
pub mod element;
pub mod kit;
pub mod mrkdwn;
pub mod parts;
mod text;
pub mod words;
