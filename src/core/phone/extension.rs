//! Extensions after a number: `ext. 22`, `x22`, `#22`, `,,22`, `;ext=22`. Only the number finds a contact.
//! The extension distinguishes contacts that share the number.

use super::signs::{digit, is_blank, is_closing, is_colon, is_comma, is_dash, is_dot, is_opening};
use crate::core::text::is_unseen;

/// The most digits of an extension. More digits are a number of their own.
const MOST_DIGITS: usize = 7;

/// The words that introduce an extension, in lower case. A longer word precedes any word that it begins with.
const WORDS: [&str; 6] = ["extension", "extensión", "extensio\u{301}n", "extn", "ext", "xtn"];

/// Returns the digits of the extension at the start of `text`, and what follows it.
pub(super) fn read(text: &str) -> Option<(String, &str)> {
    dialled(text).or_else(|| signed(text)).or_else(|| named(text))
}

/// Answers whether an extension at the start of `text`, with `rest` after it, may instead begin a note:
/// `x3 missed calls`, `#1 priority`.
pub(crate) fn may_begin_a_note(text: &str, rest: &str) -> bool {
    let sign = text.trim_start_matches(is_blank);
    let is_short = sign.starts_with(['x', 'X', '#', '＃']) && sign.len() < text.len();
    let word = rest.trim_start_matches(is_blank);
    is_short && word.len() < rest.len() && word.starts_with(char::is_alphabetic)
}

/// Reads pauses as phones store them: `,,22`, and `p22` or `w22` directly after the number.
fn dialled(text: &str) -> Option<(String, &str)> {
    let glued = text.strip_prefix(['p', 'P', 'w', 'W']);
    let pauses = || text.trim_start_matches(is_blank).strip_prefix(",,").map(|rest| rest.trim_start_matches(','));
    number(glued.or_else(pauses)?.trim_start_matches(is_blank))
}

/// Reads a number sign: `#22`.
fn signed(text: &str) -> Option<(String, &str)> {
    number(text.trim_start_matches(is_blank).strip_prefix(['#', '＃'])?)
}

/// Reads a word, or an `x` directly before the digits, also after a comma or dash, or in brackets.
fn named(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches(|c| is_blank(c) || is_comma(c) || is_dash(c) || is_dot(c));
    let inside = text.strip_prefix(is_opening);
    let name = inside.unwrap_or(text);
    let (digits, rest) = match word(name) {
        Some(rest) => number(rest.trim_start_matches(is_introduction))?,
        None => number(name.strip_prefix(['x', 'X', '×', 'ｘ', 'Ｘ'])?)?,
    };
    let closed = || rest.trim_start_matches(is_blank).strip_prefix(is_closing);
    let rest = if inside.is_some() { closed()? } else { rest };
    Some((digits, rest))
}

fn word(text: &str) -> Option<&str> {
    WORDS.iter().find_map(|word| {
        let (head, rest) = text.split_at_checked(word.len())?;
        (head.to_lowercase() == *word).then_some(rest)
    })
}

fn is_introduction(c: char) -> bool {
    is_blank(c) || is_dot(c) || is_colon(c) || is_dash(c) || matches!(c, '=' | '#')
}

/// Reads the digits of an extension, which must not be part of a word (`2nd`).
fn number(text: &str) -> Option<(String, &str)> {
    let rest = text.trim_start_matches(|c| digit(c).is_some());
    let digits: String = text.strip_suffix(rest)?.chars().filter_map(digit).collect();
    let ends = !rest.trim_start_matches(is_unseen).starts_with(char::is_alphanumeric);
    ((1..=MOST_DIGITS).contains(&digits.len()) && ends).then_some((digits, rest))
}
