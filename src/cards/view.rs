//! The card that shows a conversation in a channel, and the entries in its thread.

use crate::cards::controls;
use crate::cards::controls::Place;
use crate::cards::limit_words;
use crate::core::about::About;
use crate::core::auto_assign::PickDelay;
use crate::core::card_view::{CardNote, CardView};
use crate::core::control::{Carried, Control};
use crate::core::conversation::{Activity, ActivityContext, ActivityKind, Contact, Conversation, Links, Status};
use crate::core::event::{Event, HistoryEntry, ThreadEntry, is_elsewhere};
use crate::core::phone;
use crate::core::privacy::Privacy;
use crate::core::target_outcome::WaitLimit;
use crate::core::text::cut;
use crate::core::verbs::Verb;
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::{Emoji, Markup};
use crate::platform::slack::blocks::mrkdwn::{hidden, utc};

/// The most characters of a quote on a card.
const QUOTE: usize = 300;

/// The most characters of a quote in a list.
const PREVIEW: usize = 80;

/// The longest shown word for an unknown status, in characters.
const STATUS_WORD: usize = 40;

/// The most characters of a notification about one conversation.
const NOTIFICATION: usize = 300;

/// The words before a photo, for screen readers.
pub(crate) const OWNER: &str = "Owner:";

/// Returns the card: its state, the contact, the last words, and the controls that the state allows.
pub fn card(card_view: &CardView, links: &Links, privacy: Privacy) -> Content {
    let shown = &match privacy {
        Privacy::Full => card_view.clone(),
        Privacy::Masked => masked_card(card_view),
    };
    if shown.conversation.status == Status::Done {
        return Content::new(&notification(shown), vec![finished(shown, links, privacy)]);
    }
    let mut blocks = vec![state(shown), Block::line(&about(&shown.conversation, links), None)];
    blocks.extend(quote(shown));
    blocks.push(controls::actions(&shown.conversation, links, Place::Card(privacy), None));
    Content::new(&notification(shown), blocks)
}

/// Returns the card below a link. Slack takes no rich text there.
pub(crate) fn unfurled(card_view: &CardView, links: &Links, privacy: Privacy) -> Content {
    let mut content = card(card_view, links, privacy);
    for block in &mut content.blocks {
        if let Block::RichText { .. } = block {
            *block = Block::small_plain(&block.words(), QUOTE);
        }
    }
    content
}

/// Returns the details that a masked channel hides, for a single teammate.
pub fn shown(card_view: &CardView, links: &Links) -> Content {
    let mut blocks = vec![state(card_view), Block::line(&about(&card_view.conversation, links), None)];
    blocks.extend(quote(card_view));
    Content::new(&notification(card_view), blocks)
}

/// Returns the card of a finished conversation: one line.
fn finished(card_view: &CardView, links: &Links, privacy: Privacy) -> Block {
    let conversation = &card_view.conversation;
    let line = Markup::default()
        .emoji(Emoji::DONE)
        .link(&conversation.title(), links.to(&conversation.id))
        .ours(" · ")
        .then("", done_by(card_view))
        .then(" · ", Markup::default().text(&shared_number(conversation).unwrap_or_default()));
    let detail = match privacy {
        Privacy::Full => (Control::Note, "Add note…"),
        Privacy::Masked => (Control::Show, "Show"),
    };
    let others = [(Control::Reopen, "Reopen"), detail, (Control::History, "History")];
    let carried = controls::block_id(&Carried::showing(conversation), None);
    Block::line_with_menu(&line, &carried, controls::menu(&conversation.id, links, &others))
}

/// Says who finished it and when: "done by Leo Martins, 9:00".
fn done_by(card_view: &CardView) -> Markup {
    match &card_view.last {
        Some(HistoryEntry { by, at, what: Event::Done }) if is_elsewhere(by) => {
            Markup::of("done in dialnote, ").clock(*at)
        }
        Some(HistoryEntry { by, at, what: Event::Done }) => Markup::of("done by ").text(by).ours(", ").clock(*at),
        _ => Markup::of("done"),
    }
}

