//! What a person asked for, the same whether typed, clicked or submitted; and how typed text is
//! read. Reading is forgiving about order and spelling, and exact about what it did not understand.

use serde::{Deserialize, Serialize};

use crate::domain::conversation::{Links, Which, which};
use crate::domain::refusal::Misread;
use crate::domain::typed::{self, Word};
use crate::domain::verb::{COMMANDS, Spec, UMBRELLA, Verb};
use crate::domain::when::When;
use crate::ids::{MemberId, SlackUserId, UserGroupId};

/// The longest text of a typed command, in characters. Longer notes go into the form.
pub const MOST_TYPED: usize = 2000;

/// How far off a misspelt command may be and still be recognized (0 nothing alike, 1 the same).
const ALIKE: f64 = 0.75;

/// What a person asked for, the same whether typed, clicked or submitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// What is to happen.
    pub act: Act,
    /// To which conversation.
    pub which: Which,
    /// What its person wants others to know; empty if nothing.
    pub note: String,
}

/// What is to happen to a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// This person becomes the owner.
    Assign(Assignee),
    /// Whoever asks becomes the owner, if nobody is, or if the owner is still `over`.
    Take {
        /// The owner from whom to take it over.
        over: Option<MemberId>,
    },
    /// Nobody is the owner.
    Unassign,
    /// This person becomes the owner and gets the note.
    Handoff(Assignee),
    /// It is done.
    Done,
    /// It is open again.
    Reopen,
    /// It comes back later.
    Snooze(When),
    /// It comes back now.
    Wake,
    /// Nothing but the note.
    Note,
    /// As it was before whoever asks did something last.
    Undo,
    /// Nothing: whoever asks wants to know what happened to it.
    History,
}

/// Who is to own a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignee {
    /// Whoever asks.
    Me,
    /// This Slack user.
    User(SlackUserId),
    /// Whoever of this group is least busy.
    Group(UserGroup),
}

/// A group of Slack users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserGroup {
    /// The group.
    pub id: UserGroupId,
    /// What people call it, with its @.
    pub name: String,
}

impl Act {
    /// The verb one would type for it.
    pub fn verb(&self) -> Verb {
        match self {
            Self::Assign(_) => Verb::Assign,
            Self::Take { .. } => Verb::Take,
            Self::Unassign => Verb::Unassign,
            Self::Handoff(_) => Verb::Handoff,
            Self::Done => Verb::Done,
            Self::Reopen => Verb::Reopen,
            Self::Snooze(_) => Verb::Snooze,
            Self::Wake => Verb::Wake,
            Self::Note => Verb::Note,
            Self::History => Verb::History,
            Self::Undo => Verb::Undo,
        }
    }

    /// Of which group it makes somebody the owner.
    pub fn group(&self) -> Option<&UserGroup> {
        match self {
            Self::Assign(Assignee::Group(group)) => Some(group),
            _ => None,
        }
    }

    /// Whom it makes the owner, other than whoever asks.
    pub fn assignee(&self) -> Option<&SlackUserId> {
        match self {
            Self::Assign(Assignee::User(user)) | Self::Handoff(Assignee::User(user)) => Some(user),
            _ => None,
        }
    }
}

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Something to do.
    Do(Command),
    /// Help, about one command or all.
    Help(Option<Verb>),
}

/// Reads a slash command: `slash` with its stroke, `text` as Slack sent it.
pub fn parse(slash: &str, text: &str, links: &Links) -> Result<Typed, Misread> {
    let characters = text.chars().count();
    if characters > MOST_TYPED {
        return Err(Misread::TooLong { characters });
    }
    let (spec, arguments) =
        if slash.eq_ignore_ascii_case(UMBRELLA) { under_umbrella(text)? } else { own(slash, text)? };
    read_arguments(spec.verb, arguments, links)
}

fn under_umbrella(text: &str) -> Result<(&'static Spec, &str), Misread> {
    let Some((Word::Plain(word), rest)) = typed::first(text) else {
        return Ok((Verb::Help.spec(), ""));
    };
    let name = word.trim_start_matches('/');
    Spec::by_name(name).map(|spec| (spec, rest)).ok_or_else(|| unknown(&format!("{UMBRELLA} {word}"), name))
}

fn own<'a>(slash: &str, text: &'a str) -> Result<(&'static Spec, &'a str), Misread> {
    let spec = COMMANDS.iter().find(|spec| spec.slash.is_some_and(|own| own.eq_ignore_ascii_case(slash)));
    spec.map(|spec| (spec, text)).ok_or_else(|| unknown(slash, slash.trim_start_matches('/')))
}

fn unknown(typed: &str, name: &str) -> Misread {
    let name = name.to_lowercase();
    let scored = COMMANDS.iter().map(|spec| (strsim::jaro_winkler(spec.name, &name), spec));
    let nearest = scored.filter(|(score, _)| *score >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0));
    Misread::UnknownCommand { typed: typed.to_owned(), nearest: nearest.map(|(_, spec)| spec.verb) }
}

