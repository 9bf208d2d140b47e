//! A report: the numbers first, then a chart of the days and a table of the people. Its text says all of it in words.

use std::cmp::Ordering;

use crate::core::direct_message::WordedReport;
use crate::core::text::cut;
use crate::notifications::report_facts::{Alone, Counts, DayActivity, PersonActivity, Report};
use crate::notifications::shares::Share;
use crate::platform::slack::blocks::chart::{Cell, Chart, Table};
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::blocks::words;

/// The most points of a chart: longer periods are drawn in groups of days (docs/contracts/slack-limits.json).
const MOST_POINTS: usize = 20;

/// The most days that are listed in words.
const MOST_LISTED_DAYS: usize = 31;

/// The most characters of the notification.
const NOTIFICATION: usize = 1000;

/// The comparison of a figure that is the same as the week before.
const UNCHANGED: &str = " (unchanged)";

/// Returns one of the counts of a day.
type CountOf = fn(&DayActivity) -> usize;

/// The parts into which the conversations of a day are divided, in the order of the chart.
const PARTS: [(&str, CountOf); 4] = [
    ("Done", |day| day.done),
    ("Snoozed", |day| day.snoozed),
    ("Owned", |day| day.owned),
    ("Unassigned", |day| day.waiting),
];

/// Returns the report with its chart and its table.
pub(crate) fn message(report: &Report) -> Content {
    let mut blocks = vec![Block::header(&title(report)), facts(&facts_in_words(report))];
    blocks.extend((report.days.len() > 1).then(|| Block::chart(chart(report))));
    blocks.extend((!report.people.is_empty()).then(|| Block::table(people(report))));
    blocks.push(Markup::default().text(&origin(report)).small());
    Content::new(&notification(report), blocks)
}

/// Returns the report in words alone, for places that don't know charts and tables.
pub(crate) fn plain(report: &Report) -> Content {
    Content::new(&notification(report), in_words(&worded(report)))
}

/// Returns the words of the report.
pub(crate) fn worded(report: &Report) -> WordedReport {
    let lists = [("By day", days_in_words(report)), ("By person", people_in_words(report))];
    WordedReport {
        title: title(report),
        facts: facts_in_words(report).into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect(),
        lists: lists.map(|(title, lines)| (title.to_owned(), lines)).to_vec(),
        origin: origin(report),
        text: notification(report),
    }
}

/// Returns the blocks of a report in words.
pub(crate) fn in_words(report: &WordedReport) -> Vec<Block> {
    let mut blocks = vec![Block::header(&report.title), facts(&report.facts)];
    blocks.extend(report.lists.iter().filter_map(|(title, list)| lines(title, list)).map(|line| line.paragraph()));
    blocks.push(Markup::default().text(&report.origin).small());
    blocks
}

/// Returns the report for the requester alone, with the reason.
pub(crate) fn alone(report: &Report, why: Alone) -> Content {
    let why = match why {
        Alone::NoRoute => {
            Markup::of("Only visible to you. It covers all shared numbers, because this channel shows none: see ")
                .code("/dialnote route")
                .ours(".")
        }
        Alone::Hidden => {
            Markup::of("Only visible to you, because this channel hides numbers and messages or is shared with others.")
        }
    };
    let mut content = plain(report);
    content.blocks.push(why.small());
    content
}

fn title(report: &Report) -> String {
    let on = report.line.as_ref().map_or_else(String::new, |line| format!(" · {line}"));
    match report.days.len() {
        _ if report.week.is_some() => format!("Weekly report{on}"),
        1 => format!("Report · today{on}"),
        days => format!("Report · last {days} days{on}"),
    }
}

fn facts(facts: &[(impl AsRef<str>, String)]) -> Block {
    let facts: Vec<_> = facts.iter().map(|(name, fact)| (name.as_ref(), Markup::default().text(fact))).collect();
    Block::facts(&facts)
}

