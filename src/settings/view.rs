//! Answers to changes of settings.

use crate::platform::slack::blocks::kit::Content;
use crate::platform::slack::blocks::markup::{Emoji, Markup};

/// Returns the answer to a change of the rules.
pub(crate) fn rules() -> Content {
    saved("The new rules apply now.")
}

/// Returns the answer to a change of what a channel hides.
pub(crate) fn privacy(masked: bool) -> Content {
    saved(if masked {
        "Cards in this channel hide numbers and messages. *Show* reveals them to teammates."
    } else {
        "Cards in this channel show everything."
    })
}

/// Returns the answer to another change of a channel's settings.
pub(crate) fn channel() -> Content {
    saved("The new settings apply in this channel now.")
}

/// Returns the answer to a change of the requester's notification preferences.
pub(crate) fn preferences() -> Content {
    saved("")
}

fn saved(sentence: &str) -> Content {
    Markup::default().emoji(Emoji::DONE).ours("Saved.").then(" ", Markup::of(sentence)).content()
}
