//! The answers to a request for help, and to a command that wasn't understood.

use crate::commands::parser::MOST_TYPED;
use crate::core::control::Control;
use crate::core::help::{HelpPage, HelpTopic};
use crate::core::note::LONGEST_NOTE;
use crate::core::parse_error::ParseError;
use crate::core::report_period::MAX_REPORT_DAYS;
use crate::core::text::cut;
use crate::core::verbs;
use crate::core::verbs::{Spec, UMBRELLA, Verb};
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::blocks::words::QUOTE;

/// The longest command, in characters, that a refusal doesn't repeat.
const EASILY_TYPED_AGAIN: usize = 100;

/// The commands for every day, each with the arguments of an example.
const DAILY: [(Verb, &str, &str); 5] = [
    (Verb::Assign, "@zoe Ana Lima", "make someone the owner (`me` for yourself)"),
    (Verb::Handoff, "@leo Ana Lima asks for a quote", "reassign with a note"),
    (Verb::Done, "Ana Lima called back", "mark done, note optional"),
    (Verb::Snooze, "Ana Lima tomorrow 9am", "hide it until then"),
    (Verb::Inbox, "", "your conversations, or `/inbox unassigned` for the others"),
];

/// The commands of teammates, by subject.
const GROUPS: [(&str, &[Verb]); 3] = [
    ("Ownership", &[Verb::Assign, Verb::Take, Verb::Unassign, Verb::Handoff, Verb::Accept, Verb::GiveBack, Verb::Keep]),
    ("Status", &[Verb::Done, Verb::Reopen, Verb::Snooze, Verb::Wake, Verb::Undo]),
    ("Look up", &[Verb::Inbox, Verb::Note, Verb::History, Verb::Report, Verb::Help]),
];

/// The commands of admins.
const ADMIN: [Verb; 5] = [Verb::Connect, Verb::Route, Verb::Link, Verb::Settings, Verb::Doctor];

/// An example of a message to the app.
const WRITTEN_EXAMPLE: &str = "assign @zoe Ana Lima wants a call back";

/// The ways to name a conversation.
const NAMING: &str =
    "Name a conversation by contact name, phone number, id or link. Leave it out to choose from a list.";

/// Explains why a typed command wasn't understood, and the accepted form. Repeats `typed` if it is long.
pub fn parse_error(parse_error: &ParseError, typed: &str) -> Content {
    let (why, verb) = not_understood(parse_error);
    let usage = verb.map(usage);
    let text = Markup::joined(" ", std::iter::once(why.clone()).chain(usage.clone())).words();
    let mut blocks = vec![why.paragraph()];
    blocks.extend(usage.as_ref().map(Markup::small));
    if typed.chars().count() > EASILY_TYPED_AGAIN {
        blocks.push(Block::quote(Some("You typed"), typed));
    }
    Content::new(&text, blocks)
}

/// Returns the sentence, and the command whose usage helps.
fn not_understood(parse_error: &ParseError) -> (Markup, Option<Verb>) {
    match parse_error {
        ParseError::UnknownCommand { typed, nearest } => {
            let unknown = Markup::of("Unknown command ").code(&cut(typed, QUOTE)).ours(". ");
            match nearest {
                Some(verb) => (unknown.ours("Did you mean ").code(&verbs::spec(*verb).typed()).ours("?"), Some(*verb)),
                None => (unknown.ours("Type ").code(&format!("{UMBRELLA} help")).ours(" for the list."), None),
            }
        }
        ParseError::NoCommand { typed, nearest } => {
            let unknown = Markup::default().text(&format!("“{}”", cut(typed, QUOTE))).ours(" isn't a command. ");
            match nearest {
                Some(verb) => (unknown.ours("Did you mean ").code(verbs::spec(*verb).name).ours("?"), Some(*verb)),
                None => (unknown.ours("Write for example ").code(WRITTEN_EXAMPLE).ours("."), None),
            }
        }
        ParseError::NobodyToLink { typed } if typed.is_empty() => {
            (Markup::of("Name the Slack user with @ first, then the dialnote member."), Some(Verb::Link))
        }
        ParseError::NobodyToLink { typed } => {
            let sentence = Markup::default().text(&format!("“{}”", cut(typed, QUOTE)));
            let sentence =
                sentence.ours(" isn't a Slack user. Choose the person from the list that Slack shows after @.");
            (sentence, Some(Verb::Link))
        }
        ParseError::NoMemberNamed => {
            let sentence = "Name the dialnote member by name, email or id. `off` removes the link.";
            (Markup::of(sentence), Some(Verb::Link))
        }
        ParseError::NoPeriod => {
            let sentence =
                format!("Choose a period: `today`, `week`, `month` or a number of days up to {MAX_REPORT_DAYS}.");
            (Markup::of(&sentence), Some(Verb::Report))
        }
        ParseError::NoLine => {
            let sentence = Markup::of("Which shared number should show its cards here? Type its number, its name or ");
            (sentence.code("*").ours(" for all."), Some(Verb::Route))
        }
        ParseError::UnknownChannel => {
            (Markup::of("Choose the channel from the list that Slack shows after #."), Some(Verb::Route))
        }
        ParseError::TooLong { characters } => {
            let sentence = format!(
                "Nothing changed: the command has {characters} characters, and the limit is {MOST_TYPED}. \
                 *Hand off…* on the card takes a note of {LONGEST_NOTE} characters."
            );
            (Markup::of(&sentence), None)
        }
    }
}

