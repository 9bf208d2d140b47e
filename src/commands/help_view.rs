//! The answers to a request for help, and to a command that wasn't understood.

use crate::commands::parser::MOST_TYPED;
use crate::core::note::LONGEST_NOTE;
use crate::core::parse_error::ParseError;
use crate::core::report_period::MAX_REPORT_DAYS;
use crate::core::text::cut;
use crate::core::verbs;
use crate::core::verbs::{COMMANDS, Spec, UMBRELLA, Verb};
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::mrkdwn::neutral;
use crate::platform::slack::blocks::words::QUOTE;

/// The longest command, in characters, that a refusal doesn't repeat.
const EASILY_TYPED_AGAIN: usize = 100;

/// Explains why a typed command wasn't understood, and the accepted form. Repeats `typed` if it is long.
pub fn parse_error(parse_error: &ParseError, typed: &str) -> Content {
    let why = not_understood(parse_error);
    let mut blocks = vec![Block::paragraph(&why)];
    if typed.chars().count() > EASILY_TYPED_AGAIN {
        blocks.push(Block::paragraph("You typed:"));
        blocks.push(Block::paragraph(typed));
    }
    Content::new(&neutral(&why), blocks)
}

fn not_understood(parse_error: &ParseError) -> String {
    match parse_error {
        ParseError::UnknownCommand { typed, nearest: Some(verb) } => {
            let meant = verbs::spec(*verb).typed();
            with_usage(&format!("I do not know {}. Did you mean {meant}?", cut(typed, QUOTE)), *verb)
        }
        ParseError::UnknownCommand { typed, nearest: None } => {
            format!("I do not know {}. Type {UMBRELLA} help to see what I do know.", cut(typed, QUOTE))
        }
        ParseError::NobodyToLink { typed } if typed.is_empty() => {
            with_usage("Whom in Slack? Name the person with @ first, then who that is in dialnote.", Verb::Link)
        }
        ParseError::NobodyToLink { typed } => {
            let typed = cut(typed, QUOTE);
            let why = "Choose the person from the list that Slack shows when you type @.";
            with_usage(&format!("I do not know who {typed} is. {why}"), Verb::Link)
        }
        ParseError::NoMemberNamed => with_usage(
            "Who is that in dialnote? Say the member’s name or part of it, e-mail address or id; or off, to take away \
             what was said before.",
            Verb::Link,
        ),
        ParseError::NoPeriod => with_usage(
            &format!("Of how many days? Say today, week, month, or a number up to {MAX_REPORT_DAYS}."),
            Verb::Report,
        ),
        ParseError::NoLine => with_usage("Which shared number? Say its number, its name, or * for all.", Verb::Route),
        ParseError::UnknownChannel => {
            with_usage("Which channel? Choose it from the list that Slack shows when you type #.", Verb::Route)
        }
        ParseError::TooLong { characters } => format!(
            "That is {characters} characters, and a typed command can have {MOST_TYPED}. Nothing was done. \
             For a long note press Hand off on the card: its form takes {LONGEST_NOTE}."
        ),
    }
}

/// Returns the sentence with the usage of the command below it.
pub(crate) fn with_usage(sentence: &str, verb: Verb) -> String {
    format!("{sentence}\n{}", usage(verb))
}

fn usage(verb: Verb) -> String {
    let spec = verbs::spec(verb);
    format!("Type: {}\nFor example: {}", spec.usage(), spec.example())
}

/// Returns the help for all commands, or for one.
pub fn help(topic: Option<Verb>) -> Content {
    if let Some(verb) = topic {
        let spec = verbs::spec(verb);
        let text = format!("{}\n{}", spec.summary, usage(verb));
        return Content::new(&neutral(&text), vec![Block::formatted(&one_help(spec))]);
    }
    let all: Vec<String> = COMMANDS.iter().map(|(_, spec)| help_row(spec)).collect();
    let more = format!(
        "Name a conversation by the contact’s name or company, by a phone number, or by its dialnote link. \
         Every command also works as `{UMBRELLA} …`; `{UMBRELLA} help assign` tells more about one."
    );
    let blocks = vec![Block::formatted("*What you can type*"), Block::formatted(&all.join("\n")), Block::small(&more)];
    Content::new("What you can type", blocks)
}

fn help_row(spec: &Spec) -> String {
    format!("`{}` — {}", spec.usage(), spec.summary)
}

fn one_help(spec: &Spec) -> String {
    format!("*{}* — {}\nType: `{}`\nFor example: `{}`", spec.typed(), spec.summary, spec.usage(), spec.example())
}
