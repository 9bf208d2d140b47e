//! The words of a preview: what settings would have done, and what a preview can't know.

use serde::{Deserialize, Serialize};

use crate::commands::refusal_view;
use crate::core::auto_assign::AssigneePool;
use crate::core::refusal::Refusal;
use crate::core::route::RouteSettings;
use crate::core::targets::Backup;
use crate::platform::slack::blocks::kit::Block;
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::blocks::window::Modal;
use crate::waiting::preview::PreviewCounts;

/// A preview, with the names that people read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Previewed {
    /// The name of the shared number; `None` for all.
    pub line: Option<String>,
    /// The sentences about the settings.
    pub does: String,
    /// The settings.
    pub settings: RouteSettings,
    /// The counts.
    pub counts: PreviewCounts,
    /// The people of the pool, each with the number that the settings would have assigned to them.
    pub people: Vec<(String, usize)>,
}

/// The callback id of the window.
const CALLBACK_ID: &str = "preview";

/// The title of the window.
const TITLE: &str = "Preview";

/// The most people who are listed.
const MOST_PEOPLE: usize = 30;

/// Returns the window while the conversations are counted.
pub(crate) fn waiting() -> Modal {
    Modal::window(CALLBACK_ID, TITLE, String::new(), vec![Block::paragraph("Counting the last 7 days…")])
}

/// Returns the window that says why there is no preview.
pub(crate) fn refused(why: &Refusal) -> Modal {
    Modal::window(CALLBACK_ID, TITLE, String::new(), refusal_view::refusal(why).blocks)
}

/// Returns the window that says which field of the form has to be corrected first.
pub(crate) fn not_yet(sentence: &str) -> Modal {
    let line = Markup::of("There's no preview yet: ").text(sentence);
    Modal::window(CALLBACK_ID, TITLE, String::new(), vec![line.paragraph()])
}

/// Returns the window with a preview.
pub(crate) fn window(preview: &Previewed) -> Modal {
    let Previewed { line, does, settings, counts, people } = preview;
    let title = Markup::of("The last 7 days with these settings");
    let title = match line {
        Some(line) => title.ours(" on ").bold(line),
        None => title,
    };
    // A whole text from outside is cut after some sentences.
    let does = does.split_inclusive(". ").fold(Markup::default(), Markup::text);
    let mut blocks = vec![title.paragraph(), does.small()];
    blocks.push(Block::header("What would have happened"));
    blocks.push(Markup::joined("\n", lines(counts, settings)).paragraph());
    if settings.auto.pool().is_some() && !people.is_empty() {
        blocks.push(Block::header("Conversations for each person"));
        let rows =
            people.iter().take(MOST_PEOPLE).map(|(name, given)| Markup::default().text(&format!("{name} · {given}")));
        blocks.push(Markup::joined("\n", rows).paragraph());
    }
    blocks.push(Block::header("What a preview can't know"));
    blocks.push(Markup::joined("\n", unknown(counts, settings)).small());
    blocks.push(Block::small("Nothing is saved or sent by a preview. Close it to go on with the settings."));
    Modal::window(CALLBACK_ID, TITLE, String::new(), blocks)
}

/// Returns the counts, a line each.
fn lines(counts: &PreviewCounts, settings: &RouteSettings) -> Vec<Markup> {
    let all = counts.conversations;
    if all == 0 {
        return vec![Markup::of("There were no missed calls, voicemails or text messages in this time.")];
    }
    let mut lines = vec![fact(&format!("{} began to wait", conversations(all)))];
    lines.extend((counts.owned > 0).then(|| fact(&format!("{} of these had an owner, who keeps them", counts.owned))));
    if settings.auto.pool().is_some() {
        let given: usize = counts.given.iter().map(|(_, given)| given).sum();
        let no_one = if counts.given.is_empty() { ", because there is no one to assign them to" } else { "" };
        lines.push(fact(&format!("{given} would have been assigned{no_one}")));
        let others = [
            (counts.settled, "would have been taken, answered or closed by people before that"),
            (counts.still_waiting, "would still wait for someone"),
        ];
        lines.extend(
            others.iter().filter(|(count, _)| *count > 0).map(|(count, what)| fact(&format!("{count} {what}"))),
        );
        lines.push(fact(&format!("{} would have waited for the start of working hours", counts.waited_for_hours)));
        if settings.auto.most_open > 0 && !counts.given.is_empty() {
            lines.push(fact(&format!("{} would have waited for someone below the limit", counts.waited_for_room)));
        }
    }
    let targets = &settings.targets;
    let kinds = [targets.call, targets.voicemail, targets.sms];
    if kinds.iter().any(|target| target.owner > 0) {
        let [late, really] = counts.late_owner;
        lines.push(fact(&format!("{late} would have had no owner in time, instead of {really}")));
    }
    if kinds.iter().any(|target| target.answer > 0) {
        lines.push(fact(&format!("{} had no answer in time", counts.late_answer)));
    }
    let then = targets.then.as_ref().map(|then| match then {
        Backup::User(_) => "the next person".to_owned(),
        Backup::Group(group) => group.name.clone(),
    });
    let [owner, backup, channel] = counts.notified;
    let steps = [
        targets.tell_owner.then(|| ("the owner".to_owned(), owner)),
        then.map(|then| (then, backup)),
        targets.tell_channel.then(|| ("the channel".to_owned(), channel)),
    ];
    lines.extend(
        steps
            .into_iter()
            .flatten()
            .map(|(who, count)| fact(&format!("{count} would have been escalated to ")).text(&who)),
    );
    if settings.returns.after_hours > 0 {
        lines.push(fact(&format!("{} would have left an inactive owner", counts.returned)));
    }
    lines
}

fn fact(words: &str) -> Markup {
    Markup::of("• ").ours(words)
}

fn conversations(count: usize) -> String {
    if count == 1 { "1 conversation".to_owned() } else { format!("{count} conversations") }
}

/// Says what the counts leave out.
fn unknown(counts: &PreviewCounts, settings: &RouteSettings) -> Vec<Markup> {
    let mut lines = Vec::new();
    if let Some(pool) = settings.auto.pool() {
        lines.push(Markup::of("Who was away: everyone counts as available all the time."));
        if let AssigneePool::Group(group) = pool {
            lines.push(Markup::of("Who was in ").text(&group.name).ours(" then: today's members count."));
        }
        lines.push(Markup::of("Faster work: answers and Done count at the time they really came."));
    }
    lines.push(Markup::of(
        "Calls and messages that dialnote's list no longer shows: only the last answer of a conversation is known.",
    ));
    let targets = &settings.targets;
    if counts.unknown_kind > 0 && (targets.voicemail != targets.call || targets.sms != targets.call) {
        let kinds = format!("The kind of {}: the target of missed calls applies.", conversations(counts.unknown_kind));
        lines.push(Markup::of(&kinds));
    }
    lines
}
