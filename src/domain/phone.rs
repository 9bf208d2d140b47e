//! People write phone numbers as they please; dialnote stores them as E.164. Here the two meet.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use phonenumber::{Mode, PhoneNumber};
use serde::{Deserialize, Serialize};

/// A national number with fewer digits says too little to look for.
const FEWEST_DIGITS: usize = 7;

/// E.164 allows no more.
const MOST_DIGITS: usize = 15;

/// A phone number as somebody wrote it, reduced to what matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenNumber {
    /// All digits: with the country code if `international`, else without the trunk zeros.
    digits: String,
    /// Whether the country code was written (`+` or `00`).
    international: bool,
}

impl WrittenNumber {
    /// Reads a number that fills the whole text: `+1 415 555 0101`, `(415) 555-0101`, `tel:+14155550101`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("tel:").unwrap_or(text);
        if !text.chars().all(is_number_char) || text.chars().skip(1).any(|c| c == '+') {
            return None;
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let (international, digits) = match digits.strip_prefix("00") {
            _ if text.starts_with('+') => (true, digits),
            Some(rest) => (true, rest.to_owned()),
            None => (false, digits.trim_start_matches('0').to_owned()),
        };
        let enough = (FEWEST_DIGITS..=MOST_DIGITS).contains(&digits.len());
        enough.then_some(Self { digits, international })
    }

    /// Reads a number at the start of `text`, as many words long as still make one; answers it with
    /// what follows. With several lengths that would do, the longest number that really exists in a
    /// numbering plan wins, so that `+1 415 555 0101 2 calls` ends before the `2`.
    pub fn leading(text: &str) -> Option<(Self, &str)> {
        let text = text.trim_start();
        let candidates: Vec<_> = number_prefixes(text)
            .filter_map(|end| {
                let (number, rest) = text.split_at_checked(end)?;
                Some((Self::parse(number)?, rest))
            })
            .collect();
        let valid = candidates.iter().rev().find(|(number, _)| number.exists());
        valid.or(candidates.last()).cloned()
    }

    /// Whether this is how somebody might write `e164`.
    pub fn matches(&self, e164: &str) -> bool {
        let full: String = e164.chars().filter(char::is_ascii_digit).collect();
        if self.international { full == self.digits } else { full.ends_with(&self.digits) }
    }

    /// Whether it names one line in the world, not just the end of one.
    pub fn is_complete(&self) -> bool {
        self.international
    }

    fn exists(&self) -> bool {
        self.international && parsed(&format!("+{}", self.digits)).is_some_and(|n| n.is_valid())
    }
}

impl std::fmt::Display for WrittenNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.international { f.write_str(&pretty(&format!("+{}", self.digits))) } else { f.write_str(&self.digits) }
    }
}

/// The ends of the leading words that could all belong to one number.
fn number_prefixes(text: &str) -> impl Iterator<Item = usize> {
    let run = text.find(|c: char| !is_number_char(c)).unwrap_or(text.len());
    // A word that goes on with a letter ("2nd") is not part of the number.
    let (head, behind) = text.split_at_checked(run).unwrap_or((text, ""));
    let ends_clean = !behind.starts_with(char::is_alphanumeric) || head.ends_with(char::is_whitespace);
    let mut ends: Vec<usize> = head
        .char_indices()
        .filter(|(i, c)| c.is_whitespace() && head.get(..*i).is_some_and(|h| h.ends_with(|c: char| c.is_ascii_digit())))
        .map(|(i, _)| i)
        .collect();
    if ends_clean {
        ends.push(head.trim_end().len());
    }
    ends.dedup();
    ends.into_iter()
}

fn is_number_char(c: char) -> bool {
    c.is_ascii_digit() || c.is_whitespace() || matches!(c, '+' | '(' | ')' | '-' | '.' | '/' | '‐'..='―')
}

/// The first number takes a moment longer: the numbering plans of the world are unpacked then.
fn parsed(e164: &str) -> Option<PhoneNumber> {
    phonenumber::parse(None, e164).ok()
}

/// How many numbers are remembered as people read them.
const REMEMBERED: usize = 4096;

/// The numbers of late: the plans take longer to look through than everything else that is done to a
/// message, and a number stands in the answer, on the card, in its thread and in the direct message.
static PRETTY: LazyLock<Mutex<HashMap<String, String>>> = LazyLock::new(Mutex::default);

/// An E.164 number as people read it: `+14155550101` becomes `+1 415 555 0101`. What cannot be
/// read as a number is returned as it is.
pub fn pretty(e164: &str) -> String {
    let known = || PRETTY.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pretty) = known().get(e164) {
        return pretty.clone();
    }
    let Some(number) = parsed(e164) else { return e164.to_owned() };
    let pretty = number.format().mode(Mode::International).to_string().replace('-', " ");
    let mut known = known();
    if known.len() >= REMEMBERED {
        known.clear();
    }
    known.insert(e164.to_owned(), pretty.clone());
    pretty
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_usual_spellings() {
        for written in [
            "+1 415 555 0101",
            "+14155550101",
            "+1 (415) 555-0101",
            "+1.415.555.0101",
            "001 415 555 0101",
            "(415) 555-0101",
            "415-555-0101",
            "415 555‑0101",
            "0415 555 0101",
            "555 0101",
            "tel:+14155550101",
        ] {
            let matches = |e164| WrittenNumber::parse(written).is_some_and(|number| number.matches(e164));
            assert!(matches("+14155550101"), "{written}");
            assert!(!matches("+14155550199"), "{written}");
        }
        for other in ["", "+", "555", "12", "conv_1001", "+1 415 555 0101 x", "1+4155550101", "1234567890123456"] {
            assert_eq!(WrittenNumber::parse(other), None, "{other}");
        }
    }

    #[test]
    fn ends_where_the_note_begins() {
        for (text, rest) in [
            ("+1 415 555 0101 wants a call back", " wants a call back"),
            ("+1 415 555 0101 2 calls missed", " 2 calls missed"),
            ("+1 415 555 0101 2nd call", " 2nd call"),
            ("(415) 555-0101", ""),
            ("+44 20 7946 0018, urgent", ", urgent"),
        ] {
            let found = WrittenNumber::leading(text);
            assert_eq!(found.map(|(_, rest)| rest), Some(rest), "{text}");
        }
        assert_eq!(WrittenNumber::leading("2 calls"), None);
    }

    #[test]
    fn shows_numbers_as_people_read_them() {
        assert_eq!(pretty("+14155550101"), "+1 415 555 0101");
        assert_eq!(pretty("+442079460018"), "+44 20 7946 0018");
        assert_eq!(pretty("anonymous"), "anonymous");
    }
}
