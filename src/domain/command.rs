//! What a person asked for, the same whether typed, clicked or submitted; and how typed text is
//! read. Reading is forgiving about order and spelling, and exact about what it did not understand.

use serde::{Deserialize, Serialize};

use crate::domain::conversation::{Links, Which, which};
use crate::domain::linking::Linking;
use crate::domain::list::Query;
use crate::domain::refusal::Misread;
use crate::domain::report;
use crate::domain::route::Routing;
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
    /// Nothing: whoever was given it takes care of it.
    Accept,
    /// Nothing: its owner is still on it.
    Keep,
    /// Whoever gave it to whoever asks becomes the owner again.
    GiveBack,
    /// The same, because whoever was handed it did not answer in time.
    Return,
    /// Nothing: whoever asks wants to see what a channel does not show.
    Show,
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
            Self::Accept => Verb::Accept,
            Self::GiveBack | Self::Return => Verb::GiveBack,
            Self::Keep => Verb::Keep,
            Self::Show => Verb::Inbox,
        }
    }

    /// Whether it answers to what somebody was given.
    pub fn is_answer(&self) -> bool {
        matches!(self, Self::Accept | Self::GiveBack | Self::Return)
    }

    /// Whether it only looks.
    pub fn only_looks(&self) -> bool {
        matches!(self, Self::History | Self::Show)
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
    /// Several things to do, which are told of together.
    Several(Vec<Command>),
    /// Something to do to a conversation that is still to be chosen.
    Choose(Wanted),
    /// A list.
    List(Query),
    /// The routes.
    Route(Routing),
    /// Who is who.
    Link(Linking),
    /// What the team did in so many days.
    Report(u16),
    /// The rules.
    Settings,
    /// The form in which the workspace is connected to dialnote.
    Connect,
    /// Whether everything is as it has to be.
    Doctor,
    /// Help, about one command or all.
    Help(Option<Verb>),
}

/// What is wanted of a conversation that is still to be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// What.
    pub verb: Verb,
    /// Who is to be the owner, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<SlackUserId>,
    /// When it is to come back, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
}

impl Wanted {
    /// Just this.
    pub fn only(verb: Verb) -> Self {
        Self { verb, to: None, when: None }
    }
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
    match verb {
        Verb::Help => help_topic(text).map(Typed::Help),
        Verb::Inbox => Ok(Typed::List(Query::parse(text))),
        Verb::Route => Routing::parse(text).map(Typed::Route),
        Verb::Link => Linking::parse(text).map(Typed::Link),
        Verb::Report => report::period(text).map(Typed::Report),
        Verb::Settings => Ok(Typed::Settings),
        Verb::Connect => Ok(Typed::Connect),
        Verb::Doctor => Ok(Typed::Doctor),
        Verb::Undo | Verb::Accept if text.trim().is_empty() => {
            let act = if verb == Verb::Undo { Act::Undo } else { Act::Accept };
            Ok(Typed::Do(Command { act, which: Which::MyLast, note: String::new() }))
        }
        Verb::Assign | Verb::Handoff => who_and_which(verb, text, links),
        Verb::Snooze => {
            let (which, when) = When::split_off(text).ok_or(Misread::TimeMissing)?;
            let wanted = Wanted { when: Some(when.clone()), ..Wanted::only(verb) };
            only_which(wanted, &Act::Snooze(when), which, links)
        }
        Verb::Take => only_which(Wanted::only(verb), &Act::Take { over: None }, text, links),
        Verb::Unassign => only_which(Wanted::only(verb), &Act::Unassign, text, links),
        Verb::Reopen => only_which(Wanted::only(verb), &Act::Reopen, text, links),
        Verb::Wake => only_which(Wanted::only(verb), &Act::Wake, text, links),
        Verb::History => only_which(Wanted::only(verb), &Act::History, text, links),
        Verb::Undo => only_which(Wanted::only(verb), &Act::Undo, text, links),
        Verb::Accept => only_which(Wanted::only(verb), &Act::Accept, text, links),
        Verb::Keep => only_which(Wanted::only(verb), &Act::Keep, text, links),
        Verb::Done => which_and_note(Wanted::only(verb), &Act::Done, text, links),
        Verb::Note => which_and_note(Wanted::only(verb), &Act::Note, text, links),
        Verb::GiveBack => which_and_note(Wanted::only(verb), &Act::GiveBack, text, links),
    }
}

