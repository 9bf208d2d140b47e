//! Suggestions for a search field: the conversations that match the letters typed so far. People misspell names, and
//! remember only parts of numbers.

use std::cmp::Reverse;

use jiff::Timestamp;

use crate::core::conversation::{Conversation, Status};
use crate::core::known_conversation::KnownConversation;
use crate::core::phone::HomeCountries;
use crate::core::route::Route;
use crate::core::search::{Rank, Search};

/// Returns at most `most` conversations, the best matches first. Equally good ones are sorted: first those whose
/// cards come to the channel (`here`), then open ones, then the most recently active. An empty text matches
/// everything.
pub(crate) fn suggest<'a>(
    all: impl Iterator<Item = &'a KnownConversation>,
    typed: &str,
    home: &HomeCountries,
    here: Option<&Route>,
    most: usize,
) -> Vec<&'a Conversation> {
    let search = Search::new(typed, home);
    let mut found: Vec<_> = all.filter_map(|known| Some((search.rank(known)?, &known.conversation))).collect();
    let rank = |(rank, conversation): &(Rank, &Conversation)| {
        let at = conversation.last_activity.as_ref().map_or(Timestamp::MIN, |last| last.at);
        let near = here.is_some_and(|route| route.takes(conversation.line.as_ref()));
        Reverse((*rank, near, conversation.status == Status::Open, at))
    };
    // Most of the matches are not shown, and need not be sorted.
    if found.len() > most {
        found.select_nth_unstable_by(most, |one, other| rank(one).cmp(&rank(other)));
        found.truncate(most);
    }
    found.sort_by(|one, other| rank(one).cmp(&rank(other)).then_with(|| one.1.id.cmp(&other.1.id)));
    found.into_iter().map(|(_, conversation)| conversation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::conversation::Contact;
    use crate::core::ids::ConversationId;

    fn known(name: &str, phone: &str, status: Status) -> KnownConversation {
        KnownConversation::of(Conversation {
            id: ConversationId::new(name),
            status,
            read: None,
            snoozed_until: None,
            owner: None,
            contact: Contact { name: Some(name.into()), company: None, phone: phone.into() },
            line: None,
            last_activity: None,
            last_note: None,
            status_word: None,
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
            let found: Vec<_> = suggest(all.iter(), typed, &HomeCountries::default(), None, 9)
                .iter()
                .map(|found| found.title())
                .collect();
            assert_eq!(found, expected, "{typed}");
        }
        assert_eq!(suggest(all.iter(), "", &HomeCountries::default(), None, 2).len(), 2, "nothing typed");
    }
}
