//! Lists of conversations: the queries, and the conversations that match them. dialnote's own list can neither be
//! counted nor searched (docs/contracts/dialnote.md, Calls). The lists are therefore made here, from the snapshots of
//! all conversations.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::conversation::{Conversation, Status};
use crate::core::ids::{ConversationId, MemberId, SlackUserId};
use crate::core::known_conversation::KnownConversation;
use crate::core::phone::HomeCountries;
use crate::core::search::{Rank, Search};
use crate::core::typed::TypedWord;
use crate::core::{text, typed};

/// The number of conversations on a page. More rows with their controls are hard to read, and a message has 50 blocks
/// (docs/contracts/slack.md §11).
pub(crate) const LIST_PAGE_SIZE: usize = 6;

/// The longest text to search for, in characters. Every button of the list carries the text.
const LONGEST_TEXT: usize = 80;

/// The conversations that a list shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// The requester's own, not done.
    Mine,
    /// Open and unassigned.
    Unassigned,
    /// Open and unread in dialnote.
    Unread,
    /// Open and read in dialnote.
    Read,
    /// Done.
    Done,
    /// Snoozed.
    Snoozed,
    /// All.
    All,
    /// A person's own, not done.
    Person(SlackUserId),
    /// This one alone.
    Only(ConversationId),
}

/// The filters that are offered, in this order, with their names.
pub(crate) const FILTERS: [(Filter, &str); 7] = [
    (Filter::Mine, "mine"),
    (Filter::Unassigned, "unassigned"),
    (Filter::Unread, "unread"),
    (Filter::Read, "read"),
    (Filter::Done, "done"),
    (Filter::Snoozed, "snoozed"),
    (Filter::All, "all"),
];

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// The filter.
    #[serde(rename = "f")]
    pub filter: Filter,
    /// The words to find in the contact's name, number or company; empty if all match.
    #[serde(rename = "t", default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The page, from 0.
    #[serde(rename = "p", default, skip_serializing_if = "is_first")]
    pub page: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_first(page: &usize) -> bool {
    *page == 0
}

impl Query {
    /// Returns a query for the first page of a filter.
    pub fn of(filter: Filter) -> Self {
        Self { filter, text: String::new(), page: 0 }
    }

    /// Returns a query for a page of a filter, with words to search for.
    pub(crate) fn search(filter: Filter, words: &str, page: usize) -> Self {
        let text = text::beginning(typed::as_typed(words).trim_matches(is_around), LONGEST_TEXT).to_owned();
        Self { filter, text, page }
    }

    /// Reads the text after `/inbox`: a filter or a person, then words to search for, all optional. Words alone are
    /// searched for in all conversations.
    pub fn parse(text: &str) -> Self {
        let (filter, rest) = match typed::first(text) {
            None => return Self::of(Filter::Mine),
            Some((TypedWord::Person(user), rest)) => (Filter::Person(user), rest),
            Some((TypedWord::Plain(word) | TypedWord::Quoted(word), rest)) => match named(word) {
                Some(filter) => (filter, rest),
                None => (Filter::All, text),
            },
            Some(_) => (Filter::All, text),
        };
        Self::search(filter, rest, 0)
    }
}

/// Answers whether a character surrounds words rather than belonging to them.
fn is_around(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | ',' | ';' | ':' | '.' | '?' | '!')
}

fn named(word: &str) -> Option<Filter> {
    let word = word.trim_matches(is_around).to_lowercase();
    if matches!(word.as_str(), "me" | "@me" | "my") {
        return Some(Filter::Mine);
    }
    Filter::named(&word)
}

/// A page of a list, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<'a> {
    /// The conversations of the page.
    pub rows: Vec<&'a Conversation>,
    /// The number of conversations in the list.
    pub found: usize,
    /// The page that is shown, from 0: the last one, if the list is shorter than the query assumed.
    pub page: usize,
    /// The number of conversations that match each of [`FILTERS`], whatever the search text.
    pub counts: [usize; FILTERS.len()],
}

