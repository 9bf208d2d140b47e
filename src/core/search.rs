//! Matches the words of a search field or a list against the known conversations. A search finds everything that a
//! command finds, and much that a command would ask about.

use crate::core::known_conversation;
use crate::core::known_conversation::KnownConversation;
use crate::core::names::{folded, is_misspelt};
use crate::core::phone::written::WrittenNumber;
use crate::core::phone::{Fit, HomeCountries, Matcher};

/// The fewest digits to search for, because shorter ones occur in half the numbers.
const FEWEST_DIGITS: usize = 3;

/// The quality with which a conversation fits a search; greater is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The searched words are nearly words of the conversation.
    Misspelt,
    /// They occur inside its words, or inside its number.
    Inside,
    /// They begin its words, or end its number.
    Start,
    /// They are its whole name, number or id.
    Whole,
}

/// A search among the known conversations.
pub struct Search {
    wanted: String,
    words: Vec<String>,
    digits: String,
    number: Option<Matcher>,
}

impl Search {
    /// Returns a search for these words, with numbers read as in the `home` countries. An empty search fits everything.
    pub fn new(typed: &str, home: &HomeCountries) -> Self {
        let wanted = folded(typed);
        let words = wanted.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let number = WrittenNumber::parse(typed.trim()).map(|number| number.against(home));
        Self { words, digits: known_conversation::digits(typed), number, wanted }
    }

    /// Returns how well a conversation fits, or `None` if it doesn't.
    pub fn rank(&self, known: &KnownConversation) -> Option<Rank> {
        if self.words.is_empty() {
            return Some(Rank::Inside);
        }
        let is_whole = known.name == self.wanted || known.company == self.wanted || known.names == self.wanted;
        if is_whole || known.conversation.id.as_str().eq_ignore_ascii_case(&self.wanted) {
            return Some(Rank::Whole);
        }
        self.by_number(known).or_else(|| self.words.iter().map(|word| word_fits(&known.names, word)).min().flatten())
    }

    fn by_number(&self, known: &KnownConversation) -> Option<Rank> {
        match self.number.as_ref().and_then(|number| number.fit(&known.conversation.contact.phone)) {
            Some(Fit::Line) => return Some(Rank::Whole),
            Some(Fit::Ending | Fit::LastDigits) => return Some(Rank::Start),
            None => {}
        }
        let is_inside = self.digits.len() >= FEWEST_DIGITS && known.digits.contains(&self.digits);
        is_inside.then(|| if known.digits.ends_with(&self.digits) { Rank::Start } else { Rank::Inside })
    }
}

/// Returns how well a word fits a name, or `None` if it doesn't. (`None` is less than any rank.)
fn word_fits(names: &str, word: &str) -> Option<Rank> {
    let inside = names.match_indices(word).map(|(at, _)| {
        let starts = names.get(..at).is_some_and(|before| !before.ends_with(char::is_alphanumeric));
        if starts { Rank::Start } else { Rank::Inside }
    });
    inside.max().or_else(|| is_misspelt(word, names).then_some(Rank::Misspelt))
}
