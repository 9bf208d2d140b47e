//! Phone numbers: as people write them, and in E.164 as dialnote stores them. The module `read` finds a number in a
//! text, `plan` knows the countries' rules, and `fit` compares.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use phonenumber::{Mode, PhoneNumber};

mod extension;
mod fit;
mod plan;
mod read;
mod signs;
#[cfg(test)]
mod tests;
pub mod written;

pub use fit::{Fit, HomeCountries, Matcher};

use self::written::{FEWEST_FOR_ONE, WrittenNumber};

impl WrittenNumber {
    /// Returns every reading of a number at the start of `text`, longest first, each with the text after it. Skips
    /// blanks, brackets, quotes and invisible marks before the number, and closing quotes and separators after it.
    /// An extension belongs to the number. One that may instead begin the text after it is read both ways. Empty if
    /// the text doesn't begin with a number of at least four digits.
    pub(crate) fn leading(text: &str) -> Vec<(Self, &str)> {
        read::readings(text)
    }

    /// Reads a number that fills all of `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::leading(text).into_iter().find(|(_, rest)| rest.is_empty()).map(|(number, _)| number)
    }

    /// Answers whether it has enough digits for a whole number.
    pub fn is_whole(&self) -> bool {
        self.digits.len() >= FEWEST_FOR_ONE
    }

    /// Returns the digits from the country code on, if that was written.
    pub(crate) fn full(&self) -> Option<&str> {
        let dialled = self.digits.strip_prefix("00").filter(|full| !full.starts_with('0'));
        match dialled {
            _ if self.international => Some(dialled.unwrap_or(&self.digits)),
            Some(full) if full.len() >= FEWEST_FOR_ONE => Some(full),
            _ => None,
        }
    }
}

impl std::fmt::Display for WrittenNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.full() {
            Some(full) => f.write_str(&pretty(&format!("+{full}"))),
            None => f.write_str(&self.digits),
        }
    }
}

/// Parses an E.164 number. The first call takes longer, because it unpacks the numbering plans of the world.
fn parsed(e164: &str) -> Option<PhoneNumber> {
    phonenumber::parse(None, e164).ok()
}

/// The most numbers whose formatted form is cached.
const FORMAT_CACHE_SIZE: usize = 4096;

/// The formatted form of recent numbers. Looking up the plans takes longer than all other work on a message, and a
/// number occurs in the answer, on the card, in its thread and in the direct message.
static PRETTY: LazyLock<Mutex<HashMap<String, String>>> = LazyLock::new(Mutex::default);

/// Formats a stored number for people: `+14155550101;ext=22` becomes `+1 415 555 0101 ext. 22`. Returns text that
/// isn't a number unchanged.
pub(crate) fn pretty(stored: &str) -> String {
    match fit::parted(stored) {
        Some((e164, Some(extension))) => format!("{} ext. {extension}", pretty_line(&e164)),
        _ => pretty_line(stored),
    }
}

fn pretty_line(e164: &str) -> String {
    let known = || PRETTY.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pretty) = known().get(e164) {
        return pretty.clone();
    }
    let Some(number) = parsed(e164) else { return e164.to_owned() };
    let pretty = number.format().mode(Mode::International).to_string().replace('-', " ");
    let mut known = known();
    if known.len() >= FORMAT_CACHE_SIZE {
        known.clear();
    }
    known.insert(e164.to_owned(), pretty.clone());
    pretty
}
