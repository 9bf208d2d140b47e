//! What is wrong with a time that is none: "25:00", "Feb 30", "-2h". Something right is put in its place; if that
//! makes a phrase, it was meant as one.

mod faults;
mod zones;

use jiff::civil::Date;

use super::words::{Word, pieces_of};
use super::{Day, When, phrase, unclear};
use faults::Fix;
pub(super) use zones::is_zone;

/// More faults than this are not looked for in one phrase.
const MOST_FAULTS: usize = 4;

/// More words than this are not looked at, from the end.
const MOST_WORDS: usize = 16;

/// A fault of a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// No clock shows it: "25:00", "13pm".
    NoClock {
        /// As it was typed.
        typed: String,
    },
    /// The month hasn't so many days: "Feb 30".
    NoDate {
        /// Month of the year.
        month: i8,
        /// Year, if one was named.
        year: Option<i16>,
    },
    /// No month has so many days: "the 32nd".
    NoDay,
    /// No year has so many months: "2027-13-01".
    NoMonth,
    /// It isn't ahead: "0h", "-2h".
    NotAhead {
        /// As it was typed.
        typed: String,
    },
    /// Days, weeks, months and years aren't divided: "1.5 days".
    Divided {
        /// As it was typed.
        typed: String,
    },
    /// The day or the month could be first: "2/3/2027".
    DayOrMonth {
        /// As it was typed.
        typed: String,
    },
    /// It lacks the year that would make it a date: "31/12".
    NoYear {
        /// As it was typed.
        typed: String,
    },
    /// Its year has two digits, and so have day and month: "31/12/27".
    ShortYear {
        /// As it was typed.
        typed: String,
    },
    /// The date is another day of the week.
    OtherWeekday {
        /// The date.
        date: Date,
    },
    /// It names a time zone.
    Zone {
        /// As it was typed.
        typed: String,
    },
    /// It is no time at all: "soon".
    NoTime {
        /// As it was typed.
        typed: String,
    },
}

/// Finds the first fault of the time at the end; returns the place of that time among the words, too.
pub(super) fn find(text: &str, words: &[Word]) -> Option<(usize, Wrong)> {
    let first = words.len().saturating_sub(MOST_WORDS);
    let (mut pieces, mut faults) = (Repaired::of(words, first), Vec::new());
    while faults.len() < MOST_FAULTS
        && let Some((from, to, fix)) = pieces.repair()
    {
        faults.push((from, fix.named(typed(text, words, from, to))));
    }
    let repaired = pieces.words(words, first);
    let (at, when) = phrase::last(&repaired).filter(|(at, _)| !is_in_doubt(words, &repaired, *at))?;
    let has_any = |word: &usize| repaired.get(at..*word).is_some_and(|before| !pieces_of(before).is_empty());
    let mut faults = faults.into_iter().filter(|(word, _)| *word >= at);
    let (_, wrong) = faults.find(|(word, wrong)| has_any(word) || !matches!(wrong, Some(Wrong::Zone { .. })))?;
    Some((at, wrong.or_else(|| other_weekday(&when))?))
}

fn is_in_doubt(words: &[Word], repaired: &[Word], at: usize) -> bool {
    words.get(..at).zip(repaired.get(at..)).is_none_or(|(before, phrase)| unclear::before(before, phrase))
}

/// The weekday was taken away before the date.
fn other_weekday(when: &When) -> Option<Wrong> {
    match when {
        When::On { day: Day::Date(date), .. } | When::Midnight { day: Day::Date(date) } => {
            Some(Wrong::OtherWeekday { date: *date })
        }
        _ => None,
    }
}

/// The words as they were typed, without marks around them.
fn typed(text: &str, words: &[Word], from: usize, to: usize) -> String {
    let start = words.get(from).map_or(text.len(), |word| word.start);
    let end = words.get(to).map_or(text.len(), |word| word.start);
    let typed = text.get(start..end).unwrap_or_default();
    typed.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '.' | ':' | '!' | '?')).to_owned()
}

/// The pieces of the last words with faults put right, each with the word it belongs to.
struct Repaired {
    pieces: Vec<(usize, String)>,
}

impl Repaired {
    fn of(words: &[Word], first: usize) -> Self {
        let words = words.iter().enumerate().skip(first);
        let pieces = words.flat_map(|(at, word)| {
            pieces_of(std::slice::from_ref(word)).into_iter().map(move |piece| (at, piece.to_owned()))
        });
        Self { pieces: pieces.collect() }
    }

    /// Puts the first fault right; returns the first word of it, the word after it, and what it was.
    fn repair(&mut self) -> Option<(usize, usize, Fix)> {
        let pieces: Vec<&str> = self.pieces.iter().map(|(_, piece)| piece.as_str()).collect();
        let (at, fix) = (0..pieces.len()).find_map(|at| Some((at, self.fix(&pieces, at)?)))?;
        let word = self.word(at)?;
        let last = self.word(at + fix.shown.saturating_sub(1))?;
        let instead: Vec<_> = fix.instead.iter().map(|piece| (word, (*piece).to_owned())).collect();
        self.pieces.splice(at..at + fix.length, instead);
        Some((word, last + 1, fix))
    }

    fn fix(&self, pieces: &[&str], at: usize) -> Option<Fix> {
        let rest = pieces.get(at..)?;
        let word = self.word(at);
        let within = self.pieces.iter().skip(at).take_while(|(of, _)| Some(*of) == word).count();
        let is_start = at.checked_sub(1).is_none_or(|before| self.word(before) != word);
        faults::at(rest, within, is_start)
    }

    fn word(&self, at: usize) -> Option<usize> {
        self.pieces.get(at).map(|(word, _)| *word)
    }

    /// All words, the last of them as they were put right.
    fn words(self, words: &[Word], first: usize) -> Vec<Word> {
        let mut repaired: Vec<Word> = words.to_vec();
        for word in repaired.iter_mut().skip(first) {
            word.pieces.clear();
        }
        for (at, piece) in self.pieces {
            if let Some(word) = repaired.get_mut(at) {
                word.pieces.push(piece);
            }
        }
        repaired
    }
}
