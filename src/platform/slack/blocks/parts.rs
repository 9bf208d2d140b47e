//! Blocks and buttons added to a message.

use crate::core::verb::Verb;
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::{Block, Content};

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

pub(crate) fn names(verb: Verb) -> (&'static str, &'static str) {
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

/// Splits a note into as many quoted paragraphs as its length needs.
pub fn quoted(note: &str) -> Vec<Block> {
    const ROOM: usize = 2990;
    let mut blocks = Vec::new();
    let mut rest: Vec<char> = note.trim().chars().collect();
    while !rest.is_empty() {
        let tail = rest.split_off(rest.len().min(ROOM));
        let part: String = rest.into_iter().collect();
        let open = if blocks.is_empty() { "“" } else { "" };
        let close = if tail.is_empty() { "”" } else { "" };
        blocks.push(Block::paragraph(&format!("{open}{part}{close}")));
        rest = tail;
    }
    blocks
}
