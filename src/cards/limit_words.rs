//! The words for the next limit of a conversation, on cards, in lists and in the side pane.

use crate::core::target_outcome::{NextLimit, WaitLimit};
use crate::platform::slack::blocks::markup::Markup;

/// Names the limit, to be followed by its time: "Owner by".
pub(crate) fn label(next: &NextLimit) -> &'static str {
    match (next.limit, next.missed) {
        (WaitLimit::Owner, false) => "Owner by",
        (WaitLimit::Owner, true) => "Owner was due",
        (WaitLimit::Answer, false) => "Answer by",
        (WaitLimit::Answer, true) => "Answer was due",
    }
}

/// Returns the limit within a line: "answer by today 11:00".
pub(crate) fn words(next: &NextLimit) -> Markup {
    Markup::of(&format!("{} ", label(next).to_lowercase())).time(next.due)
}

/// Returns the limit in a line, nothing if there is none.
pub(crate) fn of(next: Option<&NextLimit>) -> Markup {
    next.map(words).unwrap_or_default()
}
