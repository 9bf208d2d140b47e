//! Block Kit: blocks, elements and texts, with Slack's limits in their constructors.

pub mod chart;
pub(crate) mod connect_button;
pub mod element;
pub mod kit;
pub mod markup;
pub(crate) mod mrkdwn;
pub mod parts;
pub mod text;
pub mod window;
pub mod words;
