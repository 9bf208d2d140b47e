//! The parser of typed text. It is forgiving about order and spelling, and exact about the text that it did not understand.

use crate::commands::snooze;
use crate::core::verbs;

use crate::commands::lookup;
use crate::commands::lookup::Explicit;
use crate::commands::snooze::{Snooze, Untimed};
use crate::core::assignee::Assignee;
use crate::core::command::{Action, Command, PendingAction};
use crate::core::conversation::{ConversationRef, Links};
use crate::core::help::{HelpPage, HelpTopic};
use crate::core::linking::Linking;
use crate::core::parse_error::ParseError;
use crate::core::query::Query;
use crate::core::routing::Routing;
use crate::core::typed::TypedWord;
use crate::core::verbs::{COMMANDS, UMBRELLA, Verb};
use crate::core::{report_period, typed};

/// The longest text of a typed command, in characters. Longer notes go into the form.
pub(crate) const MOST_TYPED: usize = 2000;

/// The least similarity at which a misspelt command is recognized (0 nothing alike, 1 the same).
const COMMAND_SIMILARITY: f64 = 0.75;

/// The meaning of typed text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// A command.
    Do(Command),
    /// An action on a conversation that is still to be chosen.
    Choose(PendingAction),
    /// A snooze without a time, or with a wrong one.
    Untimed(Untimed),
    /// A list.
    List(Query),
    /// A request about routes.
    Route(Routing),
    /// A request about links between Slack users and members.
    Link(Linking),
    /// A report on the team's work in this number of days.
    Report(u16),
    /// The rules.
    Settings,
    /// The form in which the workspace is connected to dialnote.
    Connect,
    /// The check of the setup.
    Doctor,
    /// Help.
    Help(HelpTopic),
}

/// Reads a slash command. `slash` begins with its `/`; `text` is as Slack sent it. Fails if the text is
/// too long, the command is unknown, or its arguments are not understood.
pub fn parse(slash: &str, text: &str, links: &Links) -> Result<Parsed, ParseError> {
    let characters = text.chars().count();
    if characters > MOST_TYPED {
        return Err(ParseError::TooLong { characters });
    }
    let (verb, arguments) = if slash.eq_ignore_ascii_case(UMBRELLA) {
        under_umbrella(text)?
    } else {
        (verbs::by_slash(slash).ok_or_else(|| unknown(slash, slash.trim_start_matches('/')))?, text)
    };
    read_arguments(verb, arguments, links)
}

fn under_umbrella(text: &str) -> Result<(Verb, &str), ParseError> {
    let Some((TypedWord::Plain(word), rest)) = typed::first(text) else {
        return Ok((Verb::Help, ""));
    };
    let name = word.trim_start_matches('/');
    verbs::by_name(name).map(|verb| (verb, rest)).ok_or_else(|| unknown(&format!("{UMBRELLA} {word}"), name))
}

fn unknown(typed: &str, name: &str) -> ParseError {
    let name = name.to_lowercase();
    let scored = COMMANDS.iter().map(|(verb, spec)| (strsim::jaro_winkler(spec.name, &name), *verb));
    let nearest = scored.filter(|(score, _)| *score >= COMMAND_SIMILARITY).max_by(|a, b| a.0.total_cmp(&b.0));
    ParseError::UnknownCommand { typed: typed.to_owned(), nearest: nearest.map(|(_, verb)| verb) }
}

fn help_topic(arguments: &str) -> Result<HelpTopic, ParseError> {
    let daily = Ok(HelpTopic::Page(HelpPage::Daily));
    let Some((TypedWord::Plain(word), _)) = typed::first(arguments) else { return daily };
    let name = word.trim_start_matches('/');
    match (verbs::by_name(name), HelpPage::by_name(name)) {
        (Some(verb), _) => Ok(HelpTopic::Verb(verb)),
        (None, Some(page)) => Ok(HelpTopic::Page(page)),
        (None, None) if format!("/{name}").eq_ignore_ascii_case(UMBRELLA) => daily,
        (None, None) => Err(unknown(word, name)),
    }
}