/// Returns the first line: the state, and the owner with a photo.
pub(crate) fn state(card_view: &CardView) -> Block {
    let (before, owner) = (standing(card_view), owner(card_view));
    match (&card_view.photo, &card_view.owner) {
        (Some(photo), Some(_)) => Block::small_with_picture(&before, photo, OWNER, &owner),
        (None, Some(_)) => Block::small_line(&before.then(" ", Markup::of("Owner: ").then("", owner))),
        (_, None) => Block::small_line(&before),
    }
}

/// Describes the status: "🔴 Unassigned", "💤 Snoozed until tomorrow 9:00".
fn standing(card_view: &CardView) -> Markup {
    let conversation = &card_view.conversation;
    let unowned = if card_view.owner.is_none() { " · unassigned" } else { "" };
    let (limit, missed) = (limit_words::of(card_view.limit.as_ref()), is_missed(card_view));
    match (conversation.status, card_view.overdue) {
        (Status::Open, _) if card_view.owner.is_none() && missed => Markup::default()
            .emoji(Emoji::OVERDUE)
            .strong("Overdue")
            .ours(if is_answer_due(card_view) { " · unassigned" } else { "" })
            .then(" · ", limit)
            .then(" · ", delay(card_view)),
        (Status::Open, Some(minutes)) if card_view.owner.is_none() => Markup::default()
            .emoji(Emoji::OVERDUE)
            .strong("Overdue")
            .ours(&format!(" · unassigned for over {}", minutes_in_words(minutes)))
            .then(" · ", delay(card_view)),
        (Status::Open, _) if card_view.owner.is_none() => Markup::default()
            .emoji(Emoji::UNASSIGNED)
            .strong("Unassigned")
            .then(" · ", limit)
            .then(" · ", delay(card_view)),
        (Status::Open, _) => Markup::default().emoji(if missed { Emoji::OVERDUE } else { Emoji::OWNED }),
        (Status::Snoozed, _) => {
            let line = Markup::default().emoji(Emoji::SNOOZED).strong("Snoozed");
            let until = conversation.snoozed_until.map(|until| Markup::of(" until ").time(until));
            line.then("", until.unwrap_or_default()).ours(unowned)
        }
        (Status::Done, _) => Markup::default().emoji(Emoji::DONE).strong("Done"),
        (Status::Other, _) => Markup::default().emoji(Emoji::OTHER).bold(&status_word(conversation)).ours(unowned),
    }
}

fn is_missed(card_view: &CardView) -> bool {
    card_view.limit.is_some_and(|limit| limit.missed)
}

fn is_answer_due(card_view: &CardView) -> bool {
    card_view.limit.is_some_and(|limit| limit.limit == WaitLimit::Answer)
}

/// Says why it is not assigned yet, if it is to be: "waiting for the first of @frontdesk: all are away".
fn delay(card_view: &CardView) -> Markup {
    match shown_delay(card_view) {
        Some(delay @ PickDelay::Hours(until)) => Markup::of(&delay.words()).time(*until),
        Some(delay) => Markup::default().text(&delay.words()),
        None => Markup::default(),
    }
}

/// Returns the reason why it is not assigned yet. What was answered is not assigned by the app.
fn shown_delay(card_view: &CardView) -> Option<&PickDelay> {
    card_view.delay.as_ref().filter(|_| !card_view.conversation.is_answered())
}

fn status_word(conversation: &Conversation) -> String {
    cut(conversation.status_word.as_deref().unwrap_or("Unknown status"), STATUS_WORD)
}

