//! The parser of messages to the app: a mention in a channel, or a direct message. They are commands in plain words.
//! In the thread of a card, the conversation is known.

use crate::commands::lookup;
use crate::commands::parser;
use crate::commands::parser::{MOST_TYPED, Parsed};
use crate::commands::snooze::Untimed;
use crate::core::assignee::Assignee;
use crate::core::command::{Command, PendingAction};
use crate::core::conversation::{ConversationRef, Links};
use crate::core::help::{HelpPage, HelpTopic};
use crate::core::ids::{ConversationId, SlackUserId};
use crate::core::parse_error::ParseError;
use crate::core::typed;
use crate::core::typed::TypedWord;
use crate::core::verbs;
use crate::core::verbs::{COMMANDS, UMBRELLA, Verb};

/// The words that may come before a command.
const POLITE: [&str; 5] = ["please", "pls", "hey", "ok", "and"];

/// The words that point at the conversation of the thread.
const POINTERS: [&str; 4] = ["it", "this", "that", "as"];

/// The verbs that people write as two words: the first word, the verb, and the second word.
const TWO_WORDS: [(&str, Verb, &[&str]); 2] =
    [("hand", Verb::Handoff, &["off", "over"]), ("mark", Verb::Done, &["done", "resolved", "closed"])];

/// The least similarity at which a word of a sentence is recognized as a misspelt verb (0 nothing alike, 1 the same).
const VERB_SIMILARITY: f64 = 0.9;

/// The number of words among which a verb is looked for, if the first word is none.
const MOST_WORDS: usize = 12;

/// Reads a message in which the app was mentioned as `app`, or which was sent to the app alone. `thread` is the
/// conversation in whose thread it was written. Fails if the text is too long or names no verb, or if the verb's
/// arguments are not understood.
pub fn read(
    text: &str,
    app: Option<&SlackUserId>,
    thread: Option<&ConversationId>,
    links: &Links,
) -> Result<Parsed, ParseError> {
    let text = words(text, app);
    let characters = text.chars().count();
    if characters > MOST_TYPED {
        return Err(ParseError::TooLong { characters });
    }
    let Some((verb, arguments)) = verb(&text)? else { return Ok(Parsed::Help(HelpTopic::Page(HelpPage::Daily))) };
    let parsed = parser::read_arguments(verb, arguments, links)?;
    Ok(match thread {
        Some(id) => in_thread(parsed, id, arguments),
        None => parsed,
    })
}

/// Returns the words of a message: without the mention of the app, and without the marks of code around them.
pub fn words(text: &str, app: Option<&SlackUserId>) -> String {
    unquoted(&without_mention(text, app)).to_owned()
}

/// Returns the text without the first mention of the app.
fn without_mention(text: &str, app: Option<&SlackUserId>) -> String {
    let Some(app) = app else { return text.to_owned() };
    let begin = format!("<@{app}");
    let mention = text.match_indices(&begin).find_map(|(at, _)| {
        let (before, rest) = text.split_at_checked(at)?;
        let (inside, after) = rest.split_once('>')?;
        let is_whole = inside == begin || inside.get(begin.len()..).is_some_and(|label| label.starts_with('|'));
        is_whole.then_some((before, after))
    });
    mention.map_or_else(|| text.to_owned(), |(before, after)| format!("{} {}", before.trim(), after.trim()))
}

/// Returns the text without the marks of code around it.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).unwrap_or(text)
}

/// Takes the verb off the text. Returns none for a text without words.
fn verb(text: &str) -> Result<Option<(Verb, &str)>, ParseError> {
    let mut rest = text;
    while let Some((word, after)) = typed::first(rest) {
        let TypedWord::Plain(word) = word else { break };
        let word = bare(word);
        match verbs::by_plain_word(word) {
            Some(Verb::Assign) if is_returned(after) => return Ok(Some((Verb::GiveBack, ""))),
            // `done?` asks; it does not tell the app to do it.
            Some(verb) if is_asked(text) && changes(verb) => return Err(unknown(text)),
            Some(verb) => return Ok(Some((verb, after))),
            None if word.is_empty() || is_introduction(word) => rest = after,
            None => match in_two_words(word, after) {
                Some(found) => return Ok(Some(found)),
                None => break,
            },
        }
    }
    if rest.trim().is_empty() { Ok(None) } else { Err(unknown(rest)) }
}

/// Returns a word without the marks around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|mark: char| matches!(mark, '/' | ',' | ':' | ';' | '.' | '!' | '?' | '*' | '_' | '`'))
}