pub(crate) fn read_arguments(verb: Verb, text: &str, links: &Links) -> Result<Parsed, ParseError> {
    match verb {
        Verb::Help => help_topic(text).map(Parsed::Help),
        Verb::Inbox => Ok(Parsed::List(Query::parse(text))),
        Verb::Route => Routing::parse(text).map(Parsed::Route),
        Verb::Link => Linking::parse(text).map(Parsed::Link),
        Verb::Report => report_period::period(text).map(Parsed::Report),
        Verb::Settings => Ok(Parsed::Settings),
        Verb::Connect => Ok(Parsed::Connect),
        Verb::Doctor => Ok(Parsed::Doctor),
        Verb::Undo | Verb::Accept if text.trim().is_empty() => {
            let act = if verb == Verb::Undo { Action::Undo } else { Action::Plain(verb) };
            Ok(Parsed::Do(Command { act, which: ConversationRef::MyLast, note: String::new() }))
        }
        Verb::Snooze => Ok(snooze(text, links)),
        _ => Ok(act_on(PendingAction::only(verb), text, links)),
    }
}

/// Reads the conversations and the time of a snooze.
fn snooze(text: &str, links: &Links) -> Parsed {
    let wanted = PendingAction::only(Verb::Snooze);
    match snooze::read(text, links) {
        Snooze::Blank => Parsed::Choose(wanted),
        Snooze::Until(when, named) => act_on(PendingAction { when: Some(when), ..wanted }, &named, links),
        Snooze::Untimed(untimed) => Parsed::Untimed(untimed),
    }
}

/// Returns the action on the conversations that the text names. If it names none, a form asks for one.
fn act_on(wanted: PendingAction, text: &str, links: &Links) -> Parsed {
    let explicit = lookup::explicit(wanted.verb, text, links);
    let who = explicit.as_ref().and_then(|explicit| explicit.who.clone()).unwrap_or(Assignee::InText);
    match explicit {
        Some(Explicit { id: Some(id), note, .. }) => doing(wanted, who, ConversationRef::Id(id), note),
        Some(Explicit { who: None, id: None, .. }) => Parsed::Choose(wanted),
        Some(Explicit { who: Some(Assignee::User(user)), id: None, .. }) => {
            Parsed::Choose(PendingAction { to: Some(user), ..wanted })
        }
        Some(Explicit { who: Some(Assignee::Me), id: None, .. }) => Parsed::Choose(PendingAction::only(Verb::Take)),
        _ => doing(wanted, Assignee::InText, ConversationRef::Text(text.trim().to_owned()), String::new()),
    }
}

