//! Cards: each conversation's message in a channel, its thread entries, and unfurled links.

pub mod delivery;
pub mod unfurls;
pub mod view;
