//! Links between Slack users and dialnote members that admins make by hand.

pub(crate) mod asking;
pub(crate) mod choosing;
pub mod content;
pub mod requests;
pub mod view;
pub mod window;