/// Describes the owner, and how they came to it: "Zoe Park · assigned by Maya 1 minute ago".
fn owner(card_view: &CardView) -> Markup {
    let Some(name) = &card_view.owner else { return Markup::default() };
    let owner = Markup::default().bold(name);
    if card_view.conversation.status != Status::Open {
        return owner;
    }
    let how = card_view.last.as_ref().map(|last| match &last.what {
        Event::Assigned { .. } if is_elsewhere(&last.by) => Markup::of("assigned in dialnote ").ago(last.at),
        Event::Assigned { .. } => Markup::of("assigned by ").text(&last.by).ours(" ").ago(last.at),
        Event::Automatic { .. } => Markup::of("assigned automatically ").ago(last.at),
        Event::HandedOff { .. } => Markup::of("waiting for ").text(name).ours(" to accept"),
        Event::Did(Verb::Accept) => Markup::of("accepted"),
        Event::Took { .. } => Markup::of("took it ").ago(last.at),
        _ => Markup::default(),
    });
    owner.then(" · ", how.unwrap_or_default()).then(" · ", limit_words::of(card_view.limit.as_ref()))
}

/// Returns a number of minutes in words: "30 min", "2 h".
pub(crate) fn minutes_in_words(minutes: u16) -> String {
    if minutes.is_multiple_of(60) { format!("{} h", minutes / 60) } else { format!("{minutes} min") }
}

/// Returns the two lines about a contact: name and number, then the last activity and the shared number.
pub(crate) fn about(conversation: &Conversation, links: &Links) -> Markup {
    named(conversation, links).then("\n", latest(conversation, Markup::default()))
}

/// Returns the two lines about a contact in a list: the state first, and the last words inline.
pub(crate) fn row(card_view: &CardView, links: &Links) -> Markup {
    let conversation = &card_view.conversation;
    let preview = last_words(card_view).map(|(_, words)| format!("“{}”", cut(&one_line(words), PREVIEW)));
    let words = Markup::default().text(&preview.unwrap_or_default());
    Markup::default()
        .emoji(status_emoji(card_view))
        .then("", named(conversation, links))
        .then("\n", latest(conversation, words))
        .then(" · ", limit_words::of(card_view.limit.as_ref()))
}

/// Returns the emoji of a state. The heading of the list, or the line itself, says the state in words.
pub(crate) fn status_emoji(card_view: &CardView) -> Emoji {
    match card_view.conversation.status {
        Status::Open if is_missed(card_view) => Emoji::OVERDUE,
        Status::Open if card_view.owner.is_none() => Emoji::UNASSIGNED,
        Status::Open => Emoji::OWNED,
        Status::Snoozed => Emoji::SNOOZED,
        Status::Done => Emoji::DONE,
        Status::Other => Emoji::OTHER,
    }
}

pub(crate) fn named(conversation: &Conversation, links: &Links) -> Markup {
    let name = Markup::default().link(&conversation.title(), links.to(&conversation.id));
    let number = conversation.contact.name.as_ref().map(|_| conversation.number());
    let details = [number, conversation.contact.company.clone()];
    details.into_iter().flatten().fold(name, |line, detail| line.ours(" · ").text(&detail))
}

fn latest(conversation: &Conversation, words: Markup) -> Markup {
    let last = conversation.last_activity.as_ref().map(happened).unwrap_or_default();
    let on = Markup::default().text(&shared_number(conversation).unwrap_or_default());
    Markup::joined(" · ", [last, on, words])
}

/// Returns the name of the shared number, else the number.
pub(crate) fn shared_number(conversation: &Conversation) -> Option<String> {
    conversation.line.as_ref().map(|line| line.name.clone().unwrap_or_else(|| phone::pretty(&line.number)))
}

/// Describes an activity with its age: "📞 3 missed calls · last 4 minutes ago".
pub(crate) fn happened(last: &Activity) -> Markup {
    let (emoji, what) = activity(last);
    let since = if matches!(last.activity_context, ActivityContext::Nth(_)) { " · last " } else { " · " };
    Markup::default().emoji(emoji).text(&what).ours(since).ago(last.at)
}