/// Returns the figures, each with its name. A weekly report compares each of them with the week before.
fn facts_in_words(report: &Report) -> Vec<(&'static str, String)> {
    let is_weekly = report.week.is_some();
    let before = report.week.and_then(|week| week.before);
    let number = |now: usize, before: Option<usize>| {
        let change = before.map_or_else(String::new, |before| more_or_fewer(now, before));
        format!("{now}{change}")
    };
    let median = |now: Option<i64>, earlier: Option<i64>| {
        let change = match (now, earlier) {
            (Some(now), Some(then)) if is_weekly && before.is_some() => longer_or_shorter(now, then),
            _ if is_weekly => String::new(),
            (_, Some(earlier)) => format!(" ({} before)", words::span(earlier)),
            (_, None) => String::new(),
        };
        format!("{}{change}", now.map_or_else(|| "–".to_owned(), words::span))
    };
    let handed = before.map(|_| report.before.handed);
    let mut facts = vec![
        ("Active conversations", number(report.total(), before.map(|before| before.active))),
        ("Unassigned of these", number(sum(report, |day| day.waiting), before.map(|before| before.unassigned))),
        ("Median time to an owner", median(report.waits.to_owner, report.before.to_owner)),
        ("Median time to done", median(report.waits.to_done, report.before.to_done)),
        ("Done of these", number(sum(report, |day| day.done), before.map(|before| before.done))),
        ("Changed owner", number(report.waits.handed, handed)),
    ];
    if has_targets(report) {
        let (now, before) = (&report.targets, &report.targets_before);
        facts.push(("Owner in time", compared(now.owner, before.owner)));
        facts.push(("Answered in time", compared(now.answer, before.answer)));
        facts.push(("Median time to an answer", median(now.to_answer, before.to_answer)));
    }
    facts
}

/// Returns a share with the one of the period before: "92% of 13 (88% before)".
fn compared(now: Share, before: Share) -> String {
    let before = before.percent().map_or_else(String::new, |percent| format!(" ({percent}% before)"));
    format!("{}{before}", share(now).unwrap_or_else(|| "–".to_owned()))
}

/// Answers whether any target was met or missed in the period or in the one before.
fn has_targets(report: &Report) -> bool {
    let (now, before) = (&report.targets, &report.targets_before);
    [now.owner, now.answer, before.owner, before.answer].iter().any(|share| share.of > 0)
}

/// Returns a share in words: "92% of 13".
fn share(share: Share) -> Option<String> {
    share.percent().map(|percent| format!("{percent}% of {}", share.of))
}

fn more_or_fewer(now: usize, before: usize) -> String {
    match now.cmp(&before) {
        Ordering::Greater => format!(" ({} more)", now - before),
        Ordering::Less => format!(" ({} fewer)", before - now),
        Ordering::Equal => UNCHANGED.to_owned(),
    }
}

fn longer_or_shorter(now: i64, before: i64) -> String {
    match now.cmp(&before) {
        Ordering::Greater => format!(" ({} longer)", words::span(now - before)),
        Ordering::Less => format!(" ({} shorter)", words::span(before - now)),
        Ordering::Equal => UNCHANGED.to_owned(),
    }
}

fn sum(report: &Report, part: CountOf) -> usize {
    report.days.iter().map(part).sum()
}

/// Returns the conversations by day, or by groups of days.
fn chart(report: &Report) -> Chart {
    let group = report.days.len().div_ceil(MOST_POINTS).max(1);
    let groups: Vec<_> = report.days.chunks(group).collect();
    let label = |days: &&[DayActivity]| days.first().map_or_else(String::new, |day| label(day, group));
    let series = PARTS.map(|(name, part)| (name, groups.iter().map(|days| days.iter().map(part).sum()).collect()));
    let labels: Vec<_> = groups.iter().map(label).collect();
    Chart::bars("Conversations by day of last activity", &labels, series.to_vec())
}

/// Names a day: "Tue 17". The first of a group of days has its month: "17 Nov".
fn label(day: &DayActivity, group: usize) -> String {
    let format = if group == 1 { "%a %-d" } else { "%-d %b" };
    day.date.strftime(format).to_string()
}

fn people(report: &Report) -> Table {
    let heading = ["Person", "Open now", "Assigned", "Done", "Median to done"].map(Cell::new);
    let answers = has_targets(report);
    let heading = heading.into_iter().chain(answers.then(|| Cell::new("In time"))).collect();
    let row = |PersonActivity { name, counts, answers: theirs }: &PersonActivity| {
        let numbers = [counts.open, counts.assigned, counts.done].map(|count| Cell::new(&count.to_string()));
        let median = Cell::new(&counts.to_done.map_or_else(String::new, words::span));
        let theirs = answers.then(|| Cell::new(&share(*theirs).unwrap_or_default()));
        std::iter::once(Cell::new(name)).chain(numbers).chain([median]).chain(theirs).collect()
    };
    Table::new(std::iter::once(heading).chain(report.people.iter().map(row)).collect())
}

