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
