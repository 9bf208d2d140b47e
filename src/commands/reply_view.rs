//! Answers to commands. A refusal says what was wrong, what is accepted and what to do next. No answer contains
//! the text of an internal error.

use crate::commands::refusal_view::MOST_ROWS;
use crate::commands::result::{CommandResult, Reply, Several};
use crate::commands::{question_view, refusal_view, refusal_words, result_view, undo_view};
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
use crate::platform::slack::blocks::markup::{Emoji, Markup};
use crate::platform::slack::blocks::words;
use crate::platform::slack::blocks::words::QUOTE;

/// The most entries of a conversation's history that are shown.
const MOST_TOLD: usize = 20;

/// The most rows of a kind if a note is repeated. With the longest note they still fit one message.
const MOST_ROWS_WITH_NOTE: usize = 10;

/// The error under the people menu of a form, if it was left empty.
pub(crate) const CHOOSE_SOMEBODY: &str = "Choose the new owner.";

/// The error under the menu of a snooze form, if it was left empty.
pub(crate) const CHOOSE_A_TIME: &str = "Choose when it should reopen.";

/// The error under the search field of a form, if it was left empty.
pub(crate) const CHOOSE_A_CONVERSATION: &str = "Choose a conversation.";

/// The error under the time pickers of a form, if they were left empty or are equal.
pub(crate) const CHOOSE_HOURS: &str = "Choose two different times.";

/// Returns the error under the list of statuses in the form of the rules, if a word of it is no emoji's name.
pub(crate) fn no_emoji(word: &str) -> String {
    format!("“{}” isn't the name of an emoji. Type it like :palm_tree:.", cut(word, QUOTE))
}

/// Returns the answer to a command that was carried out. Above a list, its buttons draw the list again.
pub(crate) fn content(reply: &Reply, list: Option<&Query>) -> Content {
    match reply {
        Reply::Done(deed) => undo_view::offered(result_view::done(deed).content(), deed, list),
        Reply::NoteRefused { deed, why, note } => undo_view::offered(note_refused(deed, why, note), deed, list),
        Reply::Several(all) => several(all, list),
    }
}

/// Returns the answer to a command that is deferred until a person is linked.
pub(crate) fn postponed(asked: &str, why: &Refusal, note: &str) -> Content {
    people_words::postponed(asked, why, note)
}

/// Reports a delay: "dialnote isn't responding. `/done Diana Okafor` is saved and runs when dialnote is back." `waited_for`
/// is the service with the setting that seems to be wrong, as far as they are known. `directly` is true if the result
/// follows by direct message.
pub(crate) fn waits(asked: Option<&str>, waited_for: Option<(Service, Option<&str>)>, directly: bool) -> Content {
    let line = Markup::default().emoji(Emoji::WAITING);
    let line = match waited_for {
        Some((service, Some(setting))) => {
            line.ours(&format!("There is no {service} at the address in ")).code(setting).ours(". ")
        }
        Some((service, None)) => line.ours(&format!("{service} isn't responding. ")),
        None => line.ours("This takes longer than usual. "),
    };
    let line = match asked {
        Some(asked) => line.code(&cut(asked, QUOTE)),
        None => line.ours("Your command"),
    };
    let line = match waited_for {
        Some((service, _)) => line.ours(&format!(" is saved and runs when {service} is back.")),
        None => line.ours(" is saved and runs as soon as possible."),
    };
    let next = match waited_for.and_then(|(_, setting)| setting) {
        Some(_) => "Ask the operator of this app to check the setting. You don't need to repeat the command.",
        None if directly => "The result follows as a direct message. You don't need to repeat the command.",
        None => "The result follows here. You don't need to repeat the command.",
    };
    Content::of(&line, vec![line.paragraph(), Block::small(next)])
}

/// Returns the answer to a command for several conversations.
fn several(all: &Several, list: Option<&Query>) -> Content {
    let Several { deeds, unnoted, refused, note, .. } = all;
    let title = result_view::several(all);
    let wrong = |line: Markup| Markup::default().emoji(Emoji::WRONG).then("", line);
    let unnoted = unnoted.iter().map(|(about, why)| {
        let line = Markup::of("No note on ").bold(&about.title).ours(": ").text(&refusal_words::because(why));
        (wrong(line), None)
    });
    let failed =
        unnoted.chain(refused.iter().map(|(which, why)| (wrong(not_done(which, why)), question_view::anyway(why))));
    let done = deeds.iter().map(|deed| (result_view::row(deed), undo_view::reopening(deed, list)));
    let most = if note.is_empty() { MOST_ROWS } else { MOST_ROWS_WITH_NOTE };
    let mut blocks = undo_view::offered_for_all(title.paragraph(), deeds, list);
    let failures: Vec<_> = failed.collect();
    blocks.extend(rows(done, most));
    blocks.extend(rows(failures.iter().cloned(), most));
    blocks.extend(refused.iter().any(|(_, why)| why.waits_for_a_link()).then(|| Block::paragraph(KEPT)));
    blocks.extend(words::given_back(note));
    let names: Vec<_> = deeds.iter().map(|deed| deed.about.title.as_str()).collect();
    let failed: Vec<_> = failures.iter().map(|(line, _)| line.words()).collect();
    let failed = if failed.is_empty() { String::new() } else { format!(" Failed: {}", failed.join(" ")) };
    let names = if names.is_empty() { String::new() } else { format!(" {}.", names.join(", ")) };
    Content::new(&cut(&format!("{}{names}{failed}", title.words()), NOTIFICATION), blocks)
}

