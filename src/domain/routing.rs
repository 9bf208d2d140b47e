//! Typed wishes about routes.

use serde::{Deserialize, Serialize};

use crate::domain::parse_error::ParseError;
use crate::domain::typed;
use crate::domain::typed::TypedWord;
use crate::ids::ChannelId;

/// What somebody wants about routes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Routing {
    /// See them.
    List,
    /// Have a channel get the cards of a shared number.
    Set {
        /// The channel, if not the one in which it was typed.
        channel: Option<ChannelId>,
        /// The number, or what the team calls it; `*` for all.
        line: String,
    },
    /// Have a channel get no cards any more.
    Off {
        /// The channel, if not the one in which it was typed.
        channel: Option<ChannelId>,
    },
}

impl Routing {
    /// Reads what was typed after `/dialnote route`.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let (channel, rest) = match typed::channel(text) {
            Some((channel, rest)) => (Some(channel), rest.trim()),
            None => (None, text.trim()),
        };
        match rest.to_lowercase().as_str() {
            "" | "list" if channel.is_none() => Ok(Self::List),
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
