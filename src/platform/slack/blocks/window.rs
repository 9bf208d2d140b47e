//! Forms, windows and Home tabs.

use serde::{Deserialize, Serialize};

use crate::core::ids::ViewId;
use crate::platform::slack::blocks::kit::Block;
use crate::platform::slack::blocks::text::Text;

const TITLE: usize = 24;
const VIEW_BLOCKS: usize = 100;

/// A form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modal {
    #[serde(rename = "type")]
    kind: &'static str,
    callback_id: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    private_metadata: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<ViewId>,
    title: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    submit: Option<Text>,
    close: Text,
    blocks: Vec<Block>,
}

/// The Home tab of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Home {
    #[serde(rename = "type")]
    kind: &'static str,
    blocks: Vec<Block>,
}

impl Home {
    /// Returns a Home tab of these blocks, up to Slack's limit.
    pub fn new(blocks: Vec<Block>) -> Self {
        Self { kind: "home", blocks: blocks.into_iter().take(VIEW_BLOCKS).collect() }
    }
}

impl Modal {
    /// Returns a form that keeps `private_metadata` until it is submitted.
    pub fn new(
        callback_id: &'static str,
        title: &str,
        submit: &str,
        private_metadata: String,
        blocks: Vec<Block>,
    ) -> Self {
        Self {
            kind: "modal",
            callback_id,
            private_metadata,
            external_id: None,
            title: Text::ours(title, TITLE),
            submit: Some(Text::ours(submit, TITLE)),
            close: Text::ours("Cancel", TITLE),
            blocks: blocks.into_iter().take(VIEW_BLOCKS).collect(),
        }
    }

    /// Returns a window without a submit button.
    pub fn window(callback_id: &'static str, title: &str, private_metadata: String, blocks: Vec<Block>) -> Self {
        Self {
            submit: None,
            close: Text::ours("Close", TITLE),
            ..Self::new(callback_id, title, "", private_metadata, blocks)
        }
    }

    /// Answers whether some workspaces may not know a block of the window.
    pub(crate) fn has_newer_blocks(&self) -> bool {
        self.blocks.iter().any(Block::is_newer)
    }

    /// Returns the window with blocks that all workspaces know.
    pub(crate) fn with_older_blocks(self) -> Self {
        Self { blocks: self.blocks.into_iter().map(Block::older).collect(), ..self }
    }

    /// Sets the app's own name for the window, by which it can be updated.
    pub fn named(self, name: ViewId) -> Self {
        Self { external_id: Some(name), ..self }
    }
}
