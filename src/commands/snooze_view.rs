//! Messages about a snooze whose time is missing, wrong or over: the fault, and examples of a valid time.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::core::about::About;
use crate::core::command::PendingAction;
use crate::core::control::{Carried, Control};
use crate::core::ids::ConversationId;
use crate::core::text::cut;
use crate::core::verbs::Verb;
use crate::core::when::model::Wrong;
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::blocks::words::QUOTE;

/// Examples of times that can be typed.
const EXAMPLES: &str = "Add `2h`, `tomorrow 9am`, `monday` or a date at the end.";

/// A leap year, which has every date.
const LEAP_YEAR: i16 = 2000;

/// Quotes the typed words that name conversations.
pub(crate) fn quoted(typed: &str) -> String {
    format!("“{}”", cut(typed, QUOTE))
}

/// Asks for the time of a snooze. `title` is the contact, or the words that were typed for it.
pub(crate) fn ask(conversation: Option<&ConversationId>, title: Option<&str>, wrong: Option<&Wrong>) -> Content {
    let wrong = wrong.map(|wrong| Markup::default().text(&sentence(wrong))).unwrap_or_default();
    let title = title.map_or_else(|| Markup::of("it"), |title| Markup::default().bold(title));
    let question = wrong.then(" ", Markup::of("When should ").then("", title).ours(" reopen?"));
    Content::new(&question.words(), vec![question.paragraph(), Block::small(EXAMPLES), form(conversation)])
}

/// Returns the button that opens the form for the time of a snooze.
fn form(conversation: Option<&ConversationId>) -> Block {
    let wanted = Some(PendingAction::only(Verb::Snooze));
    let carried = Carried { wanted, conversation: conversation.cloned(), ..Carried::default() };
    Block::actions("actions", vec![Element::button(Control::Choose, "Choose a time…", &carried.encode())])
}

/// Reports that the time has passed, or that it passed while the command waited.
pub(crate) fn passed(about: &About, waited: bool) -> Markup {
    let name = Markup::default().bold(&about.title);
    if waited {
        return name.ours(" wasn't snoozed: the time passed while the command waited. Choose a later time.");
    }
    Markup::of("That time has passed. Choose a later one for ").then("", name).ours(".")
}

/// Reports that the time is too far away.
pub(crate) fn too_far(about: &About) -> Markup {
    Markup::of("That's more than a year away. Choose an earlier time for ").bold(&about.title).ours(".")
}

/// Shows the refused time, and the button for another one.
pub(crate) fn instead(about: &About, until: Option<Timestamp>) -> Vec<Block> {
    let asked = until.map(|until| Markup::of("You asked for ").time(until).small());
    asked.into_iter().chain([form(Some(&about.id))]).collect()
}

fn sentence(wrong: &Wrong) -> String {
    let quoted = |typed: &str| cut(typed, QUOTE);
    match wrong {
        Wrong::NoClock { typed } => format!("There's no {}.", quoted(typed)),
        Wrong::NoDate { month, year } => no_date(*month, *year),
        Wrong::NoDay => "Days of a month go from 1 to 31.".to_owned(),
        Wrong::NoMonth => "A year has 12 months.".to_owned(),
        Wrong::NotAhead { typed } => format!("“{}” isn't in the future.", quoted(typed)),
        Wrong::Divided { typed } => format!("“{}” needs a whole number.", quoted(typed)),
        Wrong::DayOrMonth { typed } => {
            format!("“{}” could mean 2 dates, so write the month as a word.", quoted(typed))
        }
        Wrong::NoYear { typed } => format!("“{}” needs a year, or the month as a word.", quoted(typed)),
        Wrong::ShortYear { typed } => format!("“{}” needs a year of 4 digits.", quoted(typed)),
        Wrong::Two { typed } => format!("“{}” has 2 times, so leave one of them out.", quoted(typed)),
        Wrong::OtherWeekday { date } => format!("{} is a {}.", date.strftime("%-d %B %Y"), date.strftime("%A")),
        Wrong::Zone { typed } => {
            format!("Times are in your own time zone, so leave out “{}”.", quoted(typed))
        }
        Wrong::NoTime { typed } => format!("“{}” isn't a time.", quoted(typed)),
    }
}

/// Explains that a date doesn't exist: "February has 28 days in 2027."
fn no_date(month: i8, year: Option<i16>) -> String {
    let Ok(first) = Date::new(year.unwrap_or(LEAP_YEAR), month, 1) else { return "There's no such date.".to_owned() };
    let (name, days) = (first.strftime("%B"), first.days_in_month());
    match year {
        Some(year) if month == 2 => format!("{name} has {days} days in {year}."),
        None if month == 2 => format!("{name} has at most {days} days."),
        _ => format!("{name} has {days} days."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::when::model::When;

    #[test]
    fn a_wrong_time_is_answered_with_what_is_wrong() {
        for (typed, said) in [
            ("conv_1 0h", "“0h” isn't in the future."),
            ("conv_1 -2h", "“-2h” isn't in the future."),
            ("conv_1 mon 25:00", "There's no 25:00."),
            ("conv_1 friday 13pm", "There's no 13pm."),
            ("conv_1 2027-02-30", "February has 28 days in 2027."),
            ("conv_1 Feb 30", "February has at most 29 days."),
            ("conv_1 Dec 32", "December has 31 days."),
            ("conv_1 31.04.2027", "April has 30 days."),
            ("conv_1 the 32nd", "Days of a month go from 1 to 31."),
            ("conv_1 2027-13-01", "A year has 12 months."),
            ("conv_1 1.5 days", "“1.5 days” needs a whole number."),
            ("conv_1 2/3", "“2/3” could mean 2 dates, so write the month as a word."),
            ("conv_1 31/12", "“31/12” needs a year, or the month as a word."),
            ("conv_1 31/12/27", "“31/12/27” needs a year of 4 digits."),
            ("conv_1 Friday 31 Dec 2026", "31 December 2026 is a Thursday."),
            ("conv_1 monday 2h", "“monday 2h” has 2 times, so leave one of them out."),
            ("conv_1 5pm PST", "Times are in your own time zone, so leave out “PST”."),
        ] {
            assert_eq!(When::wrong(typed).map(|(_, wrong)| sentence(&wrong)).as_deref(), Some(said), "{typed}");
        }
    }
}