fn is_introduction(word: &str) -> bool {
    POLITE.iter().any(|polite| polite.eq_ignore_ascii_case(word))
        || UMBRELLA.trim_start_matches('/').eq_ignore_ascii_case(word)
}

/// Reads a verb that people write as two words, with the conversation between them: "hand off", "mark this done".
fn in_two_words<'a>(word: &str, after: &'a str) -> Option<(Verb, &'a str)> {
    let (_, verb, ends) = TWO_WORDS.iter().find(|(begin, ..)| begin.eq_ignore_ascii_case(word))?;
    let mut rest = after;
    loop {
        let (TypedWord::Plain(next), behind) = typed::first(rest)? else { return None };
        let next = bare(next).to_lowercase();
        if ends.contains(&&*next) {
            return Some((*verb, behind));
        }
        if !POINTERS.contains(&&*next) {
            return None;
        }
        rest = behind;
    }
}

/// Answers whether a text is one word and a question mark.
fn is_asked(text: &str) -> bool {
    let text = text.trim();
    text.ends_with('?') && !text.contains(char::is_whitespace)
}

/// Answers whether a verb changes a conversation.
fn changes(verb: Verb) -> bool {
    let shows = matches!(verb, Verb::History | Verb::Note);
    verb == Verb::Snooze || !shows && PendingAction::only(verb).act(Assignee::InText).is_some()
}

/// Answers whether "give" goes on as "give it back".
fn is_returned(after: &str) -> bool {
    let words = after.split_whitespace().map(bare).filter(|word| !POINTERS.contains(word));
    words.eq(["back"])
}

/// Returns the error for a text that names no verb, with the verb that is nearest to one of its words.
fn unknown(text: &str) -> ParseError {
    let words = || text.split_whitespace().take(MOST_WORDS).map(bare);
    let nearest = words().find_map(verbs::by_plain_word).or_else(|| words().find_map(nearest));
    let to_a_person = || lookup::starts_with_a_person(text).then_some(Verb::Assign);
    ParseError::NoCommand { typed: typed::as_typed(text), nearest: nearest.or_else(to_a_person) }
}

fn nearest(word: &str) -> Option<Verb> {
    let word = word.to_lowercase();
    let scored = COMMANDS.iter().map(|(verb, spec)| (strsim::jaro_winkler(spec.name, &word), *verb));
    let near = scored.filter(|(score, _)| *score >= VERB_SIMILARITY && word.chars().count() > 3);
    near.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, verb)| verb)
}

/// Returns the command about the conversation of the thread, unless its text names another.
fn in_thread(parsed: Parsed, id: &ConversationId, arguments: &str) -> Parsed {
    let which = |text: String| ConversationRef::InThread { id: id.clone(), text };
    match parsed {
        Parsed::Choose(wanted) => match wanted.act(owner(&wanted)) {
            Some(act) => Parsed::Do(Command { act, which: which(String::new()), note: String::new() }),
            None => Parsed::Untimed(Untimed { conversation: Some(id.clone()), text: String::new(), wrong: None }),
        },
        Parsed::Do(Command { act, which: ConversationRef::Text(text), note }) => {
            Parsed::Do(Command { act, which: which(text), note })
        }
        Parsed::Do(Command { act, which: ConversationRef::MyLast, note }) if arguments.trim().is_empty() => {
            Parsed::Do(Command { act, which: ConversationRef::Id(id.clone()), note })
        }
        Parsed::Untimed(untimed) => {
            let conversation = untimed.conversation.or_else(|| Some(id.clone()));
            Parsed::Untimed(Untimed { conversation, ..untimed })
        }
        other => other,
    }
}