fn doing(wanted: PendingAction, who: Assignee, which: ConversationRef, note: String) -> Parsed {
    match wanted.act(who) {
        Some(act) => Parsed::Do(Command { act, which, note }),
        None => Parsed::Choose(wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::{ConversationId, SlackUserId};
    use crate::core::when::model::When;
    use url::Url;

    fn read(line: &str) -> Result<Parsed, ParseError> {
        let links = Links::new(Url::parse("https://app.dialnote.com").unwrap_or_else(|_| unreachable!("a constant")));
        let (slash, text) = line.split_once(' ').unwrap_or((line, ""));
        parse(slash, text, &links)
    }

    fn zoe() -> Assignee {
        Assignee::User(SlackUserId::new("UZOE"))
    }

    fn id(id: &str) -> ConversationRef {
        ConversationRef::Id(ConversationId::new(id))
    }

    #[test]
    fn every_example_is_understood_in_both_spellings() {
        for (_, spec) in COMMANDS {
            let tokens = [("@zoe", "<@UZOE>"), ("@leo", "<@ULEO|leo>"), ("#front-desk", "<#C1|front-desk>")];
            let example = tokens.iter().fold(spec.example.to_owned(), |line, (name, token)| line.replace(name, token));
            let short = read(&format!("{} {example}", spec.typed()));
            assert!(short.is_ok(), "{}: {short:?}", spec.name);
            assert_eq!(read(&format!("{UMBRELLA} {} {example}", spec.name.to_uppercase())), short);
        }
    }

    #[test]
    fn reads_at_once_what_says_everything_by_itself() {
        for (line, who, note) in [
            ("/assign <@UZOE> conv_1 wants a &lt;call&gt;", zoe(), "wants a <call>"),
            ("/assign <@UZOE|zoe> conv_1: ask <@ULEO>", zoe(), "ask <@ULEO>"),
            ("/assign <@UZOE>, to conv_1", zoe(), ""),
            ("/assign me conv_1", Assignee::Me, ""),
            ("/assign <@UZOE>conv_1 now", zoe(), "now"),
        ] {
            let command = Command { act: Action::Assign(who), which: id("conv_1"), note: note.into() };
            assert_eq!(read(line), Ok(Parsed::Do(command)), "{line}");
        }
    }

    #[test]
    fn leaves_to_be_looked_up_what_needs_that() {
        for (line, text) in [
            ("/assign conv_1 <@UZOE> now", "conv_1 <@UZOE> now"),
            ("/assign zoe conv_1", "zoe conv_1"),
            ("/assign <@UZOE> ana now", "<@UZOE> ana now"),
            ("/assign <@UZOE> <@ULEO> conv_1", "<@UZOE> <@ULEO> conv_1"),
            ("/assign <@UZOE> conv_1 conv_2", "<@UZOE> conv_1 conv_2"),
            ("/assign <@UZOE> conv_1, ana", "<@UZOE> conv_1, ana"),
            ("/assign <@UZOE> conv_1 415 555 0102", "<@UZOE> conv_1 415 555 0102"),
            ("/assign all <@UZOE>", "all <@UZOE>"),
        ] {
            let command = Command {
                act: Action::Assign(Assignee::InText),
                which: ConversationRef::Text(text.to_owned()),
                note: String::new(),
            };
            assert_eq!(read(line), Ok(Parsed::Do(command)), "{line}");
        }
        let text = ConversationRef::Text("conv_1 please".to_owned());
        let unassign = Command { act: Action::Unassign, which: text, note: String::new() };
        assert_eq!(read("/unassign conv_1 please"), Ok(Parsed::Do(unassign)));
    }

    #[test]
    fn says_what_was_not_understood() {
        let verb = Verb::Assign;
        let long = format!("/assign <@UZOE> conv_1 {}", "x".repeat(3000));
        for (line, parse_error) in [
            ("/assgin x", ParseError::UnknownCommand { typed: "/assgin".into(), nearest: Some(verb) }),
            (
                "/dialnote unasign",
                ParseError::UnknownCommand { typed: "/dialnote unasign".into(), nearest: Some(Verb::Unassign) },
            ),
            ("/weather x", ParseError::UnknownCommand { typed: "/weather".into(), nearest: None }),
            (&long, ParseError::TooLong { characters: 3015 }),
        ] {
            assert_eq!(read(line), Err(parse_error), "{line}");
        }
    }

    #[test]
    fn without_a_conversation_there_is_a_form() {
        let (who, tomorrow) = (Some(SlackUserId::new("UZOE")), When::read("tomorrow"));
        for (line, wanted) in [
            ("/assign", PendingAction::only(Verb::Assign)),
            ("/handoff", PendingAction::only(Verb::Handoff)),
            ("/snooze", PendingAction::only(Verb::Snooze)),
            ("/assign <@UZOE>", PendingAction { to: who.clone(), ..PendingAction::only(Verb::Assign) }),
            ("/handoff <@UZOE> ", PendingAction { to: who, ..PendingAction::only(Verb::Handoff) }),
            ("/assign me", PendingAction::only(Verb::Take)),
            ("/done", PendingAction::only(Verb::Done)),
            ("/dialnote take this", PendingAction::only(Verb::Take)),
            ("/dialnote note", PendingAction::only(Verb::Note)),
            ("/snooze tomorrow", PendingAction { when: tomorrow.clone(), ..PendingAction::only(Verb::Snooze) }),
            ("/snooze it to tomorrow", PendingAction { when: tomorrow, ..PendingAction::only(Verb::Snooze) }),
        ] {
            assert_eq!(read(line), Ok(Parsed::Choose(wanted)), "{line}");
        }
    }

    #[test]
    fn help_is_one_word_away() {
        for (line, topic) in [
            ("/dialnote", HelpTopic::Page(HelpPage::Daily)),
            ("/dialnote help", HelpTopic::Page(HelpPage::Daily)),
            ("/dialnote help All", HelpTopic::Page(HelpPage::All)),
            ("/dialnote help admin", HelpTopic::Page(HelpPage::Admin)),
            ("/dialnote help /assign", HelpTopic::Verb(Verb::Assign)),
            ("/dialnote help giveback", HelpTopic::Verb(Verb::GiveBack)),
        ] {
            assert_eq!(read(line), Ok(Parsed::Help(topic)), "{line}");
        }
    }
}