/// Describes an activity: "Missed call".
pub(crate) fn activity(last: &Activity) -> (Emoji, String) {
    let emoji = match (&last.activity_context, last.kind) {
        (ActivityContext::Answer { .. }, _) => Emoji::RETURNED,
        (_, ActivityKind::Call | ActivityKind::MissedCall) => Emoji::CALL,
        (_, ActivityKind::Voicemail) => Emoji::VOICEMAIL,
        (_, ActivityKind::Sms) => Emoji::MESSAGE,
        (_, ActivityKind::Note) => Emoji::NOTE,
        (_, ActivityKind::Other) => Emoji::OTHER,
    };
    let what = match (&last.activity_context, last.kind, last.inbound) {
        (ActivityContext::Nth(count), ActivityKind::MissedCall, _) => return (emoji, format!("{count} missed calls")),
        (ActivityContext::Nth(count), ActivityKind::Voicemail, _) => return (emoji, format!("{count} voicemails")),
        (ActivityContext::Nth(count), ..) => return (emoji, format!("{count} text messages")),
        (ActivityContext::Answer { by: Some(by) }, ActivityKind::Call, _) => {
            return (emoji, format!("Called back by {by}"));
        }
        (ActivityContext::Answer { .. }, ActivityKind::Call, _) => "Called back",
        (ActivityContext::Answer { .. }, ActivityKind::Sms, _) => "Answered",
        (_, ActivityKind::Call, true) => "Call",
        (_, ActivityKind::Call, false) => "Call made",
        (_, ActivityKind::MissedCall, _) => "Missed call",
        (_, ActivityKind::Voicemail, _) => "Voicemail",
        (_, ActivityKind::Sms, true) => "Text message",
        (_, ActivityKind::Sms, false) => "Text message sent",
        (_, ActivityKind::Note, _) => "Note",
        (_, ActivityKind::Other, _) => "Activity",
    };
    (emoji, what.to_owned())
}

/// Returns the last words as a quote: a voicemail's summary, a text message, or a note.
pub(crate) fn quote(card_view: &CardView) -> Option<Block> {
    last_words(card_view).map(|(by, words)| Block::quote(by, &cut(words, QUOTE)))
}

/// Returns the writer, if it was a teammate, and the words of the latest activity or note that has any.
fn last_words(card_view: &CardView) -> Option<(Option<&str>, &str)> {
    let last = card_view.conversation.last_activity.as_ref();
    let heard = last.and_then(|last| Some((last.at, last.preview.as_deref()?)));
    let note = card_view.note.as_ref().map(|CardNote { by, text, at }| (*at, by.as_deref().unwrap_or("Note"), text));
    match (heard, note) {
        (Some((heard, words)), Some((noted, ..))) if heard > noted => Some((None, words)),
        (_, Some((_, by, text))) => Some((Some(by), text)),
        (Some((_, words)), None) => Some((None, words)),
        (None, None) => None,
    }
}

pub(crate) fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the whole card in one line, for notifications and screen readers.
pub(crate) fn notification(card_view: &CardView) -> String {
    let conversation = &card_view.conversation;
    let title = conversation.title();
    let on = shared_number(conversation).map_or_else(String::new, |on| format!(" · {on}"));
    let what = conversation.last_activity.as_ref().map(|last| activity(last).1);
    let heard = conversation.last_activity.as_ref().is_some_and(|last| last.inbound);
    let subject = match what {
        Some(what) if heard && card_view.is_unassigned() => format!("{what} from {title}{on}"),
        Some(what) => format!("{title} · {}{on}", lower(&what)),
        None => format!("{title}{on}"),
    };
    let line = match (conversation.status, &card_view.owner, card_view.overdue) {
        (Status::Done, ..) => format!("{title} · {}{on}", done_by(card_view).words()),
        (Status::Snoozed, owner, _) => {
            let until = conversation.snoozed_until.map_or_else(String::new, |until| format!(" until {}", utc(until)));
            let owner = owner.as_ref().map_or_else(|| "unassigned".to_owned(), |name| format!("owner: {name}"));
            format!("{title} · snoozed{until}{on} · {owner}")
        }
        (Status::Other, owner, _) => {
            let owner = owner.as_ref().map_or_else(|| "unassigned".to_owned(), |name| format!("owner: {name}"));
            format!("{title} · {}{on} · {owner}", status_word(conversation))
        }
        (Status::Open, Some(name), _) => format!("{subject} · owner: {name}"),
        (Status::Open, None, Some(minutes)) if !is_missed(card_view) => {
            let over = minutes_in_words(minutes);
            format!("Overdue: {} · unassigned for over {over}{}", lower(&subject), delayed(card_view))
        }
        (Status::Open, None, _) => format!("{subject} · unassigned{}", delayed(card_view)),
    };
    let limit = card_view.limit.as_ref().filter(|_| conversation.is_open());
    let line = limit.map_or_else(|| line.clone(), |limit| format!("{line} · {}", limit_words::words(limit).words()));
    let words = last_words(card_view).map(|(by, words)| match by {
        Some(by) if card_view.note.as_ref().is_some_and(|note| note.by.is_some()) => {
            format!(" · note from {by}: “{}”", one_line(words))
        }
        Some(_) => format!(" · note: “{}”", one_line(words)),
        None => format!(": “{}”", one_line(words)),
    });
    cut(&format!("{line}{}", words.unwrap_or_default()), NOTIFICATION)
}

