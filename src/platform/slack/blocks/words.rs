//! Phrases that several messages share.

use crate::core::about::About;
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::mrkdwn::neutral;
use crate::platform::slack::blocks::parts;

pub(crate) fn given_back(note: &str) -> Vec<Block> {
    if note.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::paragraph("Here is your note, so that it is not lost:")];
    blocks.extend(parts::quoted(note));
    blocks
}

/// Returns a sentence. Text from outside may be part of it.
pub fn sentence(text: &str) -> Content {
    Content::new(&neutral(text), vec![Block::paragraph(text)])
}

/// Returns a sentence in markup, such as names of channels. Text from outside must already be neutralized.
pub fn ours(text: &str) -> Content {
    Content::new(text, vec![Block::formatted(text)])
}

/// Names a contact: "+1 415 555 0101 (Ana Lima)", or only the number or name if the other is missing.
pub(crate) fn named(about: &About) -> String {
    if about.number.is_empty() { about.title.clone() } else { format!("{} ({})", about.number, about.title) }
}

pub(crate) fn span(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{} s", seconds.max(1)),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// Names a contact: "Ana Lima (+1 415 555 0101)", or only the name or number if the other is missing.
pub(crate) fn contact(about: &About) -> String {
    if about.number.is_empty() { about.title.clone() } else { format!("{} ({})", about.title, about.number) }
}

/// Lists names: "Leo, Sam and Zoe". The number of further ones comes last.
pub(crate) fn listed(names: &[&str], more: usize) -> String {
    let more = (more > 0).then(|| format!("{more} more"));
    let mut all: Vec<_> = names.iter().copied().chain(more.as_deref()).collect();
    match all.pop() {
        Some(last) if all.is_empty() => last.to_owned(),
        Some(last) => format!("{} and {last}", all.join(", ")),
        None => String::new(),
    }
}

/// Lists as many names as a sentence may have, and the number of further ones.
pub(crate) fn listed_most(names: &[&str]) -> String {
    let (named, rest) = names.split_at_checked(MOST_NAMED).unwrap_or((names, &[]));
    listed(named, rest.len())
}

/// The most people that a sentence names.
pub(crate) const MOST_NAMED: usize = 5;

/// The most characters of a person's words that are quoted in a sentence.
pub(crate) const QUOTE: usize = 80;
