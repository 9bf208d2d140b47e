//! A report in words: beside its picture, and instead of it for people who can't see it.

use crate::core::text::cut;
use crate::notifications::report_facts::{Alone, DayActivity, Report};
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::mrkdwn::neutral;
use crate::platform::slack::blocks::words;

/// The most characters of the picture's description (docs/contracts/slack-limits.json).
const LONGEST_ALT: usize = 1000;

/// The most days that are listed.
const MAX_LISTED_DAYS: usize = 31;

/// Returns the title of the picture.
pub(crate) fn title(report: &Report) -> String {
    let on = report.line.as_ref().map_or_else(String::new, |line| format!(" on {line}"));
    match report.days.len() {
        1 => format!("Conversations{on} today"),
        days => format!("Conversations{on} of the last {days} days"),
    }
}

/// Returns the report for the requester alone, with the reason.
pub(crate) fn alone(report: &Report, why: Alone) -> Content {
    let why = match why {
        Alone::NoRoute => {
            "Only you see this. It is about all shared numbers, because no shared number's cards come here: \
             /dialnote route changes that."
        }
        Alone::Hidden => "Only you see this, because others read this channel, or it hides numbers and messages.",
    };
    let words = comment(report);
    Content::new(&format!("{words}\n{why}"), vec![Block::paragraph(&words), Block::small(why)])
}

/// Returns the text above the picture.
pub(crate) fn comment(report: &Report) -> String {
    let mut lines = vec![format!("{}, for {}: {}", title(report), report.by, sums(report)), waits(report)];
    let told = report.days.len().saturating_sub(MAX_LISTED_DAYS);
    let days = report.days.iter().skip(told).filter(|day| report.days.len() > 1 && day.total() > 0);
    lines.extend(days.map(|day| format!("• {}", row(day))));
    lines.push(loads(report));
    neutral(&lines.join("\n"))
}

/// Describes the picture for people who can't see it.
pub(crate) fn alt(report: &Report) -> String {
    let days: Vec<_> =
        report.days.iter().map(|day| format!("{} {}", day.date.strftime("%a %-d"), day.total())).collect();
    cut(
        &format!("Two bar charts. Conversations a day: {}. {} {}", days.join(", "), loads(report), waits(report)),
        LONGEST_ALT,
    )
}

fn sums(report: &Report) -> String {
    let sum = |part: fn(&DayActivity) -> usize| report.days.iter().map(part).sum::<usize>();
    let (done, snoozed) = (sum(|day| day.done), sum(|day| day.snoozed));
    let (owned, waiting) = (sum(|day| day.owned), sum(|day| day.waiting));
    format!(
        "{} in all, {done} done, {snoozed} snoozed, {owned} open with an owner, {waiting} without one.",
        report.total()
    )
}

/// Summarizes the median times until an owner and until done, and the changes of owner.
pub(crate) fn waits(report: &Report) -> String {
    let waits = &report.waits;
    let owned = match waits.to_owner {
        Some(seconds) => format!("Half of what was taken had an owner within {}.", words::span(seconds)),
        None => "Nobody took anything.".to_owned(),
    };
    let done = match waits.to_done {
        Some(seconds) => format!("Half of what was done was so within {}.", words::span(seconds)),
        None => "Nothing was marked done.".to_owned(),
    };
    let handed = match waits.handed {
        0 => "Nothing changed hands.".to_owned(),
        1 => "One conversation changed hands.".to_owned(),
        many => format!("Conversations changed hands {many} times."),
    };
    format!("{owned} {done} {handed}")
}

fn row(day: &DayActivity) -> String {
    let parts = [(day.done, "done"), (day.snoozed, "snoozed"), (day.owned, "owned"), (day.waiting, "waiting")];
    let parts: Vec<_> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    format!("{}: {} ({})", day.date.strftime("%a %-d %b"), day.total(), parts.join(", "))
}

fn loads(report: &Report) -> String {
    let loads = report.loads.iter().map(|(name, open)| format!("{name} {open}"));
    match loads.collect::<Vec<_>>().join(", ") {
        nobody if nobody.is_empty() => "Nobody owns an open conversation.".to_owned(),
        loads => format!("Open now: {loads}."),
    }
}
