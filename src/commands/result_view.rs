//! Sentences about a person's change to one or several conversations, and about the people notified of it.

use crate::core::verbs;
use jiff::Timestamp;

use crate::commands::result::{CommandResult, Picked, ResultKind, Several};
use crate::commands::undo_view;
use crate::core::about::About;
use crate::core::delivery::{DeliveryState, Receipt, Why};
use crate::platform::slack::blocks::kit::{Block, Content, Span};
use crate::platform::slack::blocks::mrkdwn::neutral;
use crate::platform::slack::blocks::words;

/// Text that may contain times, each shown in the reader's own time zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words(Vec<Span>);

impl Words {
    fn text(self, text: &str) -> Self {
        if text.is_empty() { self } else { self.span(Span::plain(text)) }
    }

    fn span(mut self, span: Span) -> Self {
        self.0.push(span);
        self
    }

    /// Appends another sentence.
    fn then(mut self, next: Self) -> Self {
        if !self.0.is_empty() && !next.0.is_empty() {
            self = self.text(" ");
        }
        self.0.extend(next.0);
        self
    }

    /// Returns the text, with times in UTC.
    pub(crate) fn plain(&self) -> String {
        self.0.iter().map(Span::shown).collect()
    }

    /// Returns the text as a paragraph.
    pub(crate) fn paragraph(&self) -> Block {
        let is_timeless = self.0.iter().all(|span| matches!(span, Span::Text { .. }));
        if is_timeless { Block::paragraph(&self.plain()) } else { Block::rich(self.0.clone()) }
    }

    /// Returns the text as a message.
    pub(crate) fn content(&self) -> Content {
        Content::new(&neutral(&self.plain()), vec![self.paragraph()])
    }
}

/// Describes the change, the people notified of it, and the added note.
pub(crate) fn done(deed: &CommandResult) -> Words {
    let words = Words::default().text(&what(deed));
    let noted = deed.noted && !is_note_alone(deed);
    let words = words.then(notified(&deed.receipts, deadline(deed), noted)).then(picked(deed));
    let still = deed.hidden.map(|hidden| undo_view::still(&deed.about, hidden)).unwrap_or_default();
    words.then(Words::default().text(&still))
}

fn is_note_alone(deed: &CommandResult) -> bool {
    match deed.what {
        ResultKind::Did(verb) => verbs::spec(verb).note.is_some(),
        ref what => *what == ResultKind::OnlyNoted,
    }
}

fn what(deed: &CommandResult) -> String {
    let (contact, name) = (words::contact(&deed.about), &deed.about.title);
    let (old, from) = (words::named(&deed.about), deed.from.as_ref());
    match &deed.what {
        ResultKind::Mine => match from {
            Some(from) => format!("You took over {contact} from {from}."),
            None => format!("You took {contact}."),
        },
        ResultKind::Theirs(to) => match from {
            Some(from) => format!("Reassigned {contact} from {from} to {to}."),
            None => format!("Assigned {contact} to {to}."),
        },
        ResultKind::HandedTo(to) => match from {
            Some(from) => format!("Handed {contact} off from {from} to {to}."),
            None => format!("Handed {contact} off to {to}."),
        },
        ResultKind::Unassigned => format!("Unassigned {contact}."),
        ResultKind::Done => format!("{old} is done."),
        ResultKind::Reopened => format!("{old} is open again."),
        ResultKind::Snoozed(_) => format!("{old} is snoozed."),
        ResultKind::Woken => format!("{old} is back."),
        ResultKind::Undone(again) => undo_view::undone(&deed.about, again, deed.note_stays),
        ResultKind::GivenBack(to) if to.is_empty() => format!("You declined {name}. It's unassigned now."),
        ResultKind::GivenBack(to) => format!("You declined {name}. {to} is the owner again."),
        ResultKind::Did(verb) => {
            let said = verbs::spec(*verb).plain.as_ref().map_or("", |plain| plain.result);
            said.replace("{name}", name).replace("{contact}", &old)
        }
        ResultKind::OnlyNoted if deed.noted => format!("Note added to {name}. Nothing else changed."),
        ResultKind::OnlyNoted => format!("Nothing changed for {name}."),
    }
}

fn picked(deed: &CommandResult) -> Words {
    let who = match &deed.what {
        ResultKind::Theirs(to) | ResultKind::HandedTo(to) => format!("{to} has"),
        _ => "You have".to_owned(),
    };
    let words = |Picked { group, open }: &Picked| format!("{who} the fewest open conversations in {group} ({open}).");
    Words::default().text(&deed.picked.as_ref().map(words).unwrap_or_default())
}

/// Describes one of several changes. The people notified are named once for all of them.
pub(crate) fn row(deed: &CommandResult) -> String {
    let note = if deed.noted && !is_note_alone(deed) { " Your note was added." } else { "" };
    let still = deed.hidden.map(|hidden| format!(" {}", undo_view::still(&deed.about, hidden))).unwrap_or_default();
    format!("{}{note}{still}", what(deed))
}

