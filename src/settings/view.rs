//! Answers to changes of settings.

use crate::platform::slack::blocks::kit::Content;
use crate::platform::slack::blocks::words;

/// Returns the answer to a change of the rules.
pub(crate) fn rules() -> Content {
    words::sentence("Saved. The new rules hold from now on.")
}

/// Returns the answer to a change of what a channel hides.
pub(crate) fn privacy(masked: bool) -> Content {
    words::sentence(if masked {
        "Saved. From now on cards in this channel hide numbers and messages; Show reveals them to teammates."
    } else {
        "Saved. From now on cards in this channel show everything."
    })
}

/// Returns the answer to another change of a channel's settings.
pub(crate) fn channel() -> Content {
    words::sentence("Saved. It holds in this channel from now on.")
}

/// Returns the answer to a change of the requester's notification preferences.
pub(crate) fn preferences() -> Content {
    words::sentence("Saved.")
}
