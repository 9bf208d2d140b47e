//! The known conversations that the words of a command are matched against.

use std::collections::BTreeSet;

use crate::core::conversation::{Conversation, Status};
use crate::core::ids::ConversationId;
use crate::core::known_conversation::KnownConversation;
use crate::core::names::{How, Strength, are_misspelt, how, is_misspelt, strength};
use crate::core::phone::written::WrittenNumber;
use crate::core::phone::{Fit, HomeCountries};

/// The known conversations of a team.
pub struct Book<'a> {
    all: Vec<&'a KnownConversation>,
    home: HomeCountries,
}

/// The conversations that a number or name fits best.
#[derive(Clone, Debug)]
pub struct BestMatches<'a, By> {
    /// The quality of the fit.
    pub by: By,
    /// The conversations, most recently active first.
    pub conversations: Vec<&'a Conversation>,
}

impl<'a> Book<'a> {
    /// Returns a book of these conversations, with the home countries of their shared numbers.
    pub fn of(all: impl IntoIterator<Item = &'a KnownConversation>) -> Self {
        let all: Vec<_> = all.into_iter().collect();
        Self { home: home_of(all.iter().copied()), all }
    }

    /// Returns the conversation with this id, in upper or lower case.
    pub(crate) fn by_id(&self, id: &str) -> Option<&'a Conversation> {
        let has = |known: &&&'a KnownConversation| known.conversation.id.as_str().eq_ignore_ascii_case(id);
        self.all.iter().find(has).map(|known| &known.conversation)
    }

    /// Finds the conversations whose contacts' numbers fit a number best, and says whether the extension is the same.
    /// Of several contacts with the same number, the one with the same extension wins.
    pub fn by_number(&self, number: &WrittenNumber) -> Option<BestMatches<'a, (Fit, bool)>> {
        let matcher = number.against(&self.home);
        let fit = |phone: &str| Some((matcher.fit(phone)?, matcher.has_same_extension(phone)));
        let found = best(self.all.iter().filter_map(|known| Some((fit(&known.conversation.contact.phone)?, *known))))?;
        Some(BestMatches { by: found.by, conversations: found.conversations })
    }

    /// Finds the conversations whose contacts a [folded](crate::core::text) phrase names by full name, part of a name
    /// or whole company. Only the strongest matches are returned.
    pub(crate) fn by_name(&self, phrase: &str) -> Option<BestMatches<'a, Strength>> {
        let fit = |known: &KnownConversation| strength(phrase, &known.name).max(whole_company(phrase, &known.company));
        best(self.all.iter().filter_map(|known| Some((fit(known)?, *known))))
    }

    /// Returns the conversations that a [folded](crate::core::text) phrase may mean, best first. It accepts parts of
    /// words, misspellings and single words of a company.
    pub fn offered(&self, phrase: &str) -> Vec<&'a Conversation> {
        let fit = |known: &KnownConversation| {
            let how = how(phrase, &known.names);
            let misspelt = || is_misspelt(phrase, &known.names) || are_misspelt(phrase, &known.names);
            if how == How::Nothing && misspelt() { How::Misspelt } else { how }
        };
        let fits = self.all.iter().map(|known| (fit(known), *known));
        let mut found: Vec<_> = fits.filter(|(how, _)| *how != How::Nothing).collect();
        found.sort_by(|one, other| {
            let rank =
                |(how, known): &(How, &KnownConversation)| (*how, known.conversation.status != Status::Done, at(known));
            rank(other).cmp(&rank(one)).then_with(|| one.1.conversation.id.cmp(&other.1.conversation.id))
        });
        found.into_iter().map(|(_, known)| &known.conversation).collect()
    }

    /// Returns the conversations with these ids in their order, without those that the book doesn't have.
    pub fn those(&self, ids: &[ConversationId]) -> Vec<&'a Conversation> {
        ids.iter().filter_map(|id| self.by_id(id.as_str())).collect()
    }
}

/// Returns the countries of the shared numbers that conversations belong to.
pub(crate) fn home_of<'a>(all: impl Iterator<Item = &'a KnownConversation>) -> HomeCountries {
    let shared: BTreeSet<_> = all.filter_map(|known| Some(known.conversation.line.as_ref()?.number.as_str())).collect();
    HomeCountries::of(shared)
}

fn at(known: &KnownConversation) -> jiff::Timestamp {
    known.conversation.last_activity.as_ref().map_or(jiff::Timestamp::MIN, |last| last.at)
}

fn whole_company(phrase: &str, company: &str) -> Option<Strength> {
    strength(phrase, company).filter(|strength| *strength == Strength::Full)
}

/// Returns the best fits, most recently active first.
fn best<'a, By: Ord + Copy>(fits: impl Iterator<Item = (By, &'a KnownConversation)>) -> Option<BestMatches<'a, By>> {
    let mut found: Option<(By, Vec<&'a KnownConversation>)> = None;
    for (by, known) in fits {
        match &mut found {
            Some((best, _)) if by < *best => {}
            Some((best, all)) if by == *best => all.push(known),
            _ => found = Some((by, vec![known])),
        }
    }
    let (by, mut all) = found?;
    all.sort_by_key(|known| std::cmp::Reverse(at(known)));
    Some(BestMatches { by, conversations: all.into_iter().map(|known| &known.conversation).collect() })
}