/// Returns lines below a title.
fn lines(title: &str, lines: &[String]) -> Option<Markup> {
    let lines = lines.iter().map(|line| Markup::default().text(line));
    (lines.len() > 0).then(|| Markup::default().strong(title).ours("\n").then("", Markup::joined("\n", lines)))
}

/// Returns the days with activity in words: "Sun 22 · 9: 1 done, 8 unassigned".
fn days_in_words(report: &Report) -> Vec<String> {
    let told = report.days.len().saturating_sub(MOST_LISTED_DAYS);
    let days = report.days.iter().skip(told).filter(|day| report.days.len() > 1 && day.total() > 0);
    let words = |day: &DayActivity| {
        let parts = PARTS.iter().filter(|(_, part)| part(day) > 0);
        let parts: Vec<_> = parts.map(|(name, part)| format!("{} {}", part(day), name.to_lowercase())).collect();
        format!("{} · {}: {}", label(day, 1), day.total(), parts.join(", "))
    };
    days.map(words).collect()
}

/// Returns what each person did in words: "Zoe · 2 open, 3 assigned, 1 done, median 10 min".
fn people_in_words(report: &Report) -> Vec<String> {
    let words = |PersonActivity { name, counts, answers }: &PersonActivity| {
        let Counts { open, assigned, done, to_done } = counts;
        let median = to_done.map_or_else(String::new, |seconds| format!(", median {}", words::span(seconds)));
        let answers = share(*answers).map_or_else(String::new, |share| format!(", {share} answered in time"));
        format!("{name} · {open} open, {assigned} assigned, {done} done{median}{answers}")
    };
    report.people.iter().map(words).collect()
}

/// Says who requested the report, or when it comes.
fn origin(report: &Report) -> String {
    match (&report.by, report.week) {
        (_, Some(week)) if week.before.is_some() => {
            format!("Every {} · Compared with the week before", week.at.words())
        }
        (_, Some(week)) => format!("Every {}", week.at.words()),
        (Some(by), None) => format!("Requested by {by}"),
        (None, None) => String::new(),
    }
}

/// Returns the report in words, for notifications and for clients that know no charts: the totals, then the people, then
/// the days.
fn notification(report: &Report) -> String {
    let list = |title: &str, lines: &[String]| (!lines.is_empty()).then(|| format!("{title}: {}", lines.join(". ")));
    let people = list("By person", &people_in_words(report));
    let days = list("By day", &days_in_words(report));
    if report.week.is_some() {
        let facts = facts_in_words(report).into_iter().map(|(name, fact)| format!("{name}: {fact}"));
        let facts = facts.collect::<Vec<_>>().join(", ");
        let sentences: Vec<_> =
            std::iter::once(format!("{}. {facts}", title(report))).chain(people).chain(days).collect();
        return cut(&format!("{}.", sentences.join(". ")), NOTIFICATION);
    }
    let parts: Vec<_> =
        PARTS.iter().map(|(name, part)| format!("{} {}", sum(report, *part), name.to_lowercase())).collect();
    let counted = format!("{}: {} active conversations, {}", title(report), report.total(), parts.join(", "));
    let waits = [("Median time to an owner", report.waits.to_owner), ("Median time to done", report.waits.to_done)];
    let waits = waits.iter().filter_map(|(what, wait)| Some(format!("{what} {}", words::span((*wait)?))));
    let shares = [("Owner in time", report.targets.owner), ("Answered in time", report.targets.answer)];
    let shares = shares.iter().filter_map(|(what, now)| Some(format!("{what} {}", share(*now)?)));
    let list = |title: &str, lines: &[String]| (!lines.is_empty()).then(|| format!("{title}: {}", lines.join(". ")));
    let people = list("By person", &people_in_words(report));
    let days = list("By day", &days_in_words(report));
    let sentences: Vec<_> = std::iter::once(counted).chain(waits).chain(shares).chain(people).chain(days).collect();
    cut(&format!("{}.", sentences.join(". ")), NOTIFICATION)
}