/// Conversations, then the note. Nothing at all asks for a form.
fn which_and_note(wanted: Wanted, act: &Act, text: &str, links: &Links) -> Result<Typed, Misread> {
    if text.trim().is_empty() {
        return Ok(Typed::Choose(wanted));
    }
    let (whiches, rest) = whiches(text, links).ok_or(Misread::NoConversation(wanted.verb))?;
    let note = note(rest);
    if *act == Act::Note && note.is_empty() && !matches!(whiches.as_slice(), [Which::NameThenNote(_)]) {
        return Err(Misread::NoteMissing(wanted.verb));
    }
    Ok(commands(act, whiches, &note))
}

fn only_which(wanted: Wanted, act: &Act, text: &str, links: &Links) -> Result<Typed, Misread> {
    let verb = wanted.verb;
    if text.trim().is_empty() {
        return Ok(Typed::Choose(wanted));
    }
    let (whiches, rest) = whiches(text, links).ok_or(Misread::NoConversation(verb))?;
    let named = |which| match which {
        Which::NameThenNote(name) => Which::Name(name),
        other => other,
    };
    match note(rest) {
        extra if extra.is_empty() => Ok(commands(act, whiches.into_iter().map(named).collect(), &extra)),
        extra => Err(Misread::Leftover { verb, extra }),
    }
}

/// One conversation, however it is named; or several, all but the first named by ids or links. (A
/// number that follows one may as well begin the note.)
fn whiches<'a>(text: &'a str, links: &Links) -> Option<(Vec<Which>, &'a str)> {
    let (first, mut rest) = which(text, links)?;
    let mut whiches = vec![first];
    while let Some((Which::Id(id), after)) = which(rest, links) {
        whiches.push(Which::Id(id));
        rest = after;
    }
    whiches.dedup();
    Some((whiches, rest))
}

/// The same for each.
fn commands(act: &Act, whiches: Vec<Which>, note: &str) -> Typed {
    let mut commands: Vec<_> =
        whiches.into_iter().map(|which| Command { act: act.clone(), which, note: note.to_owned() }).collect();
    match commands.pop() {
        Some(only) if commands.is_empty() => Typed::Do(only),
        last => Typed::Several(commands.into_iter().chain(last).collect()),
    }
}

/// Person and conversations in either order, then the note.
fn who_and_which(verb: Verb, text: &str, links: &Links) -> Result<Typed, Misread> {
    let act = |who| if verb == Verb::Assign { Act::Assign(who) } else { Act::Handoff(who) };
    if let Some(rest) = all_of_mine(text) {
        let (who, rest) = person(verb, rest)?.ok_or(Misread::NobodyNamed(verb))?;
        return Ok(Typed::Do(Command { act: act(who), which: Which::AllMine, note: note(rest) }));
    }
    if let Some((who, rest)) = person(verb, text)? {
        if matches!(typed::first(rest), Some((Word::Person(_) | Word::Group(..), _))) {
            return Err(Misread::SeveralPeople(verb));
        }
        if rest.trim().is_empty() {
            return choose_for(verb, &who);
        }
        if let Some(rest) = all_of_mine(rest) {
            return Ok(Typed::Do(Command { act: act(who), which: Which::AllMine, note: note(rest) }));
        }
        let (whiches, rest) = whiches(rest, links).ok_or(Misread::NoConversation(verb))?;
        return Ok(commands(&act(who), whiches, &note(rest)));
    }
    let (which, rest) = conversation_before_person(text, links).ok_or(Misread::NobodyNamed(verb))?;
    let (who, rest) = person(verb, rest)?.ok_or(Misread::NobodyNamed(verb))?;
    Ok(commands(&act(who), vec![which], &note(rest)))
}

