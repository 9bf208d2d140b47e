//! The answer to a refused command: its sentence, the note, and buttons for the next step.

use crate::commands::{away_view, question_view, refusal_words, snooze_view, undo_view};
use crate::core::about::About;
use crate::core::command::PendingAction;
use crate::core::control::{Carried, Control};
use crate::core::ids::MemberId;
use crate::core::refusal::Refusal;
use crate::core::teammate::Unlinked;
use crate::core::verbs;
use crate::core::verbs::Verb;
use crate::people::people_words;
use crate::platform::slack::blocks::element::{Confirm, Element};
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::blocks::{connect_button, parts, words};

pub(crate) use crate::commands::refusal_words::{CHOOSE_A_LATER_TIME, CHOOSE_AN_EARLIER_TIME, no};

/// The most rows of a kind in the answer to a command for several conversations.
pub(crate) const MOST_ROWS: usize = 20;

/// The contact in the examples of commands.
const EXAMPLE_CONTACT: &str = "Ana Lima";

/// Explains why a command was refused.
pub fn refusal(why: &Refusal) -> Content {
    refused(why, "")
}

/// Explains why a command was refused, and gives its note back.
pub fn refused(refusal: &Refusal, note: &str) -> Content {
    let line = refusal_words::line(refusal);
    if let Refusal::NoteMissing { verb, about } = refusal {
        return note_missing(&line, *verb, about);
    }
    let content = parts::with_blocks(line.content(), words::given_back(note));
    let content = parts::with_blocks(content, small_print(refusal));
    match buttons(refusal) {
        buttons if buttons.is_empty() => content,
        buttons => parts::with_buttons(content, buttons),
    }
}

/// Returns the lines and fields below the sentence.
fn small_print(refusal: &Refusal) -> Vec<Block> {
    match refusal {
        Refusal::SnoozeOver { about, until, .. } => snooze_view::instead(about, Some(*until)),
        Refusal::SnoozeTooLong { about } => snooze_view::instead(about, None),
        Refusal::Moved(moved) => question_view::end(moved),
        _ => Vec::new(),
    }
}

/// Returns the buttons for the next step.
fn buttons(refusal: &Refusal) -> Vec<Element> {
    match refusal {
        Refusal::Taken { about, owner, owner_id, .. }
        | Refusal::NotYours { about, owner: Some(owner), owner_id: Some(owner_id) } => {
            vec![take_over(about, owner, owner_id)]
        }
        Refusal::NotYours { about, owner: None, .. } => {
            let value = Carried::conversation(&about.id).encode();
            vec![Element::button(Control::Take, "Take it", &value).about(&words::spoken(about))]
        }
        Refusal::Moved(moved) => question_view::buttons(moved),
        Refusal::TheyAreAway(away) => away_view::buttons(away),
        Refusal::NotesStay { earlier: Some(earlier), .. } => vec![undo_view::button_for(earlier)],
        Refusal::YouAreNotLinked(Unlinked::NotConnected) => vec![connect_button::button()],
        Refusal::YouAreNotLinked(why) if why.can_be_linked() => vec![people_words::ask_admin()],
        Refusal::MemberTaken { user, name, member, member_name, holder, holder_name, .. } => {
            vec![people_words::move_it((user, name), (member, member_name), (holder, holder_name))]
        }
        _ => Vec::new(),
    }
}

/// Asks for the note that the rules require, with the button that opens its form.
fn note_missing(line: &Markup, verb: Verb, about: &About) -> Content {
    let carried = Carried { wanted: Some(PendingAction::only(verb)), ..Carried::conversation(&about.id) };
    let control = Control::opening(verb).unwrap_or(Control::Choose);
    let button = Element::button(control, "Add note…", &carried.encode()).about(&words::spoken(about));
    let example = verbs::spec(verb).example().replace(EXAMPLE_CONTACT, &about.title);
    let typed = Markup::of("Or type ").code(&example);
    Content::of(line, vec![Block::line(line, Some(button)), Block::small_line(&typed)])
}

/// Returns the button that takes over a conversation with another owner, after a confirmation.
pub(crate) fn take_over(about: &About, owner: &str, owner_id: &MemberId) -> Element {
    let carried = Carried { owner: Some(owner_id.clone()), ..Carried::conversation(&about.id) };
    let ask = Confirm::new(
        &format!("Take over from {owner}?"),
        &format!("{owner} will be notified that you now own {}.", about.title),
        "Take over",
        "Cancel",
    );
    Element::button(Control::TakeOver, "Take over…", &carried.encode()).about(&words::spoken(about)).asking(ask)
}
