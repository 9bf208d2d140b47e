//! The answers to messages to the app that are no command, or whose window needs a click: no window can be opened from
//! a message.

use jiff::Timestamp;

use crate::commands::help_view;
use crate::core::assignee::Assignee;
use crate::core::command::PendingAction;
use crate::core::control::{Carried, Control};
use crate::core::ids::ConversationId;
use crate::core::parse_error::ParseError;
use crate::core::text::cut;
use crate::core::verbs;
use crate::core::verbs::Verb;
use crate::core::window::Window;
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::Content;
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::blocks::words::QUOTE;
use crate::platform::slack::blocks::{parts, words};

/// Explains that a message was not understood, and offers the nearest command. `thread` is the conversation in whose
/// thread it was written.
pub(crate) fn not_understood(error: &ParseError, typed: &str, thread: Option<&ConversationId>) -> Content {
    let content = help_view::parse_error(error, typed);
    let ParseError::NoCommand { nearest, .. } = error else { return content };
    let nearest = nearest.and_then(|verb| nearest_button(verb, thread));
    parts::with_buttons(content, nearest.into_iter().chain(further()).collect())
}

/// Returns the button that opens the form of a verb, if it has one.
fn nearest_button(verb: Verb, thread: Option<&ConversationId>) -> Option<Element> {
    let wanted = PendingAction::only(verb);
    let has_a_form = verb == Verb::Snooze || wanted.act(Assignee::InText).is_some();
    has_a_form.then(|| form_button(wanted, thread))
}

fn form_button(wanted: PendingAction, thread: Option<&ConversationId>) -> Element {
    let label = format!("{}…", verbs::spec(wanted.verb).form.submit);
    let carried = Carried { wanted: Some(wanted), conversation: thread.cloned(), ..Carried::default() };
    Element::button(Control::Choose, &label, &carried.encode())
}

fn further() -> [Element; 2] {
    [Element::button(Control::ShowMine, "My inbox", "{}"), Element::button(Control::HelpAll, "All commands", "{}")]
}

/// Offers the form of a command that names no conversation.
pub(crate) fn form(wanted: PendingAction) -> Content {
    let content = words::sentence("Choose a conversation.");
    parts::with_buttons(content, vec![form_button(wanted, None)])
}

/// Offers the button that opens a window.
pub(crate) fn window(window: Window) -> Content {
    let (sentence, control, label) = match window {
        Window::Rules => ("The settings open in a window.", Control::Rules, "Open settings…"),
        Window::Connect => ("The connection to dialnote opens in a window.", Control::Connect, "Connect dialnote…"),
        Window::People => ("The links to dialnote open in a window.", Control::People, "Open links…"),
    };
    parts::with_buttons(words::sentence(sentence), vec![Element::button(control, label, "{}")])
}

/// Reports that a message arrived too late to be carried out.
pub(crate) fn late(typed: &str, written: Timestamp) -> Content {
    let sentence = Markup::of("Nothing changed: your message from ")
        .time(written)
        .text(&format!(" arrived only now. Send “{}” again if it still applies.", cut(typed, QUOTE)));
    Content::new(&sentence.words(), vec![sentence.paragraph()])
}

/// Reports that an emoji arrived too late to be carried out.
pub(crate) fn late_emoji(added: Timestamp) -> Content {
    Markup::of("Nothing changed: your emoji from ")
        .time(added)
        .ours(" arrived only now. Use the buttons on the card if it still applies.")
        .content()
}