/// Lists the conversations that match a query, for a team at `home`. `me` is the requester's member and `person` the
/// filter's, if they are linked. Misspelled words count only if no conversation matches otherwise.
pub fn select<'a>(
    all: impl Iterator<Item = &'a KnownConversation>,
    query: &Query,
    home: &HomeCountries,
    me: Option<&MemberId>,
    person: Option<&MemberId>,
) -> Listing<'a> {
    let search = Search::new(&query.text, home);
    let mut counts = [0; FILTERS.len()];
    let (mut found, mut nearly) = (Vec::new(), Vec::new());
    for known in all {
        let conversation = &known.conversation;
        for (count, (filter, _)) in counts.iter_mut().zip(&FILTERS) {
            *count += usize::from(filter.takes(conversation, me, None));
        }
        if !query.filter.takes(conversation, me, person) {
            continue;
        }
        match search.rank(known) {
            Some(Rank::Misspelt) => nearly.push(conversation),
            Some(_) => found.push(conversation),
            None => {}
        }
    }
    if found.is_empty() {
        found = nearly;
    }
    sort(&mut found, &query.filter);
    let pages = found.len().div_ceil(LIST_PAGE_SIZE).max(1);
    let page = query.page.min(pages - 1);
    Listing {
        rows: found.iter().skip(page * LIST_PAGE_SIZE).take(LIST_PAGE_SIZE).copied().collect(),
        found: found.len(),
        page,
        counts,
    }
}

impl Filter {
    /// Returns the filter with this name, if it is offered by one.
    pub(crate) fn named(name: &str) -> Option<Self> {
        FILTERS.iter().find(|(_, known)| *known == name).map(|(filter, _)| filter.clone())
    }

    fn takes(&self, conversation: &Conversation, me: Option<&MemberId>, person: Option<&MemberId>) -> bool {
        let open = conversation.status == Status::Open;
        let owned_by = |member: Option<&MemberId>| member.is_some_and(|member| conversation.is_owned_by(member));
        match self {
            Self::Mine => conversation.is_pending() && owned_by(me),
            Self::Person(_) => conversation.is_pending() && owned_by(person),
            Self::Unassigned => open && conversation.owner.is_none(),
            Self::Unread => open && conversation.read == Some(false),
            Self::Read => open && conversation.read == Some(true),
            Self::Done => conversation.status == Status::Done,
            Self::Snoozed => conversation.status == Status::Snoozed,
            Self::All => true,
            Self::Only(id) => conversation.id == *id,
        }
    }
}