fn help_topic(arguments: &str) -> Result<Option<Verb>, Misread> {
    let Some((Word::Plain(word), _)) = typed::first(arguments) else { return Ok(None) };
    let name = word.trim_start_matches('/');
    match Spec::by_name(name) {
        Some(spec) => Ok(Some(spec.verb)),
        None if format!("/{name}").eq_ignore_ascii_case(UMBRELLA) => Ok(None),
        None => Err(unknown(word, name)),
    }
}

fn read_arguments(verb: Verb, text: &str, links: &Links) -> Result<Typed, Misread> {
    let command = match verb {
        Verb::Help => return help_topic(text).map(Typed::Help),
        Verb::Assign => {
            let (who, which, note) = who_and_which(verb, text, links)?;
            Command { act: Act::Assign(who), which, note }
        }
        Verb::Handoff => {
            let (who, which, note) = who_and_which(verb, text, links)?;
            if note.is_empty() && !matches!(which, Which::NameThenNote(_)) {
                return Err(Misread::NoteMissing(verb));
            }
            Command { act: Act::Handoff(who), which, note }
        }
        Verb::Done => {
            let (which, rest) = which(text, links).ok_or(Misread::NoConversation(verb))?;
            Command { act: Act::Done, which, note: note(rest) }
        }
        Verb::Take => only_which(verb, Act::Take { over: None }, text, links)?,
        Verb::Unassign => only_which(verb, Act::Unassign, text, links)?,
        Verb::Reopen => only_which(verb, Act::Reopen, text, links)?,
        Verb::Wake => only_which(verb, Act::Wake, text, links)?,
        Verb::History => only_which(verb, Act::History, text, links)?,
        Verb::Undo if text.trim().is_empty() => Command { act: Act::Undo, which: Which::MyLast, note: String::new() },
        Verb::Undo => only_which(verb, Act::Undo, text, links)?,
        Verb::Snooze => {
            let (which, when) = When::split_off(text).ok_or(Misread::TimeMissing)?;
            only_which(verb, Act::Snooze(when), which, links)?
        }
        Verb::Note => {
            let (which, rest) = which(text, links).ok_or(Misread::NoConversation(verb))?;
            let note = note(rest);
            if note.is_empty() && !matches!(which, Which::NameThenNote(_)) {
                return Err(Misread::NoteMissing(verb));
            }
            Command { act: Act::Note, which, note }
        }
    };
    Ok(Typed::Do(command))
}

fn only_which(verb: Verb, act: Act, text: &str, links: &Links) -> Result<Command, Misread> {
    let (which, rest) = which(text, links).ok_or(Misread::NoConversation(verb))?;
    let which = match which {
        Which::NameThenNote(name) => Which::Name(name),
        other => other,
    };
    match note(rest) {
        extra if extra.is_empty() => Ok(Command { act, which, note: extra }),
        extra => Err(Misread::Leftover { verb, extra }),
    }
}

/// Person and conversation in either order, then the note.
fn who_and_which(verb: Verb, text: &str, links: &Links) -> Result<(Assignee, Which, String), Misread> {
    if let Some((who, rest)) = person(verb, text)? {
        if matches!(typed::first(rest), Some((Word::Person(_) | Word::Group(..), _))) {
            return Err(Misread::SeveralPeople(verb));
        }
        let (which, rest) = which(rest, links).ok_or(Misread::NoConversation(verb))?;
        return Ok((who, which, note(rest)));
    }
    let (which, rest) = conversation_before_person(text, links).ok_or(Misread::NobodyNamed(verb))?;
    let (who, rest) = person(verb, rest)?.ok_or(Misread::NobodyNamed(verb))?;
    Ok((who, which, note(rest)))
}

/// The person at the start of the text, if there is one.
fn person(verb: Verb, text: &str) -> Result<Option<(Assignee, &str)>, Misread> {
    match typed::first(text) {
        Some((Word::Person(user), rest)) => Ok(Some((Assignee::User(user), rest))),
        Some((Word::Group(id, name), rest)) if verb == Verb::Assign => {
            Ok(Some((Assignee::Group(UserGroup { id, name: typed::plain(name) }), rest)))
        }
        Some((Word::Group(..), _)) => Err(Misread::GroupNamed(verb)),
        Some((Word::Plain(word), rest)) if matches!(word.to_lowercase().as_str(), "me" | "@me") => {
            Ok(Some((Assignee::Me, rest)))
        }
        Some((Word::Plain(word), _)) if word.starts_with('@') => {
            Err(Misread::UnknownPerson { verb, typed: typed::plain(word) })
        }
        _ => Ok(None),
    }
}

