//! Phrases for a time. They are read without knowledge of the present time or the zone. When the command runs, they
//! are converted in the zone of the person who typed them. Phrases that could mean two times are not read.

mod clock;
mod day;
mod instant;
mod length;
pub mod model;
mod names;
mod phrase;
mod said;
mod words;
mod wrong;
mod zones;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::core::when::model::{When, Wrong};

impl When {
    /// Reads a phrase, or returns `None` if it isn't one or could mean two times.
    pub fn read(text: &str) -> Option<Self> {
        phrase::read(&words::pieces_of(&words::words(text)))
    }

    /// Splits the longest phrase, with the preposition before it, from the end of `text`. Returns the text before it
    /// and the phrase, or `None` if the phrase is only a part of something unclear or wrong.
    pub fn split_off(text: &str) -> Option<(&str, Self)> {
        let words = words::words(text);
        let (at, when) = phrase::last(&words)?;
        let (before, phrase) = words.split_at_checked(at)?;
        if phrase::is_unclear_before(before, phrase) || wrong::find(text, &words).is_some_and(|(wrong, _)| wrong < at) {
            return None;
        }
        let before = text.get(..phrase.first()?.start)?;
        Some((words::trimmed(before), when))
    }

    /// Splits the longest phrase from the start of `text`. Returns the phrase and the text after it, or `None` if the
    /// phrase could be a name or the words after it could belong to it.
    pub(crate) fn split_start(text: &str) -> Option<(Self, &str)> {
        let words = words::words(text);
        let (to, when) = phrase::first(&words)?;
        let (phrase, behind) = words.split_at_checked(to)?;
        let named = phrase::named_behind(behind)?;
        if phrase::is_first_name(phrase, named) {
            return None;
        }
        Some((when, text.get(named.first()?.start..)?.trim_end()))
    }

    /// Answers whether the phrase at the end of `text` could be a name.
    pub(crate) fn ends_like_a_name(text: &str) -> bool {
        let words = words::words(text);
        let last = phrase::last(&words);
        last.is_some_and(|(at, when)| phrase::is_name(words.get(at..).unwrap_or_default(), &when))
    }

    /// Splits off the first phrase between other words. Returns it with the text before and after it, or `None` if it
    /// could be a name or the words around it could belong to it.
    pub(crate) fn split_out(text: &str) -> Option<(&str, Self, &str)> {
        let words = words::words(text);
        let (from, to, when) = phrase::within(&words)?;
        if phrase::last(&words).is_some_and(|(last, _)| last < to) {
            return None;
        }
        let (before, after) = (text.get(..words.get(from)?.start)?, text.get(words.get(to)?.start..)?);
        Some((words::trimmed(before), when, after.trim_end()))
    }

    /// Returns the fault of the time at the end of `text` and the text before it. Use it if no time can be split off.
    pub fn wrong(text: &str) -> Option<(&str, Wrong)> {
        let words = words::words(text);
        let (at, wrong) = wrong::find(text, &words).or_else(|| wrong::two(text, &words))?;
        let before = text.get(..words.get(at)?.start)?;
        Some((words::trimmed(before), wrong))
    }

    /// Writes the phrase as it could be typed: "2h", "tomorrow 17:00".
    pub fn words(&self) -> String {
        said::words(self)
    }

    /// Returns the instant meant by a person in `zone` at `now`, which may have passed. `None` if it is outside the
    /// calendar. Where clocks go forward, a skipped time means an hour later. Where they go back, a repeated time
    /// means its first occurrence that is still to come.
    pub fn instant(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        instant::instant(self, &now.to_zoned_datetime(zone.clone()))
    }

    /// Converts the phrase to a fixed instant, or returns it unchanged if it has none.
    #[must_use]
    pub fn fix(&self, now: Timestamp, zone: &TimeZone) -> Self {
        self.instant(now, zone).map_or_else(|| self.clone(), Self::At)
    }

    /// Returns the instant, if it doesn't depend on the present time and the zone.
    pub fn fixed(&self) -> Option<Timestamp> {
        match self {
            Self::At(instant) => Some(*instant),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
