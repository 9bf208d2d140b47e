//! Colleagues: the people of a team by the names that others call them.

use serde::{Deserialize, Serialize};

use crate::core::ids::SlackUserId;
use crate::core::names::folded;

/// The least similarity of a misspelt name (0 nothing alike, 1 the same).
const NAME_SIMILARITY: f64 = 0.84;

/// The fewest letters of the beginning of a name, because shorter ones begin half the names.
const FEWEST_LETTERS: usize = 2;

/// A Slack user with the names by which colleagues may call them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// The user.
    pub user: SlackUserId,
    /// The display name.
    pub display: String,
    /// The full name.
    pub full: String,
    /// The email address, if known.
    pub email: Option<String>,
}

impl Colleague {
    /// Answers whether a [`folded`] phrase is one of the person's names.
    pub fn is_named(&self, phrase: &str) -> bool {
        folded(&self.display) == phrase || folded(&self.full) == phrase
    }

    /// Answers whether a [`folded`] phrase may mean this person: it begins a word of a name, or nearly is one.
    pub(crate) fn is_nearly(&self, phrase: &str) -> bool {
        let names = [folded(&self.display), folded(&self.full)];
        let words = || names.iter().flat_map(|name| name.split(' ').chain([name.as_str()]));
        let begins = phrase.chars().count() >= FEWEST_LETTERS && words().any(|word| word.starts_with(phrase));
        let one_slip = |word: &str| phrase.chars().count() > FEWEST_LETTERS && strsim::osa_distance(word, phrase) == 1;
        begins || words().any(|word| one_slip(word) || strsim::jaro_winkler(word, phrase) >= NAME_SIMILARITY)
    }
}
