//! Finds the fault of an invalid time: "25:00", "Feb 30", "-2h". The fault is replaced by something valid. If the
//! result is a phrase, a time was meant.

mod faults;

use faults::Fix;

use crate::core::when::model::{Day, When, Wrong};
use crate::core::when::phrase;
use crate::core::when::words::{Word, pieces_of};

/// The most faults that are looked for in one phrase.
const MOST_FAULTS: usize = 4;

/// The most words that are examined, counted from the end.
const MOST_WORDS: usize = 16;

/// Finds the first fault of the time at the end, and returns it with the position of that time among the words.
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

/// Finds two times at the end that don't form one, and returns them with the position of the first among the words.
pub(crate) fn two(text: &str, words: &[Word]) -> Option<(usize, Wrong)> {
    let (second, _) = phrase::last(words)?;
    let before = words.get(..second)?;
    let (first, when) = phrase::last(before)?;
    let (named, phrase) = before.split_at_checked(first)?;
    let is_clear = !phrase::is_unclear_before(named, phrase) && !phrase::is_contact(named, phrase, &when);
    is_clear.then(|| (first, Wrong::Two { typed: typed(text, words, first, words.len()) }))
}

fn is_in_doubt(words: &[Word], repaired: &[Word], at: usize) -> bool {
    words.get(..at).zip(repaired.get(at..)).is_none_or(|(before, phrase)| phrase::is_unclear_before(before, phrase))
}

/// Reports a date whose weekday was removed because it contradicted the date.
fn other_weekday(when: &When) -> Option<Wrong> {
    match when {
        When::On { day: Day::Date(date), .. } | When::Midnight { day: Day::Date(date) } => {
            Some(Wrong::OtherWeekday { date: *date })
        }
        _ => None,
    }
}

/// Returns words as typed, without punctuation around them.
fn typed(text: &str, words: &[Word], from: usize, to: usize) -> String {
    let start = words.get(from).map_or(text.len(), |word| word.start);
    let end = words.get(to).map_or(text.len(), |word| word.start);
    let typed = text.get(start..end).unwrap_or_default();
    typed.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '.' | ':' | '!' | '?')).to_owned()
}

/// The pieces of the last words after the repair of faults, each with the word it belongs to.
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

    /// Repairs the first fault. Returns its first word, the word after it, and the fix.
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

    /// Returns all words, the last of them repaired.
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
