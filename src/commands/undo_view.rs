//! Buttons that follow a change: undo it, or reopen a conversation that its new owner wouldn't see.

use crate::commands::result::{CommandResult, Hidden};
use crate::core::about::About;
use crate::core::control::{Carried, Control};
use crate::core::event::Again;
use crate::core::query::Query;
use crate::core::refusal::{Earlier, Others, Refusal};
use crate::core::shown::ShownState;
use crate::core::text::cut;
use crate::core::verbs;
use crate::core::verbs::Verb;
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::blocks::{parts, words};

/// The most characters of a contact's name on a button.
const BUTTON_NAME_LENGTH: usize = 40;

/// Explains why the new owner doesn't find the conversation among the open ones.
pub(crate) fn still(about: &About, hidden: Hidden) -> String {
    match hidden {
        Hidden::Done => format!("{} is done.", about.title),
        Hidden::Snoozed(_) => format!("{} is snoozed.", about.title),
    }
}

/// Returns the button that reopens or unsnoozes a hidden conversation.
pub(crate) fn reopening(deed: &CommandResult, list: Option<&Query>) -> Option<Element> {
    let (control, label) = match deed.hidden? {
        Hidden::Done => (Control::Reopen, "Reopen"),
        Hidden::Snoozed(_) => (Control::Wake, "Unsnooze"),
    };
    let shown = deed.state.clone().map(ShownState::from);
    let carried = Carried { list: list.cloned(), shown, ..Carried::conversation(&deed.about.id) };
    Some(Element::button(control, label, &carried.encode()).about(&words::spoken(&deed.about)))
}

/// Adds the buttons that undo a change or reopen its conversation to an answer, and the end of its snooze.
pub(crate) fn offered(mut content: Content, deed: &CommandResult, list: Option<&Query>) -> Content {
    let mut buttons = Vec::new();
    match (content.blocks.first_mut(), button(deed, list)) {
        (Some(Block::Section { accessory, .. }), undo) => *accessory = undo,
        (_, undo) => buttons.extend(undo),
    }
    if let Some(Hidden::Snoozed(Some(until))) = deed.hidden {
        content.blocks.push(Markup::of("Snoozed until ").time(until).small());
    }
    buttons.extend(reopening(deed, list));
    if buttons.is_empty() { content } else { parts::with_buttons(content, buttons) }
}

/// Adds the button that undoes all undoable changes to the title of several.
pub(crate) fn offered_for_all(mut title: Block, deeds: &[CommandResult], list: Option<&Query>) -> Vec<Block> {
    let undo = button_for_all(deeds, list);
    match (&mut title, undo) {
        (Block::Section { accessory, .. }, undo) => {
            *accessory = undo;
            vec![title]
        }
        (_, Some(undo)) => vec![title, Block::actions("undo", vec![undo])],
        (_, None) => vec![title],
    }
}

/// Returns the button that undoes a change, if it can be undone.
fn button(deed: &CommandResult, list: Option<&Query>) -> Option<Element> {
    let carried = Carried { act: deed.undo.clone(), list: list.cloned(), ..Carried::conversation(&deed.about.id) };
    let button = || Element::button(Control::Undo, "Undo", &carried.encode()).about(&words::spoken(&deed.about));
    deed.undo.as_ref().map(|_| button())
}

/// Returns the button that undoes several changes together, if any can be undone.
fn button_for_all(deeds: &[CommandResult], list: Option<&Query>) -> Option<Element> {
    let undoable = || deeds.iter().filter(|deed| deed.undo.is_some());
    let carried = Carried { act: undoable().next()?.undo.clone(), list: list.cloned(), ..Carried::default() };
    Some(Element::button(Control::Undo, &format!("Undo {}", undoable().count()), &carried.encode()))
}

/// Returns the button that undoes the change before a note. The note stays.
pub(crate) fn button_for(earlier: &Earlier) -> Element {
    let Earlier { act, verb, about, of } = earlier;
    let verb = if *verb == Verb::Wake { "unsnooze" } else { verbs::spec(*verb).name };
    let (what, only) = match of {
        1 => (cut(&about.title, BUTTON_NAME_LENGTH), Some(about.id.clone())),
        several => (format!("{several} conversations"), None),
    };
    let carried = Carried { act: Some(act.clone()), conversation: only, ..Carried::default() };
    Element::button(Control::Undo, &format!("Undo {verb}: {what}"), &carried.encode())
}

/// Describes the state of a conversation after an undo.
pub(crate) fn undone(about: &About, again: &Again, note_stays: bool) -> Markup {
    let line = Markup::of("Undone: ").bold(&about.title).ours(" is ");
    let line = match again {
        Again::OwnedBy(owner) => line.ours("assigned to ").bold(owner),
        Again::Queued => line.ours("unassigned"),
        Again::Open => line.ours("open"),
        Again::Done => line.ours("done"),
        Again::Snoozed => line.ours("snoozed"),
    };
    line.ours(if note_stays { " again. The note stays in dialnote." } else { " again." })
}

/// Lists contacts: "Ana Lima, Diana Okafor and 2 more".
fn those(about: &About, others: &Others) -> String {
    let titles = std::iter::once(about).chain(&others.named).map(|about| about.title.as_str());
    words::listed(&titles.collect::<Vec<_>>(), others.more)
}

/// Explains why a change can't be undone.
pub(crate) fn refused(why: &Refusal) -> String {
    match why {
        Refusal::ChangedSince { about, yourself: true, .. } => {
            format!("Can't undo: you changed {} again after that.", about.title)
        }
        Refusal::ChangedSince { about, by: Some(by), .. } => {
            format!("Can't undo: {by} changed {} after you.", about.title)
        }
        Refusal::ChangedSince { about, by: None, .. } => {
            format!("Can't undo: {} was changed in dialnote after you.", about.title)
        }
        Refusal::TooLateToUndo(about) => {
            format!("Can't undo: your last change to {} was over 10 minutes ago.", about.title)
        }
        Refusal::AllTooLateToUndo { about, others } => {
            format!("Can't undo: your last change to {} was over 10 minutes ago.", those(about, others))
        }
        Refusal::NotesStay { about, others, .. } => {
            format!("Can't undo your note on {}. Notes stay in dialnote.", those(about, others))
        }
        Refusal::UndoneAlready => "Already undone. Nothing changed.".to_owned(),
        _ => "Nothing to undo.".to_owned(),
    }
}