fn owner(wanted: &PendingAction) -> Assignee {
    wanted.to.clone().map_or(Assignee::InText, Assignee::User)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::command::Action;
    use url::Url;

    fn links() -> Links {
        Links::new(Url::parse("https://app.dialnote.com").unwrap_or_else(|_| unreachable!("a constant")))
    }

    fn reading(text: &str, thread: bool) -> Result<Parsed, ParseError> {
        let (app, id) = (SlackUserId::new("UBOT"), ConversationId::new("conv_1"));
        read(text, Some(&app), thread.then_some(&id), &links())
    }

    fn about_the_thread(act: Action, text: &str) -> Parsed {
        let which = ConversationRef::InThread { id: ConversationId::new("conv_1"), text: text.to_owned() };
        Parsed::Do(Command { act, which, note: String::new() })
    }

    #[test]
    fn the_mention_may_stand_anywhere() {
        for text in [
            "<@UBOT> done called back",
            "<@UBOT|dialnote> done called back",
            "done <@UBOT> called back",
            "done called back <@UBOT>",
            "<@UBOT>: Done, called back",
            "<@UBOT> `done called back`",
            "<@UBOT> please close called back",
            "hey <@UBOT>, resolve: called back",
            "<@UBOT> /dialnote done called back",
            "<@UBOT>\n/done\ncalled back",
        ] {
            let Ok(Parsed::Do(command)) = reading(text, true) else { unreachable!("{text} is a command") };
            let rest = command.which.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!((command.act, rest.as_str()), (Action::Done, "called back"), "{text}");
        }
    }

    #[test]
    fn only_the_app_s_own_mention_is_taken_out() {
        let read = reading("<@UBOT> assign <@UBOTTOM> call <@UBOT>", true);
        assert_eq!(read, Ok(about_the_thread(Action::Assign(Assignee::InText), "<@UBOTTOM> call <@UBOT>")));
    }

    #[test]
    fn in_a_thread_nothing_has_to_be_named() {
        assert_eq!(reading("<@UBOT> done", true), Ok(about_the_thread(Action::Done, "")));
        for (text, act) in [
            ("<@UBOT> assign me", Action::Take { over: None }),
            ("<@UBOT> mine!", Action::Take { over: None }),
            ("<@UBOT> take this", Action::Take { over: None }),
            ("<@UBOT> assign <@UZOE>", Action::Assign(Assignee::User(SlackUserId::new("UZOE")))),
            ("<@UBOT> give it back", Action::GiveBack),
            ("<@UBOT> undo", Action::Undo),
        ] {
            let Ok(Parsed::Do(command)) = reading(text, true) else { unreachable!("{text} is a command") };
            assert_eq!(command.act, act, "{text}");
        }
        let untimed = Untimed { conversation: Some(ConversationId::new("conv_1")), text: String::new(), wrong: None };
        assert_eq!(reading("<@UBOT> snooze", true), Ok(Parsed::Untimed(untimed)));
    }

    #[test]
    fn two_words_and_a_polite_one_are_understood() {
        for (text, act) in [
            ("<@UBOT> mark this done", Action::Done),
            ("<@UBOT> mark as done", Action::Done),
            ("<@UBOT> close this please", Action::Done),
            ("<@UBOT> reopen please", Action::Reopen),
            ("<@UBOT> hand off to <@ULEO>", Action::Handoff(Assignee::User(SlackUserId::new("ULEO")))),
            ("<@UBOT> hand it over to <@ULEO>", Action::Handoff(Assignee::User(SlackUserId::new("ULEO")))),
            ("<@UBOT> reassign to <@ULEO>", Action::Assign(Assignee::User(SlackUserId::new("ULEO")))),
        ] {
            let Ok(Parsed::Do(command)) = reading(text, true) else { unreachable!("{text} is a command") };
            assert_eq!((command.act, command.note.as_str()), (act, ""), "{text}");
        }
    }

    #[test]
    fn a_question_changes_nothing() {
        for (text, verb) in [("<@UBOT> done?", Verb::Done), ("reopen?", Verb::Reopen), ("undo?", Verb::Undo)] {
            let read = reading(text, true);
            assert!(matches!(&read, Err(ParseError::NoCommand { nearest, .. }) if *nearest == Some(verb)), "{read:?}");
        }
        assert!(matches!(reading("<@UBOT> help?", false), Ok(Parsed::Help(_))));
    }

    #[test]
    fn elsewhere_it_is_read_like_a_typed_command() {
        assert_eq!(reading("<@UBOT> done", false), Ok(Parsed::Choose(PendingAction::only(Verb::Done))));
        let typed = parser::parse("/done", "Ana Lima called back", &links());
        assert_eq!(reading("<@UBOT> done Ana Lima called back", false), typed);
    }

    #[test]
    fn what_is_not_understood_names_the_nearest() {
        for (text, nearest) in [
            ("<@UBOT> can you assign this", Some(Verb::Assign)),
            ("<@UBOT> <@UZOE> please", Some(Verb::Assign)),
            ("<@UBOT> asign zoe", Some(Verb::Assign)),
            ("<@UBOT> we should snoze that", Some(Verb::Snooze)),
            ("<@UBOT> what is the weather", None),
        ] {
            let typed = typed::as_typed(&words(text, Some(&SlackUserId::new("UBOT"))));
            assert_eq!(reading(text, false), Err(ParseError::NoCommand { typed, nearest }), "{text}");
        }
        for text in ["<@UBOT>", "<@UBOT> !", "", "<@UBOT> hello"] {
            assert!(matches!(reading(text, false), Ok(Parsed::Help(_))), "{text}");
        }
    }
}
