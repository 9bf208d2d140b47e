//! Phrases that several messages share.

use crate::core::about::About;
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::Markup;

/// Returns the note of a command that did not save it, so that it is not lost.
pub(crate) fn given_back(note: &str) -> Vec<Block> {
    if note.is_empty() { Vec::new() } else { vec![Block::quote(Some("Your note (not saved)"), note)] }
}

/// Returns a sentence. Text from outside may be part of it.
pub fn sentence(text: &str) -> Content {
    Content::new(text, vec![Block::paragraph(text)])
}

/// Names a contact, with a bold title: "*Ana Lima* (+1 415 555 0101)".
pub(crate) fn contact_in(line: Markup, about: &About) -> Markup {
    let line = line.bold(&about.title);
    if about.number.is_empty() { line } else { line.text(&format!(" ({})", about.number)) }
}

/// Names a contact: "Ana Lima (+1 415 555 0101)", or only the name or number if the other is missing.
pub(crate) fn contact(about: &About) -> String {
    if about.number.is_empty() { about.title.clone() } else { format!("{} ({})", about.title, about.number) }
}

/// Names the contact of a repeated button for screen readers: "Ana Lima, ending 0101".
pub(crate) fn spoken(about: &About) -> String {
    let digits: Vec<char> = about.number.chars().filter(char::is_ascii_digit).collect();
    match digits.split_last_chunk::<4>() {
        Some((_, last)) => format!("{}, ending {}", about.title, last.iter().collect::<String>()),
        None => about.title.clone(),
    }
}

pub(crate) fn span(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{} s", seconds.max(1)),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
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
