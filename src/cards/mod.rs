//! Cards: each conversation's message in a channel, its thread entries, and unfurled links.

pub(crate) mod controls;
mod delivery;
mod photo;
pub mod unfurls;
pub mod view;
