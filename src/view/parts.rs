//! Blocks and buttons added to a message.

use crate::domain::verb::Verb;
use crate::view::element::Element;
use crate::view::kit::{Block, Content};

pub(crate) fn with_blocks(mut content: Content, blocks: Vec<Block>) -> Content {
    content.blocks.extend(blocks);
    content
}

pub(crate) fn with_buttons(mut content: Content, buttons: Vec<Element>) -> Content {
    content.blocks.push(Block::actions("actions", buttons));
    content
}

/// Returns the label of the button that submits a form for this command.
pub(crate) fn submit(verb: Verb) -> &'static str {
    names(verb).1
}

pub(super) fn names(verb: Verb) -> (&'static str, &'static str) {
    match verb {
        Verb::Assign => ("Assign", "Assign"),
        Verb::Handoff => ("Hand off", "Hand off"),
        Verb::Take => ("Take it", "Take it"),
        Verb::Unassign => ("Unassign", "Unassign"),
        Verb::Done => ("Done", "Mark done"),
        Verb::Reopen => ("Reopen", "Reopen"),
        Verb::Snooze => ("Snooze", "Snooze"),
        Verb::Wake => ("Wake", "Wake"),
        Verb::Note => ("Note", "Add note"),
        Verb::History => ("History", "Show"),
        Verb::Undo => ("Undo", "Take back"),
        Verb::Accept => ("Accept", "Accept"),
        Verb::GiveBack => ("Give back", "Give back"),
        Verb::Keep => ("Keep", "I am on it"),
        Verb::Inbox
        | Verb::Route
        | Verb::Link
        | Verb::Report
        | Verb::Connect
        | Verb::Settings
        | Verb::Doctor
        | Verb::Help => ("dialnote", "OK"),
    }
}
