//! The sentences about answer targets that are near or missed.

use jiff::Timestamp;

use crate::core::target_outcome::WaitLimit;
use crate::platform::slack::blocks::markup::Markup;

/// Says that a limit is near: "Ana Lima needs an owner by 10:30."
pub(crate) fn near(title: Markup, limit: WaitLimit, due: Timestamp) -> Markup {
    let what = match limit {
        WaitLimit::Owner => " needs an owner by ",
        WaitLimit::Answer => " needs an answer by ",
    };
    title.ours(what).time(due).ours(".")
}

/// Says that a limit was missed: "Ana Lima is overdue: an answer from Zoe was due 11:00."
pub(crate) fn missed(title: Markup, limit: WaitLimit, owner: Option<&str>, due: Timestamp) -> Markup {
    let line = title.ours(" is overdue: ");
    let line = match (limit, owner) {
        (WaitLimit::Owner, _) => line.ours("an owner was due "),
        (WaitLimit::Answer, Some(owner)) => line.ours("an answer from ").bold(owner).ours(" was due "),
        (WaitLimit::Answer, None) => line.ours("an answer was due "),
    };
    line.time(due).ours(".")
}
