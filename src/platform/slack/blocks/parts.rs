//! Blocks and buttons added to a message.

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
