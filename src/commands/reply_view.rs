//! Answers to commands. A refusal says what was wrong, what is accepted and what to do next. No answer contains
//! the text of an internal error.

use crate::commands::refusal_view::MOST_ROWS;
use crate::commands::result::{CommandResult, Reply, Several};
use crate::commands::{question_view, refusal_view, result_view, undo_view};
use crate::core::about::About;
use crate::core::control::{Carried, Control};
use crate::core::error::Service;
use crate::core::event::HistoryEntry;
use crate::core::form::field;
use crate::core::ids::DraftId;
use crate::core::query::Query;
use crate::core::refusal::Refusal;
use crate::core::text::cut;
use crate::people::people_words;
use crate::people::people_words::KEPT;
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::mrkdwn::{code, neutral, time};
use crate::platform::slack::blocks::words::QUOTE;
use crate::platform::slack::blocks::{parts, words};

/// The most entries of a conversation's history that are shown.
const MOST_TOLD: usize = 20;

/// The most rows of a kind if a note is repeated. With the longest note they still fit one message.
const MOST_ROWS_WITH_NOTE: usize = 10;

/// The most characters of such a row.
const ROW: usize = 240;

/// The error under the people menu of a form, if it was left empty.
pub(crate) const CHOOSE_SOMEBODY: &str = "Choose who is to own it.";

/// The error under the menu of a snooze form, if it was left empty.
pub(crate) const CHOOSE_A_TIME: &str = "Choose when it is to come back.";

/// The error under the search field of a form, if it was left empty.
pub(crate) const CHOOSE_A_CONVERSATION: &str = "Choose a conversation.";

/// The error under the time pickers of a form, if they were left empty or are equal.
pub(crate) const CHOOSE_HOURS: &str = "Choose both times, and different ones.";

/// Returns the answer to a command that was carried out. Above a list, its buttons draw the list again.
pub(crate) fn content(reply: &Reply, list: Option<&Query>) -> Content {
    match reply {
        Reply::Done(deed) => undo_view::offered(result_view::done(deed).content(), deed, list),
        Reply::NoteRefused { deed, why, note } => undo_view::offered(note_refused(deed, why, note), deed, list),
        Reply::Several(all) => several(all, list),
    }
}

/// Returns the answer to a command that is deferred until a person is linked.
pub(crate) fn postponed(why: &Refusal, note: &str) -> Content {
    people_words::postponed(&refusal_view::no(why), why, words::given_back(note))
}

/// Reports a delay: "dialnote isn't responding. `/done Diana Okafor` is saved and runs when dialnote is back."
pub(crate) fn waits(asked: Option<&str>, service: Service, setting: Option<&str>) -> Content {
    let what = asked.map_or_else(|| "Your command".to_owned(), |asked| code(&cut(asked, QUOTE)));
    let why = match setting {
        Some(setting) => format!("There is no {service} at the address in {}.", code(setting)),
        None => format!("{service} isn't responding."),
    };
    let text = format!("{why} {what} is saved and runs when {service} is back.");
    let next = match setting {
        Some(_) => "Ask the operator of this app to check the setting. You don't need to repeat the command.",
        None => "You don't need to repeat it.",
    };
    Content::new(&text, vec![Block::formatted(&text), Block::small(next)])
}

/// Returns the answer to a command for several conversations.
fn several(all: &Several, list: Option<&Query>) -> Content {
    let Several { deeds, unnoted, refused, note, .. } = all;
    let title = result_view::several(all);
    let failed =
        unnoted.iter().map(|(about, why)| format!("No note about {}: {}", words::named(about), refusal_view::no(why)));
    let failed = failed.map(|text| (text, None));
    let failed = failed.chain(refused.iter().map(|(which, why)| (not_done(which, why), question_view::anyway(why))));
    let mut blocks = undo_view::offered_for_all(title.paragraph(), deeds, list);
    let most = if note.is_empty() { MOST_ROWS } else { MOST_ROWS_WITH_NOTE };
    blocks.extend(rows(deeds.iter().map(|deed| (result_view::row(deed), undo_view::reopening(deed, list))), most));
    blocks.extend(rows(failed, most));
    blocks.extend(refused.iter().any(|(_, why)| why.waits_for_a_link()).then(|| Block::paragraph(KEPT)));
    blocks.extend(words::given_back(note));
    Content::new(&neutral(&title.plain()), blocks)
}

/// Explains why one of several changes was refused. Adds the conversation if the sentence doesn't name it.
fn not_done(which: &str, why: &Refusal) -> String {
    let names_it = why.about().is_some() || matches!(why, Refusal::NoConversation { .. });
    if names_it { refusal_view::no(why) } else { format!("{which}: {}", refusal_view::no(why)) }
}

/// Returns the first `most` rows, and the number of further ones.
fn rows(mut texts: impl Iterator<Item = (String, Option<Element>)>, most: usize) -> Vec<Block> {
    let row = |(text, button): (String, Option<Element>)| match button {
        Some(button) => Block::row(&cut(&text, ROW), button),
        None => Block::paragraph(&cut(&text, ROW)),
    };
    let mut rows: Vec<_> = texts.by_ref().take(most).map(row).collect();
    let more = texts.count();
    rows.extend((more > 0).then(|| Block::paragraph(&format!("And {more} more."))));
    rows
}

/// Returns the history of a conversation through this app.
pub(crate) fn history(about: &About, deeds: &[HistoryEntry]) -> Content {
    let title = match deeds {
        [] => format!("Nobody did anything about {} through this app yet.", words::named(about)),
        _ => format!("What happened to {}, newest first:", words::named(about)),
    };
    let mut blocks = vec![Block::paragraph(&title)];
    for told in deeds.iter().take(MOST_TOLD) {
        blocks.push(Block::paragraph(&format!("{} {}", told.by, told.what.words())));
        blocks.push(Block::small(&time(told.at)));
    }
    Content::new(&neutral(&title), blocks)
}

fn note_refused(deed: &CommandResult, why: &Refusal, note: &str) -> Content {
    let (done, kept) = (
        result_view::done(deed),
        format!("But the note was not written: {} Here it is, to keep:", refusal_view::no(why)),
    );
    let blocks = [done.paragraph(), Block::paragraph(&kept)].into_iter().chain(parts::quoted(note)).collect();
    Content::new(&neutral(&format!("{} {kept}", done.plain())), blocks)
}

/// Returns the answer to a command that failed after many tries, with a button for another try.
pub(crate) fn given_up(reference: &str, draft: &DraftId) -> Content {
    let text = format!(
        "I could not do this: dialnote did not answer in a usable way, and I have stopped trying. \
         If it happens again, give your admin this reference: {reference}."
    );
    parts::with_buttons(
        words::sentence(&text),
        vec![Element::button(
            Control::Retry,
            "Try again",
            &Carried { draft: Some(draft.clone()), ..Carried::default() }.encode(),
        )],
    )
}

/// Returns the response to a command that couldn't be stored.
pub(crate) fn not_saved() -> Content {
    words::sentence("I could not save your command, so nothing was done. Please try again in a moment.")
}

/// Returns the field that prevents a form from being submitted, and the error under it.
pub(crate) fn field_error(refusal: &Refusal) -> (&'static str, String) {
    match refusal {
        Refusal::NoteTooLong { .. } => (field::MORE, refusal_view::no(refusal)),
        Refusal::NotLinked { .. } => (field::TO, refusal_view::no(refusal)),
        _ => (field::NOTE, refusal_view::no(refusal)),
    }
}