/// Sorts unassigned conversations by last activity, oldest first, because they are worked on in that order. Snoozed
/// ones are sorted by the end of the snooze, all others by last activity, newest first.
fn sort(found: &mut [&Conversation], filter: &Filter) {
    let at = |one: &Conversation| one.last_activity.as_ref().map_or(Timestamp::MIN, |last| last.at);
    let back = |one: &Conversation| one.snoozed_until.unwrap_or(Timestamp::MAX);
    found.sort_unstable_by(|one, other| {
        let order = match filter {
            Filter::Unassigned => at(one).cmp(&at(other)),
            Filter::Snoozed => back(one).cmp(&back(other)),
            _ => at(other).cmp(&at(one)),
        };
        order.then_with(|| one.id.cmp(&other.id))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::conversation::{Activity, ActivityKind, Contact, Owner};

    fn conversation(id: &str, owner: Option<&str>, status: Status, minutes: i64) -> KnownConversation {
        KnownConversation::of(Conversation {
            id: ConversationId::new(id),
            status,
            read: Some(minutes % 2 == 0),
            snoozed_until: None,
            owner: owner.map(|id| Owner::new(MemberId::new(id), String::new())),
            contact: Contact {
                name: Some(format!("José {id}")),
                company: Some("Kim & Sons".into()),
                phone: format!("+1415555{minutes:04}"),
            },
            line: None,
            last_activity: Some(Activity {
                kind: ActivityKind::Sms,
                inbound: true,
                preview: None,
                at: crate::core::clock::from_millis(minutes * 60_000),
                activity_context: crate::core::conversation::ActivityContext::Nothing,
            }),
            last_note: None,
            status_word: None,
        })
    }

    fn some() -> Vec<KnownConversation> {
        vec![
            conversation("c1", None, Status::Open, 1),
            conversation("c2", Some("zoe"), Status::Open, 2),
            conversation("c3", Some("zoe"), Status::Done, 3),
            conversation("c4", Some("leo"), Status::Snoozed, 4),
            conversation("c5", None, Status::Open, 5),
        ]
    }

    fn ids(query: &Query) -> Vec<String> {
        let (all, zoe, leo) = (some(), MemberId::new("zoe"), MemberId::new("leo"));
        let listing = select(all.iter(), query, &HomeCountries::default(), Some(&zoe), Some(&leo));
        listing.rows.iter().map(|row| row.id.to_string()).collect()
    }

    #[test]
    fn reads_what_is_typed() {
        let query = |filter, text: &str| Query { filter, text: text.into(), page: 0 };
        for (text, expected) in [
            ("", query(Filter::Mine, "")),
            ("Unassigned", query(Filter::Unassigned, "")),
            ("done ana lima", query(Filter::Done, "ana lima")),
            ("<@U1|zoe> kim", query(Filter::Person(SlackUserId::new("U1")), "kim")),
            ("ana", query(Filter::All, "ana")),
            ("\"done deal\"", query(Filter::All, "done deal")),
            ("+1 415 555", query(Filter::All, "+1 415 555")),
        ] {
            assert_eq!(Query::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn each_filter_takes_its_own() {
        let person = Filter::Person(SlackUserId::new("ULEO"));
        for (filter, expected) in [
            (Filter::Mine, vec!["c2"]),
            (Filter::Unassigned, vec!["c1", "c5"]),
            (Filter::Unread, vec!["c5", "c1"]),
            (Filter::Read, vec!["c2"]),
            (Filter::Done, vec!["c3"]),
            (Filter::Snoozed, vec!["c4"]),
            (Filter::All, vec!["c5", "c4", "c3", "c2", "c1"]),
            (person, vec!["c4"]),
            (Filter::Only(ConversationId::new("c3")), vec!["c3"]),
        ] {
            assert_eq!(ids(&Query::of(filter.clone())), expected, "{filter:?}");
        }
        let all = some();
        let counts =
            select(all.iter(), &Query::of(Filter::Done), &HomeCountries::default(), Some(&MemberId::new("zoe")), None)
                .counts;
        assert_eq!(counts, [1, 2, 2, 1, 1, 1, 5]);
    }

    #[test]
    fn words_are_looked_for_in_name_number_and_company() {
        for (text, expected) in [
            ("jose c4", vec!["c4"]),
            ("kim", vec!["c5", "c4", "c3", "c2", "c1"]),
            ("555-0003", vec!["c3"]),
            ("nobody", vec![]),
        ] {
            assert_eq!(ids(&Query { text: text.into(), ..Query::of(Filter::All) }), expected, "{text}");
        }
    }

    #[test]
    fn a_page_that_is_gone_shows_the_last() {
        let all: Vec<_> = (0..23).map(|n| conversation(&format!("c{n}"), None, Status::Open, n)).collect();
        let listing =
            select(all.iter(), &Query { page: 9, ..Query::of(Filter::All) }, &HomeCountries::default(), None, None);
        assert_eq!((listing.page, listing.rows.len(), listing.found), (3, 5, 23));
    }

    #[test]
    fn travels_in_a_button() {
        let query = Query { filter: Filter::Person(SlackUserId::new("U1")), text: "x".into(), page: 3 };
        let encoded = serde_json::to_string(&query).unwrap_or_default();
        assert_eq!(serde_json::from_str::<Query>(&encoded).ok(), Some(query), "{encoded}");
    }
}