/// What follows the word `all`, which stands for everything that is open and mine.
fn all_of_mine(text: &str) -> Option<&str> {
    match typed::first(text)? {
        (Word::Plain(word), rest) if word.eq_ignore_ascii_case("all") => Some(rest),
        _ => None,
    }
}

/// Somebody is named, and no conversation.
fn choose_for(verb: Verb, who: &Assignee) -> Result<Typed, Misread> {
    match who {
        Assignee::User(user) => Ok(Typed::Choose(Wanted { to: Some(user.clone()), ..Wanted::only(verb) })),
        Assignee::Me => Ok(Typed::Choose(Wanted::only(Verb::Take))),
        Assignee::Group(_) => Err(Misread::NoConversation(verb)),
    }
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
            let tokens = [("@zoe", "<@UZOE>"), ("@leo", "<@ULEO|leo>"), ("#front-desk", "<#C1|front-desk>")];
            let example = tokens.iter().fold(spec.example.to_owned(), |line, (name, token)| line.replace(name, token));
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
            ("/assign <@UZOE> 🎉", Misread::NoConversation(verb)),
            ("/assign <@UZOE> <@ULEO> conv_1", Misread::SeveralPeople(verb)),
            ("/handoff <!subteam^S1> conv_1 note", Misread::GroupNamed(Verb::Handoff)),
            ("/assign @zoey conv_1", Misread::UnknownPerson { verb, typed: "@zoey".into() }),
            ("/unassign conv_1 please", Misread::Leftover { verb: Verb::Unassign, extra: "please".into() }),
            ("/snooze conv_1", Misread::TimeMissing),
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
    fn without_a_conversation_there_is_a_form() {
        let (who, tomorrow) = (Some(SlackUserId::new("UZOE")), When::read("tomorrow"));
        for (line, wanted) in [
            ("/assign <@UZOE>", Wanted { to: who.clone(), ..Wanted::only(Verb::Assign) }),
            ("/handoff <@UZOE> ", Wanted { to: who, ..Wanted::only(Verb::Handoff) }),
            ("/assign me", Wanted::only(Verb::Take)),
            ("/done", Wanted::only(Verb::Done)),
            ("/dialnote note", Wanted::only(Verb::Note)),
            ("/snooze tomorrow", Wanted { when: tomorrow, ..Wanted::only(Verb::Snooze) }),
        ] {
            assert_eq!(read(line), Ok(Typed::Choose(wanted)), "{line}");
        }
    }

    #[test]
    fn several_conversations_are_named_by_their_ids() {
        let each = |act: Act, ids: &[&str], note: &str| {
            let command = |name: &&str| Command { act: act.clone(), which: id(name), note: note.into() };
            Ok(Typed::Several(ids.iter().map(command).collect()))
        };
        let several = ["conv_1", "conv_2"];
        assert_eq!(
            read("/assign <@UZOE> conv_1 conv_2 both urgent"),
            each(Act::Assign(zoe()), &several, "both urgent")
        );
        assert_eq!(read("/done conv_1 conv_2"), each(Act::Done, &several, ""));
        let all = Command { act: Act::Handoff(zoe()), which: Which::AllMine, note: "off home".into() };
        assert_eq!(read("/handoff all <@UZOE> off home"), Ok(Typed::Do(all.clone())));
        assert_eq!(read("/handoff <@UZOE> all off home"), Ok(Typed::Do(all)));
        let number = read("/assign <@UZOE> conv_1 415 555 0102 is her mobile");
        assert!(matches!(number, Ok(Typed::Do(_))), "a number may begin the note: {number:?}");
    }

    #[test]
    fn help_is_one_word_away() {
        assert_eq!(read("/dialnote"), Ok(Typed::Help(None)));
        assert_eq!(read("/dialnote help"), Ok(Typed::Help(None)));
        assert_eq!(read("/dialnote help /assign"), Ok(Typed::Help(Some(Verb::Assign))));
    }
}
