//! Phrases that several messages share.

use crate::domain::about::About;
use crate::view::card::quoted;
use crate::view::kit::{Block, Content};
use crate::view::mrkdwn::neutral;

pub(crate) fn given_back(note: &str) -> Vec<Block> {
    if note.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::paragraph("Here is your note, so that it is not lost:")];
    blocks.extend(quoted(note));
    blocks
}

/// One sentence; what came from outside is in it as it is.
pub fn sentence(text: &str) -> Content {
    Content::new(&neutral(text), vec![Block::paragraph(text)])
}

/// A sentence of ours with names of channels in it; what came from outside has to be harmless already.
pub fn ours(text: &str) -> Content {
    Content::new(text, vec![Block::formatted(text)])
}

/// "+1 415 555 0101 (Ana Lima)", or just the number or name if there is only one.
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

/// "Ana Lima (+1 415 555 0101)", or just the name or number if there is only one.
pub(crate) fn contact(about: &About) -> String {
    if about.number.is_empty() { about.title.clone() } else { format!("{} ({})", about.title, about.number) }
}

/// "Leo, Sam and Zoe". How many more there are stands at the end.
pub(crate) fn listed(names: &[&str], more: usize) -> String {
    let more = (more > 0).then(|| format!("{more} more"));
    let mut all: Vec<_> = names.iter().copied().chain(more.as_deref()).collect();
    match all.pop() {
        Some(last) if all.is_empty() => last.to_owned(),
        Some(last) => format!("{} and {last}", all.join(", ")),
        None => String::new(),
    }
}

/// The same without the names that are too many for a sentence.
pub(crate) fn listed_most(names: &[&str]) -> String {
    let (named, rest) = names.split_at_checked(MOST_NAMED).unwrap_or((names, &[]));
    listed(named, rest.len())
}

/// How many people a sentence names.
pub(crate) const MOST_NAMED: usize = 5;
