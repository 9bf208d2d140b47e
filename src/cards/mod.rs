//! Cards: each conversation's message in a channel, its thread entries, and unfurled links.

pub(crate) mod controls;
mod delivery;
pub(crate) mod entity_view;
pub(crate) mod limit_words;
mod photo;
pub(crate) mod unfurled_links;
pub mod unfurls;
pub mod view;