/// Returns the person who has to accept a hand-off, and the deadline.
fn deadline(deed: &CommandResult) -> Option<(&str, Timestamp)> {
    match &deed.what {
        ResultKind::HandedTo(to) => Some((to, deed.until?)),
        _ => None,
    }
}

/// Describes the delivery: "Zoe has been notified and your note was added." Omits receivers whose state is unknown.
pub(crate) fn notified(receipts: &[Receipt], deadline: Option<(&str, Timestamp)>, noted: bool) -> Words {
    let taken = names(receipts, |fate| *fate == DeliveryState::Taken);
    let has = match taken.as_slice() {
        [] => String::new(),
        [one] => format!("{one} has been notified"),
        all => format!("{} have been notified", words::listed_most(all)),
    };
    let words = match (taken.as_slice(), deadline) {
        ([], _) => Words::default().text(if noted { "Your note was added." } else { "" }),
        ([one], Some((to, until))) if *one == to => {
            Words::default().text(&format!("{has} and has until ")).span(Span::time(until)).text(" to accept.")
        }
        (all, Some((to, until))) if all.contains(&to) => {
            Words::default().text(&format!("{has}. {to} has until ")).span(Span::time(until)).text(" to accept.")
        }
        _ if noted => Words::default().text(&format!("{has} and your note was added.")),
        _ => Words::default().text(&format!("{has}.")),
    };
    not_notified(receipts).into_iter().fold(words, Words::then)
}

/// Returns a sentence for each receiver who wasn't notified.
fn not_notified(receipts: &[Receipt]) -> Vec<Words> {
    let mut said: Vec<Words> = Vec::new();
    for Receipt { name, fate } in receipts {
        let words =
            match fate {
                Some(DeliveryState::Later(at)) => {
                    Words::default().text(&format!("{name} will be notified at ")).span(Span::clock(*at)).text(".")
                }
                Some(DeliveryState::NotYet { refused: true }) => Words::default()
                    .text(&format!("{name} hasn't been notified yet: Slack isn't accepting the message.")),
                Some(DeliveryState::Never(why)) => Words::default().text(&couldnt_be_notified(name, None, why)),
                Some(DeliveryState::NotYet { refused: false } | DeliveryState::Taken | DeliveryState::Unwanted)
                | None => continue,
            };
        if !said.contains(&words) {
            said.push(words);
        }
    }
    said.extend(not_confirmed(receipts));
    said
}

/// Names the receivers of unconfirmed messages, which Slack may have accepted.
fn not_confirmed(receipts: &[Receipt]) -> Option<Words> {
    let is_open = |receipt: &&Receipt| matches!(receipt.fate, Some(DeliveryState::NotYet { refused: false }) | None);
    let mut names: Vec<&str> = Vec::new();
    for Receipt { name, .. } in receipts.iter().filter(is_open) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let messages = if names.len() == 1 { "message" } else { "messages" };
    let sentence = format!("Slack hasn't confirmed the {messages} to {} yet.", words::listed_most(&names));
    (!names.is_empty()).then(|| Words::default().text(&sentence))
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
pub(crate) fn several(all: &Several) -> Words {
    let Several { deeds, refused, receipts, .. } = all;
    let title = match (deeds.as_slice(), refused.len()) {
        ([], 1) => "Nothing was done:".to_owned(),
        ([], all) => format!("None of {all} is done:"),
        ([first, ..], others) => together(first, deeds, &count(deeds.len(), others)),
    };
    let deadline = deeds.first().and_then(deadline).filter(|_| deeds.iter().all(|deed| deed.until.is_some()));
    Words::default().text(&title).then(notified(receipts, deadline, false))
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
fn together(first: &CommandResult, deeds: &[CommandResult], count: &str) -> String {
    let alike = |is: fn(&ResultKind) -> bool| deeds.iter().all(|deed| is(&deed.what));
    let same = deeds.iter().all(|deed| deed.what == first.what);
    match &first.what {
        ResultKind::Theirs(to) if same => format!("Assigned {count} to {to}."),
        ResultKind::HandedTo(to) if same => format!("Handed {count} off to {to}."),
        ResultKind::Mine if same => format!("You took {count}."),
        ResultKind::Unassigned if same => format!("Unassigned {count}."),
        ResultKind::Done if same => format!("Marked {count} done."),
        ResultKind::Reopened if same => format!("Reopened {count}."),
        ResultKind::Snoozed(_) if alike(|what| matches!(what, ResultKind::Snoozed(_))) => format!("Snoozed {count}."),
        ResultKind::Undone(_) if alike(|what| matches!(what, ResultKind::Undone(_))) => {
            format!("Undid changes to {count}.")
        }
        _ => format!("Changed {count}."),
    }
}