/// Returns the usage of a command and an example, as small print.
pub(crate) fn usage(verb: Verb) -> Markup {
    let spec = verbs::spec(verb);
    let (usage, example) = (spec.usage(), spec.example());
    let typed = Markup::of("Type ").code(&usage);
    if example == usage { typed } else { typed.ours(" · Example: ").code(&example) }
}

/// Returns the help about a topic.
pub fn help(topic: HelpTopic) -> Content {
    match topic {
        HelpTopic::Verb(verb) => of_one(verb),
        HelpTopic::Page(HelpPage::Daily) => daily(),
        HelpTopic::Page(HelpPage::All) => all(),
        HelpTopic::Page(HelpPage::Admin) => admin(),
    }
}

fn of_one(verb: Verb) -> Content {
    let spec = verbs::spec(verb);
    let title = Markup::default().strong(&spec.typed()).ours(" · ").ours(spec.summary);
    let usage = usage(verb);
    let text = format!("{}. {}", title.words(), usage.words());
    Content::new(&text, vec![title.paragraph(), usage.small(), buttons(&[HelpPage::All])])
}

fn daily() -> Content {
    let row = |(verb, arguments, words): &(Verb, &str, &str)| {
        format!("`{}` · {words}", format!("{} {arguments}", verbs::spec(*verb).typed()).trim_end())
    };
    let rows: Vec<_> = DAILY.iter().map(row).collect();
    let typed: Vec<_> = DAILY.iter().map(|(verb, ..)| verbs::spec(*verb).typed()).collect();
    let text =
        format!("dialnote commands for every day: {}. Type {UMBRELLA} help all for the others.", typed.join(", "));
    let section = Block::formatted(&format!("*Every day*\n{}", rows.join("\n")));
    Content::new(&text, vec![section, Block::small(NAMING), buttons(&[HelpPage::All, HelpPage::Admin])])
}

fn all() -> Content {
    let verbs: Vec<_> = GROUPS.iter().flat_map(|(_, verbs)| verbs.iter().copied()).collect();
    let text = format!("All dialnote commands: {}.", typed(&verbs));
    let sections = GROUPS.iter().map(|(title, verbs)| section(title, verbs));
    let end = [Block::small(NAMING), buttons(&[HelpPage::Daily, HelpPage::Admin])];
    Content::new(&text, sections.chain(end).collect())
}

fn admin() -> Content {
    let text = format!("Admin commands: {}.", typed(&ADMIN));
    Content::new(&text, vec![section("Admin commands", &ADMIN), buttons(&[HelpPage::Daily, HelpPage::All])])
}

fn section(title: &str, verbs: &[Verb]) -> Block {
    let rows: Vec<_> = verbs.iter().map(|verb| row(verbs::spec(*verb))).collect();
    Block::formatted(&format!("*{title}*\n{}", rows.join("\n")))
}

fn row(spec: &Spec) -> String {
    format!("`{}` · {}", spec.usage(), uncapitalized(spec.summary))
}

/// Lists commands: those with a slash command of their own, then the others.
fn typed(verbs: &[Verb]) -> String {
    let own: Vec<_> = verbs.iter().filter_map(|verb| verbs::spec(*verb).slash).collect();
    let others = verbs.iter().map(|verb| verbs::spec(*verb)).filter(|spec| spec.slash.is_none());
    let others: Vec<_> = others.map(|spec| spec.name).collect();
    let under = (!others.is_empty()).then(|| format!("{UMBRELLA} {}", others.join(", ")));
    let own = (!own.is_empty()).then(|| own.join(", "));
    own.into_iter().chain(under).collect::<Vec<_>>().join("; ")
}

fn uncapitalized(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    format!("{first}{}", characters.as_str())
}

/// Returns the buttons that replace the message by these pages.
fn buttons(pages: &[HelpPage]) -> Block {
    let button = |page: &HelpPage| {
        let (control, label) = match page {
            HelpPage::Daily => (Control::HelpDaily, "Every day"),
            HelpPage::All => (Control::HelpAll, "All commands"),
            HelpPage::Admin => (Control::HelpAdmin, "Admin commands"),
        };
        Element::button(control, label, "{}")
    };
    Block::actions("help", pages.iter().map(button).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::verbs::COMMANDS;

    #[test]
    fn every_command_is_in_one_group() {
        for (verb, spec) in COMMANDS {
            let groups = GROUPS.iter().map(|(_, verbs)| *verbs).chain([ADMIN.as_slice()]);
            assert_eq!(groups.filter(|verbs| verbs.contains(&verb)).count(), 1, "{}", spec.name);
        }
    }

    #[test]
    fn a_page_names_its_commands_in_one_line() {
        let text = help(HelpTopic::Page(HelpPage::Admin)).text;
        assert_eq!(text, "Admin commands: /dialnote connect, route, link, settings, doctor.");
        let text = help(HelpTopic::Page(HelpPage::All)).text;
        assert!(text.starts_with("All dialnote commands: /assign, /unassign, /handoff, /done, "), "{text}");
        assert!(text.contains("; /dialnote take, accept, decline, keep, unsnooze, "), "{text}");
    }

    #[test]
    fn a_misspelt_command_is_answered_with_the_nearest() {
        let error = ParseError::UnknownCommand { typed: "/dialnote asign".to_owned(), nearest: Some(Verb::Assign) };
        let text = parse_error(&error, "/dialnote asign").text;
        assert!(
            text.starts_with("Unknown command /dialnote asign. Did you mean /assign? Type /assign @person"),
            "{text}"
        );
    }
}
