//! Reads typed commands that need no lookup. Most commands name a person recognized by Slack and one id or link.
//! A command that names nothing needs a form before its trigger expires.

use crate::commands::lookup::grammar::{takes_note, takes_person};
use crate::commands::lookup::people;
use crate::commands::lookup::people::{Directory, NamedPerson, PersonRef, is_recognized};
use crate::commands::lookup::token::{Token, TokenKind, TokenizedText, cleaned};
use crate::core::assignee::Assignee;
use crate::core::conversation::{Links, id_shaped};
use crate::core::ids::ConversationId;
use crate::core::names::{is_grammar, is_polite};
use crate::core::phone::written::WrittenNumber;
use crate::core::typed;
use crate::core::verbs;
use crate::core::verbs::NoteNeed;
use crate::core::verbs::Verb;

/// A command that needs no lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explicit {
    /// The new owner, if the command names one.
    pub who: Option<Assignee>,
    /// The conversation, if the command names one.
    pub id: Option<ConversationId>,
    /// The note.
    pub note: String,
}

/// Reads a command that needs no lookup, also one that names nothing. Returns `None` if anything in it could mean more.
pub fn explicit(verb: Verb, text: &str, links: &Links) -> Option<Explicit> {
    let source = cleaned(text);
    let text = TokenizedText::read(&source);
    let nothing = |who| Explicit { who, id: None, note: String::new() };
    if is_empty(&text, 0) {
        return Some(nothing(None));
    }
    let mut at = text.past_marks(0);
    let mut who = None;
    if takes_person(verb) {
        let NamedPerson { who: PersonRef::Clear(named), to } = Directory::default().at(&text, led(&text, at))? else {
            return None;
        };
        let is_group = matches!(named, Assignee::Group(_));
        (who, at) = (Some(Some(named).filter(|_| !is_group || verb == Verb::Assign)?), text.past_marks(to));
    }
    if is_empty(&text, at) {
        return Some(nothing(who));
    }
    at = led(&text, at);
    let id = id_at(&text, at, links)?;
    let rest = typed::plain(text.from(text.past_marks(at + 1)));
    let note_is_right = if takes_note(verb) { !rest.is_empty() || !needs_note(verb) } else { rest.is_empty() };
    (note_is_right && !may_mean_more(&text, at + 1, links)).then_some(Explicit { who, id: Some(id), note: rest })
}

/// Answers whether the command may require a note, by its nature or by the workspace's rules.
fn needs_note(verb: Verb) -> bool {
    verbs::spec(verb).note.as_ref().is_some_and(|note| note.need != NoteNeed::Optional)
}

/// Skips a word that only introduces the words after it.
fn led(text: &TokenizedText<'_>, at: usize) -> usize {
    let leads = text.token(at).and_then(Token::word).is_some_and(|word| is_grammar(word) && word != "and");
    if leads { at + 1 } else { at }
}

fn id_at(text: &TokenizedText<'_>, at: usize, links: &Links) -> Option<ConversationId> {
    match &text.token(at)?.kind {
        TokenKind::Link(link) => links.parse(link),
        TokenKind::Word(word) => links.parse(word).or_else(|| id_shaped(word)),
        _ => None,
    }
}

/// Answers whether another conversation may be named after the first.
fn may_mean_more(text: &TokenizedText<'_>, at: usize, links: &Links) -> bool {
    if text.token(at).is_some_and(Token::parts) {
        return true;
    }
    let rest = text.from(at);
    // Ids and numbers have digits, and links have slashes. Most notes have neither.
    (rest.contains(char::is_numeric) || rest.contains("//"))
        && ((at..text.tokens.len()).any(|at| id_at(text, at, links).is_some())
            || !WrittenNumber::leading(rest).is_empty())
}

/// Answers whether a text names nothing: it is empty, or has only words such as "for" without a name after them.
pub fn is_blank(text: &str) -> bool {
    let source = cleaned(text);
    is_empty(&TokenizedText::read(&source), 0)
}

fn is_empty(text: &TokenizedText<'_>, at: usize) -> bool {
    let leads = |word| is_grammar(word) || word == "in" || is_polite(word);
    text.tokens.iter().skip(at).all(|token| token.is_mark() || token.word().is_some_and(leads))
}

/// Answers whether the text begins with a person recognized by Slack, so that no name has to be looked up.
pub fn starts_with_a_person(text: &str) -> bool {
    let source = cleaned(text);
    let text = TokenizedText::read(&source);
    let at = text.past_marks(0);
    is_recognized(&text, at) || is_recognized(&text, led(&text, at))
}

/// Returns the email addresses in a text.
pub fn addresses(text: &str) -> Vec<String> {
    let source = cleaned(text);
    people::addresses(&TokenizedText::read(&source))
}
