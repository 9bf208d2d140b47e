//! Sentences about a person's change to one or several conversations, and about the people notified of it.

use crate::core::verbs;
use jiff::Timestamp;

use crate::commands::result::{CommandResult, Picked, ResultKind, Several};
use crate::commands::undo_view;
use crate::core::about::About;
use crate::core::delivery::{DeliveryState, Receipt, Why};
use crate::core::verbs::Verb;
use crate::platform::slack::blocks::markup::{Emoji, Markup};
use crate::platform::slack::blocks::words;

/// Describes the change, the people notified of it, and the added note.
pub(crate) fn done(deed: &CommandResult) -> Markup {
    let noted = deed.noted && !is_note_alone(deed);
    let still = deed.hidden.map(|hidden| Markup::default().text(&undo_view::still(&deed.about, hidden)));
    let sentences =
        [what(deed), notified(&deed.receipts, deadline(deed), noted), picked(deed), still.unwrap_or_default()];
    Markup::default().emoji(Emoji::DONE).then("", Markup::joined(" ", sentences))
}

fn is_note_alone(deed: &CommandResult) -> bool {
    match deed.what {
        ResultKind::Did(verb) => verbs::spec(verb).note.is_some(),
        ref what => *what == ResultKind::OnlyNoted,
    }
}

fn what(deed: &CommandResult) -> Markup {
    let name = &deed.about.title;
    let contact = |begin: &str| words::contact_in(Markup::of(begin), &deed.about);
    let from = deed.from.as_deref();
    match &deed.what {
        ResultKind::Mine => match from {
            Some(from) => contact("You took over ").ours(" from ").bold(from).ours("."),
            None => contact("You took ").ours("."),
        },
        ResultKind::Theirs(to) => match from {
            Some(from) => contact("Reassigned ").ours(" from ").bold(from).ours(" to ").bold(to).ours("."),
            None => contact("Assigned ").ours(" to ").bold(to).ours("."),
        },
        ResultKind::HandedTo(to) => match from {
            Some(from) => contact("Handed ").ours(" off from ").bold(from).ours(" to ").bold(to).ours("."),
            None => contact("Handed ").ours(" off to ").bold(to).ours("."),
        },
        ResultKind::Unassigned => contact("Unassigned ").ours("."),
        ResultKind::Done => contact("Marked ").ours(" done."),
        ResultKind::Reopened => contact("Reopened ").ours("."),
        ResultKind::Snoozed(until) => contact("Snoozed ").ours(" until ").time(*until).ours("."),
        ResultKind::Woken => contact("Unsnoozed ").ours("."),
        ResultKind::Undone(again) => undo_view::undone(&deed.about, again, deed.note_stays),
        ResultKind::GivenBack(to) if to.is_empty() => {
            Markup::of("You declined ").bold(name).ours(". It's unassigned now.")
        }
        ResultKind::GivenBack(to) => {
            Markup::of("You declined ").bold(name).ours(". ").bold(to).ours(" is the owner again.")
        }
        ResultKind::Did(verb) => plain(*verb, &deed.about),
        ResultKind::OnlyNoted if deed.noted => Markup::of("Note added to ").bold(name).ours(". Nothing else changed."),
        ResultKind::OnlyNoted => Markup::of("Nothing changed for ").bold(name).ours("."),
    }
}

/// Describes the effect of a plain verb. Its sentence has a place for the contact.
fn plain(verb: Verb, about: &About) -> Markup {
    let said = verbs::spec(verb).plain.as_ref().map_or("", |plain| plain.result);
    match (said.split_once("{name}"), said.split_once("{contact}")) {
        (Some((before, after)), _) => Markup::of(before).bold(&about.title).ours(after),
        (_, Some((before, after))) => words::contact_in(Markup::of(before), about).ours(after),
        (None, None) => Markup::of(said),
    }
}

