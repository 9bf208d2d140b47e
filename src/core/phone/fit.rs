//! Compares a written number with stored ones. The plans are looked up once per written number. Each stored number
//! then costs only a few comparisons of digits, because a search may compare a hundred thousand of them.

use std::borrow::Cow;

use crate::core::phone::plan::NumberPlan;
use crate::core::phone::written::{FEWEST_FOR_ONE, WrittenNumber};
use crate::core::phone::{extension, plan};

/// The prefix for calls abroad from North America. People also type it where the team's country is unknown.
const FROM_NORTH_AMERICA: &str = "011";

/// The certainty that a written number means a stored one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// A question: the last four to six digits, another extension, or the end of a foreign number where a whole
    /// number of the team's own country was written.
    LastDigits,
    /// The end of the stored number, seven digits or more.
    Ending,
    /// The exact number: written internationally, or as a whole national number of the home country.
    Line,
}

/// The countries of the team's shared numbers. No country is known by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HomeCountries {
    countries: Vec<&'static str>,
}

impl HomeCountries {
    /// Finds the countries of E.164 numbers, and skips numbers that belong to no country.
    pub fn of<'a>(numbers: impl IntoIterator<Item = &'a str>) -> Self {
        let plans = numbers.into_iter().filter_map(|number| NumberPlan::of(&stored_digits(number)?));
        let mut countries: Vec<_> = plans.map(NumberPlan::id).collect();
        countries.sort_unstable();
        countries.dedup();
        Self { countries }
    }

    fn plans(&self) -> impl Iterator<Item = NumberPlan> {
        self.countries.iter().filter_map(|id| NumberPlan::by_id(id))
    }
}

/// A written number that is prepared for comparison with many stored ones.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// The E.164 numbers that the written number may mean, without plus.
    lines: Vec<String>,
    /// The endings of a stored number that fit as well.
    endings: Vec<String>,
    /// The certainty that an ending gives.
    ending: Fit,
    /// The digits as written.
    digits: String,
    /// The extension as written.
    extension: Option<String>,
    /// True if text that looks like an extension was left to the note.
    left_extension: bool,
}

impl Matcher {
    /// Returns how surely the written number means `stored`, or `None` if it doesn't. A different extension makes it a
    /// question.
    pub fn fit(&self, stored: &str) -> Option<Fit> {
        let (digits, extension) = digits_and_extension(stored)?;
        if self.left_extension && extension.is_some() {
            return None;
        }
        let differ = extension.is_some() && self.extension.is_some() && extension != self.extension;
        self.fit_digits(&digits).map(|fit| if differ { Fit::LastDigits } else { fit })
    }

    /// Answers whether `stored` has the extension that was written, or neither has one.
    pub(crate) fn has_same_extension(&self, stored: &str) -> bool {
        digits_and_extension(stored).is_some_and(|(_, extension)| extension == self.extension)
    }

    fn fit_digits(&self, stored: &str) -> Option<Fit> {
        if self.lines.iter().any(|line| line == stored) {
            return Some(Fit::Line);
        }
        let fits = self.endings.iter().any(|ending| stored.ends_with(ending.as_str()));
        let whole = stored == self.digits && self.digits.len() >= FEWEST_FOR_ONE;
        fits.then_some(if whole { Fit::Ending } else { self.ending })
    }
}

impl WrittenNumber {
    /// Prepares the number for comparison with many stored ones, for a team whose shared numbers are in `home`.
    pub fn against(&self, home: &HomeCountries) -> Matcher {
        let (digits, extension, left_extension) = (self.digits.clone(), self.extension.clone(), self.left_extension);
        if let Some(full) = self.full() {
            let mut lines = plan::spellings(full);
            lines.extend(self.dialled_abroad(home));
            return Matcher { lines, endings: Vec::new(), ending: Fit::Ending, digits, extension, left_extension };
        }
        if digits.len() < FEWEST_FOR_ONE {
            let endings = vec![digits.clone()];
            return Matcher { lines: Vec::new(), endings, ending: Fit::LastDigits, digits, extension, left_extension };
        }
        let (mut lines, is_whole) = self.dialled_at(home);
        lines.extend(self.dialled_abroad(home));
        if !is_whole {
            lines.extend(plan::spellings(&digits));
        }
        let ending = if is_whole { Fit::LastDigits } else { Fit::Ending };
        Matcher { lines, endings: self.endings(home), ending, digits, extension, left_extension }
    }

    /// Returns how surely this number means a stored one: E.164, optionally with blanks or an extension. For many
    /// stored numbers, [`WrittenNumber::against`] is faster.
    pub fn fit(&self, stored: &str, home: &HomeCountries) -> Option<Fit> {
        self.against(home).fit(stored)
    }

    /// Returns the E.164 numbers that this number may mean within the countries of `home`, and whether it is
    /// certainly a whole number of one of them.
    fn dialled_at(&self, home: &HomeCountries) -> (Vec<String>, bool) {
        let mut lines = Vec::new();
        let mut is_whole = false;
        for plan in home.plans() {
            for national in plan.nationals(&self.digits) {
                let exists = plan.has(&national.digits);
                is_whole |= exists && (national.had_trunk || !plan.writes_trunk());
                if exists || national.had_trunk {
                    lines.extend(plan::twins(plan.code(), &national.digits));
                }
            }
        }
        (lines, is_whole)
    }

    /// Returns the E.164 numbers that this number may mean if it begins with a prefix for calls abroad.
    fn dialled_abroad(&self, home: &HomeCountries) -> Vec<String> {
        if self.international {
            return Vec::new();
        }
        let unknown = home.countries.is_empty();
        let american = self.digits.strip_prefix(FROM_NORTH_AMERICA).filter(|_| unknown);
        let prefixed = home.plans().filter_map(|plan| plan.abroad(&self.digits)).chain(american);
        prefixed.filter(|full| full.len() >= FEWEST_FOR_ONE).flat_map(plan::spellings).collect()
    }

    /// Returns the endings of stored numbers that this number may be: as written, without leading zeros, and without
    /// Argentina's 15.
    fn endings(&self, home: &HomeCountries) -> Vec<String> {
        let local = home.plans().filter_map(|plan| plan.local(&self.digits));
        let shorter = std::iter::once(self.digits.trim_start_matches('0')).chain(local);
        let mut all: Vec<_> = shorter.filter(|end| end.len() >= FEWEST_FOR_ONE).map(str::to_owned).collect();
        all.push(self.digits.clone());
        all
    }
}

/// Reduces a stored number to its digits. `None` for a sender without a number.
fn stored_digits(stored: &str) -> Option<Cow<'_, str>> {
    digits_and_extension(stored).map(|(digits, _)| digits)
}

/// Returns the digits of a stored number and of its extension. `None` for a sender without a number.
fn digits_and_extension(stored: &str) -> Option<(Cow<'_, str>, Option<String>)> {
    let bare = stored.strip_prefix('+').unwrap_or(stored);
    if !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some((Cow::Borrowed(bare), None));
    }
    let number = stored.split(|c: char| c.is_alphabetic() || matches!(c, ';' | ',' | '#')).next()?;
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let behind = stored.get(number.len()..).unwrap_or_default();
    let extension = extension::read(behind).map(|(digits, _)| digits);
    (!digits.is_empty()).then_some((Cow::Owned(digits), extension))
}

/// Splits a stored number into its E.164 form and its extension.
pub(crate) fn parted(stored: &str) -> Option<(String, Option<String>)> {
    let (digits, extension) = digits_and_extension(stored)?;
    Some((format!("+{digits}"), extension))
}
