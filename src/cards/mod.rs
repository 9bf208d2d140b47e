//! Cards: each conversation's message in a channel, its thread entries, and unfurled links.

mod delivery;
pub mod unfurls;
pub mod view;