fn conversation_before_person<'a>(text: &'a str, links: &Links) -> Option<(Which, &'a str)> {
    match which(text, links)? {
        (Which::NameThenNote(_), _) => {
            let (name, rest) = text.split_at_checked(text.find("<@")?)?;
            Some((Which::Name(typed::plain(name)), rest))
        }
        found => Some(found),
    }
}

/// The text as a note: as its writer saw it, without what separates it from the rest.
fn note(text: &str) -> String {
    typed::plain(text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | ';' | '-' | '–' | '—')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ConversationId;
    use url::Url;

    fn read(line: &str) -> Result<Typed, Misread> {
        let links = Links::new(Url::parse("https://app.dialnote.com").unwrap_or_else(|_| unreachable!("a constant")));
        let (slash, text) = line.split_once(' ').unwrap_or((line, ""));
        parse(slash, text, &links)
    }

    fn zoe() -> Assignee {
        Assignee::User(SlackUserId::new("UZOE"))
    }

    fn id(id: &str) -> Which {
        Which::Id(ConversationId::new(id))
    }

    #[test]
    fn every_example_is_understood_in_both_spellings() {
        for spec in &COMMANDS {
            let example = spec.example.replace("@zoe", "<@UZOE>").replace("@leo", "<@ULEO|leo>");
            let short = read(&format!("{} {example}", spec.typed()));
            assert!(short.is_ok(), "{}: {short:?}", spec.name);
            assert_eq!(read(&format!("{UMBRELLA} {} {example}", spec.name.to_uppercase())), short);
        }
    }

    #[test]
    fn reads_person_conversation_and_note() {
        for (line, who, which, note) in [
            ("/assign <@UZOE> conv_1 wants a &lt;call&gt;", zoe(), id("conv_1"), "wants a <call>"),
            ("/assign <@UZOE|zoe> conv_1: ask <@ULEO>", zoe(), id("conv_1"), "ask <@ULEO>"),
            ("/assign me conv_1", Assignee::Me, id("conv_1"), ""),
            ("/assign conv_1 <@UZOE> now", zoe(), id("conv_1"), "now"),
            ("/assign Ana Lima <@UZOE> now", zoe(), Which::Name("Ana Lima".into()), "now"),
            ("/assign <@UZOE> ana now", zoe(), Which::NameThenNote("ana now".into()), ""),
            ("/assign <@UZOE> \"ana\" now", zoe(), Which::Name("ana".into()), "now"),
        ] {
            let command = Command { act: Act::Assign(who), which, note: note.into() };
            assert_eq!(read(line), Ok(Typed::Do(command)), "{line}");
        }
    }

    #[test]
    fn says_what_was_not_understood() {
        let verb = Verb::Assign;
        let long = format!("/assign <@UZOE> conv_1 {}", "x".repeat(3000));
        for (line, misread) in [
            ("/assign", Misread::NobodyNamed(verb)),
            ("/assign conv_1", Misread::NobodyNamed(verb)),
            ("/assign 🎉🎉", Misread::NobodyNamed(verb)),
            ("/assign <@UZOE>", Misread::NoConversation(verb)),
            ("/assign <@UZOE> 🎉", Misread::NoConversation(verb)),
            ("/assign <@UZOE> <@ULEO> conv_1", Misread::SeveralPeople(verb)),
            ("/handoff <!subteam^S1> conv_1 note", Misread::GroupNamed(Verb::Handoff)),
            ("/assign @zoey conv_1", Misread::UnknownPerson { verb, typed: "@zoey".into() }),
            ("/handoff <@UZOE> conv_1", Misread::NoteMissing(Verb::Handoff)),
            ("/unassign conv_1 please", Misread::Leftover { verb: Verb::Unassign, extra: "please".into() }),
            ("/done", Misread::NoConversation(Verb::Done)),
            ("/snooze conv_1", Misread::TimeMissing),
            ("/snooze tomorrow", Misread::NoConversation(Verb::Snooze)),
            ("/dialnote note conv_1", Misread::NoteMissing(Verb::Note)),
            ("/assgin x", Misread::UnknownCommand { typed: "/assgin".into(), nearest: Some(verb) }),
            (
                "/dialnote unasign",
                Misread::UnknownCommand { typed: "/dialnote unasign".into(), nearest: Some(Verb::Unassign) },
            ),
            ("/weather x", Misread::UnknownCommand { typed: "/weather".into(), nearest: None }),
            (&long, Misread::TooLong { characters: 3015 }),
        ] {
            assert_eq!(read(line), Err(misread), "{line}");
        }
    }

    #[test]
    fn help_is_one_word_away() {
        assert_eq!(read("/dialnote"), Ok(Typed::Help(None)));
        assert_eq!(read("/dialnote help"), Ok(Typed::Help(None)));
        assert_eq!(read("/dialnote help /assign"), Ok(Typed::Help(Some(Verb::Assign))));
    }
}
