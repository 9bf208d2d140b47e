//! What somebody means who has typed the first letters: the conversations that a search field offers.
//! People misspell names, and remember numbers in parts.

use std::cmp::Reverse;

use jiff::Timestamp;

use crate::domain::conversation::{Conversation, Status};
use crate::domain::lookup::names::folded;
use crate::domain::list::{FEWEST_DIGITS, Known, digits};
use crate::domain::route::Route;

/// How alike a misspelt word must be to a word of the name (0 nothing alike, 1 the same).
const ALIKE: f64 = 0.88;

/// Shorter words are too easily alike.
const LONG_ENOUGH: usize = 4;

/// How well a conversation fits; greater is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Misspelt,
    Inside,
    Start,
    Whole,
}

/// The conversations that fit best what was typed, at most `most`: those of the shared number whose cards
/// come to the channel (`here`) first, then open ones, then the most recently active. Nothing typed fits
/// everything.
pub fn suggest<'a>(
    all: impl Iterator<Item = &'a Known>,
    typed: &str,
    here: Option<&Route>,
    most: usize,
) -> Vec<&'a Conversation> {
    let wanted = folded(typed);
    let words: Vec<_> = wanted.split(' ').filter(|word| !word.is_empty()).collect();
    let number = digits(typed);
    let fit = |known: &'a Known| Some((fit(known, &words, &wanted, &number)?, &known.conversation));
    let mut found: Vec<_> = all.filter_map(fit).collect();
    let rank = |(fit, conversation): &(Fit, &Conversation)| {
        let at = conversation.last_activity.as_ref().map_or(Timestamp::MIN, |last| last.at);
        let near = here.is_some_and(|route| route.takes(conversation.line.as_ref()));
        Reverse((*fit, near, conversation.status == Status::Open, at))
    };
    // Most of what was found is not shown, and need not be sorted.
    if found.len() > most {
        found.select_nth_unstable_by(most, |one, other| rank(one).cmp(&rank(other)));
        found.truncate(most);
    }
    found.sort_by(|one, other| rank(one).cmp(&rank(other)).then_with(|| one.1.id.cmp(&other.1.id)));
    found.into_iter().map(|(_, conversation)| conversation).collect()
}

fn fit(known: &Known, words: &[&str], wanted: &str, number: &str) -> Option<Fit> {
    if words.is_empty() {
        return Some(Fit::Inside);
    }
    if number.len() >= FEWEST_DIGITS && known.digits.contains(number) {
        return Some(if known.digits.ends_with(number) { Fit::Start } else { Fit::Inside });
    }
    if known.conversation.id.as_str().eq_ignore_ascii_case(wanted) || known.names == wanted {
        return Some(Fit::Whole);
    }
    words.iter().map(|word| word_fits(&known.names, word)).min().flatten()
}

/// How a word fits a name, if it does. (Nothing is less than anything.)
fn word_fits(names: &str, word: &str) -> Option<Fit> {
    let inside = names.match_indices(word).map(|(at, _)| {
        let starts = names.get(..at).is_some_and(|before| !before.ends_with(char::is_alphanumeric));
        if starts { Fit::Start } else { Fit::Inside }
    });
    inside.max().or_else(|| {
        let alike = |name: &str| name.len() >= LONG_ENOUGH && strsim::jaro_winkler(name, word) >= ALIKE;
        (word.len() >= LONG_ENOUGH && names.split(' ').any(alike)).then_some(Fit::Misspelt)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::conversation::Contact;
    use crate::ids::ConversationId;

    fn known(name: &str, phone: &str, status: Status) -> Known {
        Known::of(Conversation {
            id: ConversationId::new(name),
            status,
            read: None,
            snoozed_until: None,
            owner: None,
            contact: Contact { name: Some(name.into()), company: None, phone: phone.into() },
            line: None,
            last_activity: None,
            last_note: None,
        })
    }

    #[test]
    fn offers_what_was_meant() {
        let all = [
            known("Ana Lima", "+14155550101", Status::Open),
            known("Diana Okafor", "+14155550103", Status::Open),
            known("José García", "+4930901820", Status::Open),
            known("Anatol Done", "+14155550199", Status::Done),
        ];
        for (typed, expected) in [
            ("ana", vec!["Ana Lima", "Anatol Done", "Diana Okafor"]),
            ("ana l", vec!["Ana Lima", "Anatol Done"]),
            ("garcia", vec!["José García"]),
            ("gracia", vec!["José García"]),
            ("okaffor", vec!["Diana Okafor"]),
            ("(415) 555-01 03", vec!["Diana Okafor"]),
            ("0199", vec!["Anatol Done"]),
            ("zzz", vec![]),
        ] {
            let found: Vec<_> = suggest(all.iter(), typed, None, 9).iter().map(|found| found.title()).collect();
            assert_eq!(found, expected, "{typed}");
        }
        assert_eq!(suggest(all.iter(), "", None, 2).len(), 2, "nothing typed");
    }
}
