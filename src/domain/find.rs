//! dialnote's list cannot be searched (contracts/dialnote.md, Calls), so the search is ours: read
//! conversations page by page, keep what fits, and say at the end which one is meant.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::conversation::{Conversation, Which};
use crate::domain::phone::WrittenNumber;
use crate::ids::ConversationId;

/// More words than this never belong to a contact's name.
const MOST_NAME_WORDS: usize = 6;

/// Fewer letters than this would fit half the contacts.
const FEWEST_LETTERS: usize = 2;

/// A search under way: feed it conversations with [`Search::look_at`], then ask for the result.
#[derive(Debug)]
pub struct Search {
    asked: Asked,
    best: Fit,
    matches: Vec<Conversation>,
    seen: HashSet<ConversationId>,
}

#[derive(Debug)]
enum Asked {
    Number(WrittenNumber),
    /// Leading words of a text, longest first; each with what follows it.
    Names(Vec<(String, String)>),
}

/// How well a conversation fits; greater is better. First by the number of leading words that
/// belong to the name, then by how they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    words: usize,
    how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    Nothing,
    InsideAWord,
    StartOfAWord,
    WholeWords,
    WholeName,
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Exactly one, and the note that followed its name.
    One(Box<Conversation>, String),
    /// Several fit equally well. Most recently active first.
    Several(Vec<Conversation>, String),
    /// None.
    Nothing,
}

impl Search {
    /// A search for what `which` names, with the words that name it; or the id, if it is named by that.
    pub fn new(which: &Which) -> Result<(String, Self), ConversationId> {
        let (words, asked) = match which {
            Which::Id(id) => return Err(id.clone()),
            // Not looked for by words.
            Which::MyLast | Which::AllMine | Which::AllOf(_) => (String::new(), Asked::Names(Vec::new())),
            Which::Number(number) => (number.to_string(), Asked::Number(number.clone())),
            Which::Name(name) => (name.clone(), Asked::Names(vec![(folded(name), String::new())])),
            Which::NameThenNote(text) => (text.clone(), Asked::Names(leading_words(text))),
        };
        Ok((
            words,
            Self { asked, best: Fit { words: 0, how: How::Nothing }, matches: Vec::new(), seen: HashSet::new() },
        ))
    }

    /// Considers a page of conversations. Answers how many of them were new.
    pub fn look_at(&mut self, conversations: Vec<Conversation>) -> usize {
        let before = self.seen.len();
        for conversation in conversations {
            if !self.seen.insert(conversation.id.clone()) {
                continue;
            }
            let fit = self.asked.fit(&conversation);
            if fit.how == How::Nothing || fit < self.best {
                continue;
            }
            if fit > self.best {
                self.best = fit;
                self.matches.clear();
            }
            self.matches.push(conversation);
        }
        self.seen.len() - before
    }

    /// How many conversations were considered.
    pub fn looked_at(&self) -> usize {
        self.seen.len()
    }

    /// Whether reading on cannot change the answer: a contact has one conversation
    /// (contracts/dialnote.md), so a full number found is found for good.
    pub fn is_settled(&self) -> bool {
        matches!(&self.asked, Asked::Number(number) if number.is_complete()) && !self.matches.is_empty()
    }

    /// What was found among everything looked at.
    pub fn result(mut self) -> Found {
        let note = self.asked.note_after(self.best.words);
        match self.matches.len() {
            0 => Found::Nothing,
            1 => Found::One(Box::new(self.matches.remove(0)), note),
            _ => Found::Several(self.matches, note),
        }
    }
}

impl Asked {
    fn fit(&self, conversation: &Conversation) -> Fit {
        let nothing = Fit { words: 0, how: How::Nothing };
        match self {
            Self::Number(number) if number.matches(&conversation.contact.phone) => {
                Fit { words: 1, how: How::WholeName }
            }
            Self::Number(_) => nothing,
            Self::Names(candidates) => {
                let Some(name) = conversation.contact.name.as_deref().map(folded) else { return nothing };
                let fits = candidates
                    .iter()
                    .map(|(wanted, _)| Fit { words: wanted.split(' ').count(), how: how(wanted, &name) })
                    .filter(|fit| fit.how != How::Nothing);
                fits.max().unwrap_or(nothing)
            }
        }
    }

    fn note_after(&self, words: usize) -> String {
        let Self::Names(candidates) = self else { return String::new() };
        let used = candidates.iter().find(|(wanted, _)| wanted.split(' ').count() == words);
        used.map(|(_, note)| note.clone()).unwrap_or_default()
    }
}