fn picked(deed: &CommandResult) -> Markup {
    let Some(Picked { group, open }) = &deed.picked else { return Markup::default() };
    let who = match &deed.what {
        ResultKind::Theirs(to) | ResultKind::HandedTo(to) => Markup::default().text(to).ours(" has"),
        _ => Markup::of("You have"),
    };
    who.ours(" the fewest open conversations in ").text(group).ours(&format!(" ({open})."))
}

/// Describes one of several changes. The people notified are named once for all of them.
pub(crate) fn row(deed: &CommandResult) -> Markup {
    let note = if deed.noted && !is_note_alone(deed) { "Your note was added." } else { "" };
    let still = deed.hidden.map(|hidden| Markup::default().text(&undo_view::still(&deed.about, hidden)));
    let sentences = [what(deed), Markup::of(note), still.unwrap_or_default()];
    Markup::default().emoji(Emoji::DONE).then("", Markup::joined(" ", sentences))
}

/// Returns the person who has to accept a hand-off, and the deadline.
fn deadline(deed: &CommandResult) -> Option<(&str, Timestamp)> {
    match &deed.what {
        ResultKind::HandedTo(to) => Some((to, deed.until?)),
        _ => None,
    }
}

/// Describes the delivery: "Zoe has been notified and your note was added." Omits receivers whose state is unknown.
pub(crate) fn notified(receipts: &[Receipt], deadline: Option<(&str, Timestamp)>, noted: bool) -> Markup {
    let taken = names(receipts, |fate| *fate == DeliveryState::Taken);
    let has = match taken.as_slice() {
        [] => Markup::default(),
        [one] => Markup::default().text(one).ours(" has been notified"),
        all => Markup::default().text(&words::listed_most(all)).ours(" have been notified"),
    };
    let line = match (taken.as_slice(), deadline) {
        ([], _) => Markup::of(if noted { "Your note was added." } else { "" }),
        ([one], Some((to, until))) if *one == to => has.ours(" and has until ").time(until).ours(" to accept."),
        (all, Some((to, until))) if all.contains(&to) => {
            has.ours(". ").text(to).ours(" has until ").time(until).ours(" to accept.")
        }
        _ if noted => has.ours(" and your note was added."),
        _ => has.ours("."),
    };
    let rest = if taken.is_empty() || !noted || deadline.is_none() { "" } else { "Your note was added." };
    let all = std::iter::once(line).chain([Markup::of(rest)]).chain(not_notified(receipts));
    Markup::joined(" ", all)
}

/// Returns a sentence for each receiver who wasn't notified.
fn not_notified(receipts: &[Receipt]) -> Vec<Markup> {
    let mut said: Vec<Markup> = Vec::new();
    for Receipt { name, fate } in receipts {
        let name = || Markup::default().text(name);
        let line = match fate {
            Some(DeliveryState::Later(at)) => name().ours(" will be notified at ").clock(*at).ours("."),
            Some(DeliveryState::NotYet { refused: true }) => {
                name().ours(" hasn't been notified yet: Slack isn't accepting the message.")
            }
            Some(DeliveryState::Never(why)) => name().ours(" couldn't be notified: ").text(&reason(why)),
            Some(DeliveryState::NotYet { refused: false } | DeliveryState::Taken | DeliveryState::Unwanted) | None => {
                continue;
            }
        };
        if !said.contains(&line) {
            said.push(line);
        }
    }
    said.extend(not_confirmed(receipts));
    said
}

/// Names the receivers of unconfirmed messages, which Slack may have accepted.
fn not_confirmed(receipts: &[Receipt]) -> Option<Markup> {
    let is_open = |receipt: &&Receipt| matches!(receipt.fate, Some(DeliveryState::NotYet { refused: false }) | None);
    let mut names: Vec<&str> = Vec::new();
    for Receipt { name, .. } in receipts.iter().filter(is_open) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let messages = if names.len() == 1 { "message" } else { "messages" };
    let line = Markup::of(&format!("Slack hasn't confirmed the {messages} to ")).text(&words::listed_most(&names));
    (!names.is_empty()).then(|| line.ours(" yet."))
}

