//! Typed requests about routes.

use serde::{Deserialize, Serialize};

use crate::core::ids::ChannelId;
use crate::core::parse_error::ParseError;
use crate::core::typed;
use crate::core::typed::TypedWord;

/// A request about routes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Routing {
    /// List the routes.
    List,
    /// Post cards in this channel again, if the app could not; else list the routes.
    Resume,
    /// Route a shared number's cards to a channel.
    Set {
        /// The channel, if it is not the one where the command was typed.
        channel: Option<ChannelId>,
        /// The number, or the team's name for it; `*` for all.
        line: String,
    },
    /// Stop posting cards in a channel.
    Off {
        /// The channel, if it is not the one where the command was typed.
        channel: Option<ChannelId>,
    },
}

impl Routing {
    /// Reads the text after `/dialnote route`. Fails if it names a channel that Slack did not recognize, or no
    /// number.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let (channel, rest) = match typed::channel(text) {
            Some((channel, rest)) => (Some(channel), rest.trim()),
            None => (None, text.trim()),
        };
        match rest.to_lowercase().as_str() {
            "" if channel.is_none() => Ok(Self::Resume),
            "list" if channel.is_none() => Ok(Self::List),
            "off" => Ok(Self::Off { channel }),
            "" => Err(ParseError::NoLine),
            // Slack knows no such channel, or does not turn names into channels.
            word if word.starts_with('#') => Err(ParseError::UnknownChannel),
            _ => Ok(Self::Set { channel, line: line(rest) }),
        }
    }
}

pub(crate) fn line(text: &str) -> String {
    match typed::first(text) {
        Some((TypedWord::Quoted(name), _)) => name.to_owned(),
        Some((TypedWord::Link(link), _)) => link.trim_start_matches("tel:").to_owned(),
        _ => typed::plain(text),
    }
}
