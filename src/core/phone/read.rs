//! Finds the number at the start of a typed text, the places where it may end, and the text after it. This module
//! knows no numbering plan.

use crate::core::phone::extension;
use crate::core::phone::signs::{
    digit, is_blank, is_closing, is_colon, is_comma, is_dash, is_dot, is_opening, is_plus, is_quote, is_separator,
    is_stop,
};
use crate::core::phone::written::{FEWEST_FOR_ONE, WrittenNumber};
use crate::core::text::is_unseen;

/// The fewest digits of a number.
const FEWEST_DIGITS: usize = 4;

/// The most digits of a number. E.164 allows 15, and a trunk zero may follow the country code.
const MOST_DIGITS: usize = 16;

/// The most digits with leading zeros, which don't count toward [`MOST_DIGITS`].
const MOST_WITH_ZEROS: usize = 20;

/// The schemes of links that hold a number.
const SCHEMES: [&str; 3] = ["tel:", "callto:", "sms:"];

/// A beginning of a text that could be a number, and the text after its last digit.
struct NumberStart<'a> {
    number: WrittenNumber,
    behind: &'a str,
}

/// Returns every reading of a number at the start of `text`, longest first, with the text after it.
pub(crate) fn readings(text: &str) -> Vec<(WrittenNumber, &str)> {
    let (opened, start) = opening(text);
    if let Some((number, behind)) = token(start) {
        return number.extended(behind).map(|(number, behind)| (number, after(behind, opened))).collect();
    }
    let found: Vec<_> = beginnings(scheme(start).unwrap_or(start))
        .into_iter()
        .filter(|beginning| beginning.number.is_plausible())
        .rev()
        .flat_map(|NumberStart { number, behind }| number.extended(behind).collect::<Vec<_>>())
        .filter(|(number, behind)| number.extension.is_some() || may_end(behind, number.digits.len()))
        .map(|(number, behind)| (number, after(behind, opened)))
        .collect();
    found
}

impl WrittenNumber {
    fn is_plausible(&self) -> bool {
        let significant = self.digits.trim_start_matches('0').len();
        let most = if self.international { MOST_DIGITS } else { MOST_DIGITS - 1 };
        let fewest = if self.international { FEWEST_FOR_ONE } else { FEWEST_DIGITS };
        self.digits.len() >= fewest && significant <= most
    }

    /// Returns the number with the extension after it, and the remaining text. If the extension may instead begin that
    /// text, returns the number without it as well.
    fn extended(self, behind: &str) -> impl Iterator<Item = (Self, &str)> {
        let (with, without) = match extension::read(behind) {
            Some((digits, rest)) => {
                let left = Self { left_extension: true, ..self.clone() };
                let may_be_left = extension::may_begin_a_note(behind, rest);
                (Some((Self { extension: Some(digits), ..self }, rest)), may_be_left.then_some((left, behind)))
            }
            None => (None, Some((self, behind))),
        };
        with.into_iter().chain(without)
    }
}

/// Skips blanks, brackets and quotes before a number. Returns also whether there were quotes.
fn opening(text: &str) -> (bool, &str) {
    let start = text.trim_start_matches(|c| is_blank(c) || is_opening(c) || is_quote(c));
    let skipped = text.strip_suffix(start).unwrap_or_default();
    (skipped.contains(is_quote), start)
}

/// Skips the scheme of a link.
fn scheme(text: &str) -> Option<&str> {
    let rest = SCHEMES.iter().find_map(|scheme| {
        let (head, rest) = text.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(rest)
    })?;
    Some(rest.trim_start_matches("//"))
}

/// Reads a link as Slack writes it, `<tel:+14155550101|415-555-0101>`. The target counts, not the label.
fn token(text: &str) -> Option<(WrittenNumber, &str)> {
    let (inside, behind) = text.strip_prefix('<')?.split_once('>')?;
    let target = scheme(inside.split('|').next()?)?;
    let number = target.replace("%20", " ").replace("%2B", "+").replace("%2b", "+");
    let other_parameters = || WrittenNumber::parse(number.split(';').next()?);
    Some((WrittenNumber::parse(&number).or_else(other_parameters)?, behind))
}

/// Returns the text up to the end of each group of digits, shortest first.
fn beginnings(text: &str) -> Vec<NumberStart<'_>> {
    let mut found = Vec::new();
    let mut number = WrittenNumber::default();
    let mut in_group = false;
    let mut chars = text.chars();
    loop {
        let behind = chars.as_str();
        let next = chars.next();
        match next.map(|c| (c, digit(c))) {
            Some((_, Some(digit))) if number.digits.len() < MOST_WITH_ZEROS => {
                number.digits.push(digit);
                in_group = true;
            }
            Some((_, Some(_))) => return found,
            Some((c, None)) if is_unseen(c) => {}
            _ => {
                if std::mem::take(&mut in_group) {
                    found.push(NumberStart { number: number.clone(), behind });
                }
                match next {
                    Some(c) if continues(c, &number) => number.international |= is_plus(c),
                    _ => return found,
                }
            }
        }
    }
}

/// Answers whether `number` may continue after `c`, which isn't a digit. A plus begins another number.
fn continues(c: char, number: &WrittenNumber) -> bool {
    if number.digits.is_empty() {
        is_blank(c) || is_opening(c) || (is_plus(c) && !number.international)
    } else {
        is_separator(c)
    }
}

/// Answers whether a number of so many digits may end before `behind`. It can't end in a word (`2nd`), an amount
/// (`50%`), a time (`10:30`), or at a separator without a blank (`1-800-FLOWERS`).
fn may_end(behind: &str, digits: usize) -> bool {
    let behind = behind.trim_start_matches(is_unseen);
    let next = behind.trim_start_matches(|c| is_unseen(c) || is_soft(c));
    let signs = behind.strip_suffix(next).unwrap_or_default();
    match next.chars().next() {
        None => true,
        Some(c) if c.is_whitespace() => true,
        Some(c) if is_opening(c) => digits >= FEWEST_FOR_ONE,
        Some(c) if c.is_alphanumeric() => signs.contains(|c| is_comma(c) || matches!(c, '?' | '!' | '…')),
        Some(c) => !matches!(c, '@' | '%' | '‰' | '°' | '=' | '\\' | '^' | '|' | '$' | '€' | '£' | '¥'),
    }
}

/// Answers whether `c` may follow a number without a blank.
fn is_soft(c: char) -> bool {
    is_quote(c) || is_stop(c) || is_comma(c) || is_colon(c) || (is_separator(c) && !is_blank(c) && !is_opening(c))
}

/// Skips closing quotes after a number, and the punctuation between it and a note.
fn after(behind: &str, opened: bool) -> &str {
    let closes = |c| is_unseen(c) || is_closing(c) || is_quote(c) || is_stop(c) || (opened && is_comma(c));
    let mut rest = behind.trim_start_matches(closes);
    if opened && rest.len() == behind.len() {
        let apart = rest.trim_start_matches(is_blank);
        rest = apart.strip_prefix(is_quote).unwrap_or(rest);
    }
    rest.trim_start_matches(|c| is_blank(c) || is_dash(c) || is_dot(c) || is_stop(c) || is_comma(c) || is_colon(c))
}