/// Returns the same words as [`delay`] for a notification, where a time is in UTC.
fn delayed(card_view: &CardView) -> String {
    match shown_delay(card_view) {
        Some(delay @ PickDelay::Hours(until)) => format!(" · {}{}", delay.words(), utc(*until)),
        Some(delay) => format!(" · {}", delay.words()),
        None => String::new(),
    }
}

/// Returns words that continue a sentence.
pub(crate) fn lower(words: &str) -> String {
    let mut all = words.chars();
    all.next().map_or_else(String::new, |first| first.to_lowercase().chain(all).collect())
}

/// Returns the conversation as a masked channel shows it.
pub(crate) fn masked(conversation: &Conversation) -> Conversation {
    let contact =
        Contact { name: conversation.contact.name.clone(), company: None, phone: hidden(&conversation.number()) };
    let last_activity = conversation.last_activity.clone().map(|last| Activity { preview: None, ..last });
    Conversation { contact, last_activity, ..conversation.clone() }
}

/// Returns the card as a masked channel shows it.
pub(crate) fn masked_card(card_view: &CardView) -> CardView {
    CardView { conversation: masked(&card_view.conversation), note: None, ..card_view.clone() }
}

/// Returns the name of a conversation in a channel.
pub fn title(conversation: &Conversation, privacy: Privacy) -> String {
    match privacy {
        Privacy::Full => conversation.title(),
        Privacy::Masked => masked(conversation).title(),
    }
}

/// Returns the message that replaces an older card after a new card was posted.
pub fn moved(title: &str, link: &str) -> Content {
    let line = Markup::default().text(title).ours(" got in touch again · ");
    Content::of(
        &line.clone().ours("see the new card"),
        vec![line.link("Go to the new card", link.to_owned()).paragraph()],
    )
}

/// Returns the sentence of a thread entry: "Maya assigned this to Zoe."
fn entry(ThreadEntry { actor, what, .. }: &ThreadEntry) -> Markup {
    let sentence = if is_elsewhere(actor) {
        Markup::default().text(what.sentence(actor).trim_end_matches('.'))
    } else {
        Markup::default().bold(actor).text(&format!(" {}", what.words().trim_end_matches('.')))
    };
    match what {
        Event::Snoozed(until) => sentence.ours(" until ").time(*until).ours("."),
        _ => sentence.ours("."),
    }
}

/// Returns a thread entry: the event, and the note if there is one and the channel shows it.
pub fn line(line: &ThreadEntry, privacy: Privacy) -> Content {
    let note = if privacy == Privacy::Full { line.note.as_str() } else { "" };
    let sentence = entry(line);
    let mut blocks = vec![sentence.paragraph()];
    blocks.extend((!note.is_empty()).then(|| Block::quote(None, note)));
    let text = if note.is_empty() { sentence } else { sentence.text(&format!(" “{note}”")) };
    Content::of(&text, blocks)
}

/// Returns the contact of a card for buttons: "Ana Lima, ending 0101".
pub(crate) fn about_of(card_view: &CardView) -> About {
    About::from(&card_view.conversation)
}