/// How well a name fits what is wanted, both [`folded`].
pub(super) fn how(wanted: &str, name: &str) -> How {
    if wanted.chars().filter(|c| c.is_alphanumeric()).count() < FEWEST_LETTERS {
        return How::Nothing;
    }
    if wanted == name {
        return How::WholeName;
    }
    let starts_a_word = |at: usize| name.get(..at).is_some_and(|before| !before.ends_with(char::is_alphanumeric));
    let ends_a_word = |at: usize| name.get(at..).is_some_and(|after| !after.starts_with(char::is_alphanumeric));
    name.match_indices(wanted)
        .map(|(at, hit)| match (starts_a_word(at), ends_a_word(at + hit.len())) {
            (true, true) => How::WholeWords,
            (true, false) => How::StartOfAWord,
            (false, _) => How::InsideAWord,
        })
        .max()
        .unwrap_or(How::Nothing)
}

/// "ana lima wants a call" → (ana lima wants a call, ""), …, (ana lima, "wants a call"), (ana, "lima wants …").
fn leading_words(text: &str) -> Vec<(String, String)> {
    let ends = text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(i, _)| i).chain([text.len()]);
    let mut splits: Vec<_> = ends
        .filter_map(|end| text.split_at_checked(end))
        .map(|(name, note)| (folded(name.trim_end_matches([',', ':', ';', '-', '–'])), note.trim().to_owned()))
        .filter(|(name, _)| !name.is_empty() && name.split(' ').count() <= MOST_NAME_WORDS)
        .collect();
    splits.dedup_by(|later, earlier| later.0 == earlier.0);
    splits.reverse();
    splits
}

/// Lower case, without accents, single spaces: "José  LIMA" becomes "jose lima".
pub fn folded(text: &str) -> String {
    let bare: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>().to_lowercase();
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::conversation::{Contact, Status};

    fn contacts() -> Vec<Conversation> {
        let named = ["Ana Lima", "Diana Prince", "Robert Hall", "Robert Ng", "José García", "Max Lima"];
        named.iter().enumerate().map(|(i, name)| conversation(i, Some(name))).chain([conversation(9, None)]).collect()
    }

    fn conversation(i: usize, name: Option<&str>) -> Conversation {
        Conversation {
            read: None,
            snoozed_until: None,
            id: ConversationId::new(format!("c{i}")),
            status: Status::Open,
            owner: None,
            contact: Contact { name: name.map(str::to_owned), company: None, phone: format!("+1415555010{i}") },
            line: None,
            last_activity: None,
            last_note: None,
        }
    }

    fn search(which: &Which) -> Found {
        let Ok((_, mut search)) = Search::new(which) else { unreachable!("not an id") };
        search.look_at(contacts());
        search.result()
    }

    fn ids(found: &Found) -> (Vec<&str>, &str) {
        match found {
            Found::One(one, note) => (vec![one.id.as_str()], note),
            Found::Several(several, note) => (several.iter().map(|c| c.id.as_str()).collect(), note),
            Found::Nothing => (vec![], ""),
        }
    }

    #[test]
    fn the_name_ends_where_contacts_end() {
        for (text, expected, note) in [
            ("ana wants a call", vec!["c0"], "wants a call"),
            ("Ana Lima, wants a call", vec!["c0"], "wants a call"),
            ("ANA  LIMA", vec!["c0"], ""),
            ("jose garcia", vec!["c4"], ""),
            ("garc now", vec!["c4"], "now"),
            ("lima", vec!["c0", "c5"], ""),
            ("robert please", vec!["c2", "c3"], "please"),
            ("robert ng please", vec!["c3"], "please"),
            ("ian first", vec!["c1"], "first"),
            ("nobody", vec![], ""),
            ("a", vec![], ""),
        ] {
            let found = search(&Which::NameThenNote(text.to_owned()));
            assert_eq!(ids(&found), (expected, note), "{text}");
        }
    }

    #[test]
    fn a_quoted_name_must_fit_as_a_whole() {
        assert_eq!(ids(&search(&Which::Name("ana lima".into()))).0, ["c0"]);
        assert_eq!(search(&Which::Name("ana wants".into())), Found::Nothing);
    }

    #[test]
    fn a_number_settles_the_search() {
        let which = WrittenNumber::parse("415 555 0102").map(Which::Number);
        assert_eq!(which.as_ref().map(|which| ids(&search(which)).0.len()), Some(1));
    }
}
