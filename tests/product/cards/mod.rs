//! Cards in channels, unfurls, and the values of their buttons.

mod channel_for_a_number;
mod invisible_characters;
mod long_values;
mod returned_calls;
mod shared_channels;
mod unfurls;