/// Returns the distinct names of the receivers whose messages all satisfy `holds`.
fn names(receipts: &[Receipt], holds: impl Fn(&DeliveryState) -> bool) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for receipt in receipts {
        let same = receipts.iter().filter(|other| other.name == receipt.name);
        let all = same.into_iter().all(|same| same.fate.as_ref().is_some_and(&holds));
        if all && !names.contains(&receipt.name.as_str()) {
            names.push(&receipt.name);
        }
    }
    names
}

/// Describes a failed delivery: "Zoe couldn't be notified: Slack says the account is deactivated."
pub(crate) fn couldnt_be_notified(name: &str, about: Option<&About>, why: &Why) -> String {
    let about = about.map_or_else(String::new, |about| format!(" about {}", words::contact(about)));
    format!("{name} couldn't be notified{about}: {}", reason(why))
}

/// Returns the reason as a sentence that follows a colon.
pub(crate) fn reason(why: &Why) -> String {
    match why {
        Why::Deactivated => "Slack says the account is deactivated.".to_owned(),
        Why::NotFound => "Slack can't find a direct message with this person.".to_owned(),
        Why::Bot => "Slack says the account is a bot.".to_owned(),
        Why::NoMessagesTab => "the app's Messages tab is turned off.".to_owned(),
        Why::Restricted => "the workspace restricts who can post.".to_owned(),
        Why::GaveUp => "Slack didn't accept the message for 24 hours.".to_owned(),
        Why::Other(code) => format!("Slack refused the message ({code})."),
    }
}

/// Describes changes to several conversations: "Assigned 2 of 3 conversations to Zoe. Zoe has been notified."
pub(crate) fn several(all: &Several) -> Markup {
    let Several { deeds, refused, receipts, .. } = all;
    let title = match (deeds.as_slice(), refused.len()) {
        ([], 1) => Markup::of("Nothing changed:"),
        ([], all) => Markup::of(&format!("None of {all} conversations changed:")),
        ([first, ..], others) => together(first, deeds, &count(deeds.len(), others)),
    };
    let deadline = deeds.first().and_then(deadline).filter(|_| deeds.iter().all(|deed| deed.until.is_some()));
    title.then(" ", notified(receipts, deadline, false))
}

/// Counts the changed conversations: "2 conversations", "1 of 3 conversations".
fn count(done: usize, others: usize) -> String {
    match (done, others) {
        (1, 0) => "1 conversation".to_owned(),
        (all, 0) => format!("{all} conversations"),
        (done, others) => format!("{done} of {} conversations", done + others),
    }
}

/// Names the same change to several conversations in one sentence, and different changes as changes.
fn together(first: &CommandResult, deeds: &[CommandResult], count: &str) -> Markup {
    let alike = |is: fn(&ResultKind) -> bool| deeds.iter().all(|deed| is(&deed.what));
    let same = deeds.iter().all(|deed| deed.what == first.what);
    let all = |did: &str, end: &str| Markup::of(&format!("{did} {count}{end}"));
    match &first.what {
        ResultKind::Theirs(to) if same => all("Assigned", " to ").bold(to).ours("."),
        ResultKind::HandedTo(to) if same => all("Handed", " off to ").bold(to).ours("."),
        ResultKind::Mine if same => all("You took", "."),
        ResultKind::Unassigned if same => all("Unassigned", "."),
        ResultKind::Done if same => all("Marked", " done."),
        ResultKind::Reopened if same => all("Reopened", "."),
        ResultKind::Snoozed(_) if alike(|what| matches!(what, ResultKind::Snoozed(_))) => all("Snoozed", "."),
        ResultKind::Undone(_) if alike(|what| matches!(what, ResultKind::Undone(_))) => all("Undid changes to", "."),
        _ => all("Changed", "."),
    }
}