/// The most characters of a notification about several changes.
const NOTIFICATION: usize = 1000;

/// Explains why one of several changes was refused. Adds the conversation if the sentence doesn't name it.
fn not_done(which: &str, why: &Refusal) -> Markup {
    let names_it = why.about().is_some() || matches!(why, Refusal::NoConversation { .. });
    let why = Markup::default().text(&refusal_view::no(why));
    if names_it { why } else { Markup::default().bold(which).ours(": ").then("", why) }
}

/// Returns the first `most` rows, and the number of further ones.
fn rows(mut lines: impl Iterator<Item = (Markup, Option<Element>)>, most: usize) -> Vec<Block> {
    let mut rows: Vec<_> = lines.by_ref().take(most).map(|(line, button)| Block::line(&line, button)).collect();
    let more = lines.count();
    rows.extend((more > 0).then(|| Block::paragraph(&format!("And {more} more."))));
    rows
}

/// Returns the history of a conversation through this app.
pub(crate) fn history(about: &About, deeds: &[HistoryEntry]) -> Content {
    let title = match deeds {
        [] => words::contact_in(Markup::of("No changes to "), about).ours(" through this app yet."),
        _ => words::contact_in(Markup::of("History of "), about).ours(", newest first"),
    };
    let told = deeds.iter().take(MOST_TOLD);
    let line = |told: &HistoryEntry| Markup::default().time(told.at).ours(" · ").text(&told.what.sentence(&told.by));
    let lines: Vec<_> = told.map(line).collect();
    let latest = lines.first().map_or_else(String::new, |line| format!(": {}", line.words()));
    let text = format!("{}{latest}", title.words());
    let lines = lines.chunks(LINES).map(|lines| Markup::joined("\n", lines.iter().cloned()).paragraph());
    Content::new(&text, std::iter::once(title.paragraph()).chain(lines).collect())
}

/// The most entries of a history in one paragraph.
const LINES: usize = 10;

fn note_refused(deed: &CommandResult, why: &Refusal, note: &str) -> Content {
    let done = result_view::done(deed);
    let but = Markup::of("The note wasn't saved: ").text(&refusal_words::because(why));
    let text = format!("{} {}", done.words(), but.words());
    let blocks = [done.paragraph(), but.paragraph()].into_iter().chain(words::given_back(note)).collect();
    Content::new(&text, blocks)
}

/// Returns the answer to a command that failed after many tries, with a button for another try.
pub(crate) fn given_up(asked: &str, reference: &str, draft: &DraftId) -> Content {
    let line = Markup::default().emoji(Emoji::FAILED).code(&cut(asked, QUOTE));
    let line = line.ours(" failed: dialnote kept returning errors for 24 hours. Nothing changed.");
    let carried = Carried { draft: Some(draft.clone()), ..Carried::default() }.encode();
    let reference = Markup::of("Reference for your admin: ").code(reference);
    let retry = Block::actions("actions", vec![Element::button(Control::Retry, "Retry", &carried)]);
    Content::of(&line, vec![line.paragraph(), retry, reference.small()])
}

/// Returns the answer to an assistant whose call has waited long enough.
pub(crate) fn follows_directly() -> Content {
    Markup::of("The command is saved, and its result follows as a direct message. You don't need to repeat it.")
        .content()
}

/// Returns the answer to a repeated call of an assistant.
pub(crate) fn repeated() -> Content {
    Markup::of("This request was accepted before, so nothing else was done. ")
        .ours("Its result was given, or follows as a direct message.")
        .content()
}

/// Returns the response to a command that couldn't be stored.
pub(crate) fn not_saved() -> Content {
    words::sentence("The app couldn't save this command, so nothing changed. Try again in a minute.")
}

/// Returns the field that prevents a form from being submitted, and the error under it.
pub(crate) fn field_error(refusal: &Refusal) -> (&'static str, String) {
    match refusal {
        Refusal::NoteTooLong { .. } => (field::MORE, refusal_view::no(refusal)),
        Refusal::NotLinked { .. } => (field::TO, refusal_view::no(refusal)),
        _ => (field::NOTE, refusal_view::no(refusal)),
    }
}
