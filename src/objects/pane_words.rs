//! The words of a pane that shows no conversation, or less than all of it.

use crate::commands::refusal_words;
use crate::core::control::Control;
use crate::core::refusal::Refusal;
use crate::core::teammate::Unlinked;
use crate::platform::slack::entity::{EntityAction, PaneFailure};

/// The title for a person who is not linked.
const PARTIAL: &str = "You see what this channel shows";

/// The sentence for a person whom an admin can link.
const NOT_LINKED: &str =
    "Numbers, messages and notes are for people who are linked to dialnote. An admin can link you.";

/// Tells a person who is not linked what they see, and how they get linked.
pub(crate) fn not_linked(why: Unlinked) -> PaneFailure {
    if !why.can_be_linked() {
        return PaneFailure::partial(PARTIAL, &refusal_words::line(&Refusal::YouAreNotLinked(why)).words(), Vec::new());
    }
    let ask = EntityAction::new(Control::AskAdmin.action_id(), "Ask an admin", "{}".to_owned());
    PaneFailure::partial(PARTIAL, NOT_LINKED, vec![ask.primary()])
}

/// Says that dialnote gave no answer.
pub(crate) fn no_answer() -> PaneFailure {
    PaneFailure::custom("dialnote isn't responding", "Press refresh in a minute. Nothing was changed.")
}

/// Says that the workspace is not connected, or another reason that the app has in words.
pub(crate) fn refused(why: &Refusal) -> PaneFailure {
    match why {
        Refusal::NoConversation { .. } | Refusal::Gone(_) => PaneFailure::not_found(),
        why => PaneFailure::custom("Not available", &refusal_words::line(why).words()),
    }
}
