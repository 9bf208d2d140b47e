//! The card that shows a conversation in a channel, and the entries in its thread.

use crate::core::card_view::CardView;
use crate::core::control::{Carried, Control};
use crate::core::conversation::{Activity, ActivityContext, ActivityKind, Contact, Conversation, Links, Status};
use crate::core::event::{Event, ThreadEntry};
use crate::core::phone;
use crate::core::privacy::Privacy;
use crate::core::text::cut;
use crate::platform::slack::blocks::element::{Element, Style};
use crate::platform::slack::blocks::kit::{BLOCK_ID, Block, Content, Span};
use crate::platform::slack::blocks::mrkdwn::{hidden, neutral, time};
use crate::platform::slack::blocks::parts;

/// The longest preview of a message or of a voicemail's summary on a card, in characters.
const PREVIEW: usize = 300;

/// The longest shown word for an unknown status, in characters.
const STATUS_WORD: usize = 40;

/// Returns the card, with the buttons that the conversation's state allows.
pub fn card(card_view: &CardView, links: &Links, privacy: Privacy) -> Content {
    let conversation = &match privacy {
        Privacy::Full => card_view.conversation.clone(),
        Privacy::Masked => masked(&card_view.conversation),
    };
    let mut blocks = about(conversation);
    blocks.push(Block::paragraph(&standing(card_view)));
    let until = conversation.snoozed_until.filter(|_| conversation.status == Status::Snoozed);
    blocks.extend(until.map(|until| Block::small(&format!("It comes back {}.", time(until)))));
    let buttons = buttons(conversation, links, privacy);
    blocks.push(Block::actions(&Carried::showing(conversation).encode_within(BLOCK_ID), buttons));
    Content::new(&neutral(&format!("{} — {}", conversation.title(), standing(card_view))), blocks)
}

/// Returns the details that a masked channel hides, for a single teammate.
pub fn shown(card_view: &CardView) -> Content {
    let mut blocks = about(&card_view.conversation);
    blocks.push(Block::paragraph(&standing(card_view)));
    Content::new(&neutral(&card_view.conversation.title()), blocks)
}

/// Returns the blocks for the contact and the latest activity.
fn about(conversation: &Conversation) -> Vec<Block> {
    let mut blocks = vec![Block::header(&conversation.title())];
    blocks.extend(details(conversation).map(|text| Block::small_plain(&text, PREVIEW)));
    blocks.extend(conversation.last_activity.as_ref().map(|last| Block::small(&happened(last))));
    let preview = conversation.last_activity.as_ref().and_then(|last| last.preview.as_deref());
    blocks.extend(preview.map(|text| Block::small_plain(&format!("“{text}”"), PREVIEW)));
    blocks
}

/// Returns the conversation as a masked channel shows it.
pub(crate) fn masked(conversation: &Conversation) -> Conversation {
    let contact =
        Contact { name: conversation.contact.name.clone(), company: None, phone: hidden(&conversation.number()) };
    let last_activity = conversation.last_activity.clone().map(|last| Activity { preview: None, ..last });
    Conversation { contact, last_activity, ..conversation.clone() }
}

/// Returns number, company and shared number, without those that the title already shows.
pub(crate) fn details(conversation: &Conversation) -> Option<String> {
    let number = conversation.contact.name.as_ref().map(|_| conversation.number());
    let line = conversation.line.as_ref().map(|line| {
        let name = line.name.clone().unwrap_or_else(|| phone::pretty(&line.number));
        format!("on {name}")
    });
    let parts: Vec<String> = [number, conversation.contact.company.clone(), line].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// Describes an activity with its time: "Missed call · Nov 23 at 9:14".
pub fn happened(last: &Activity) -> String {
    format!("{} · {}", activity(last), time(last.at))
}

fn activity(last: &Activity) -> String {
    match (&last.activity_context, last.kind) {
        (ActivityContext::Nth(count), ActivityKind::MissedCall) => {
            return format!(":telephone_receiver: {count} missed calls");
        }
        (ActivityContext::Nth(count), ActivityKind::Voicemail) => {
            return format!(":studio_microphone: {count} voicemails");
        }
        (ActivityContext::Nth(count), _) => return format!(":speech_balloon: {count} text messages"),
        (ActivityContext::Answer { by: Some(by) }, ActivityKind::Call) => {
            return format!(":telephone_receiver: Called back by {}", neutral(by));
        }
        (ActivityContext::Answer { by: None }, ActivityKind::Call) => {
            return ":telephone_receiver: Called back".to_owned();
        }
        (ActivityContext::Answer { .. }, ActivityKind::Sms) => return ":speech_balloon: Answered".to_owned(),
        _ => {}
    }
    let alone = match (last.kind, last.inbound) {
        (ActivityKind::Call, true) => ":telephone_receiver: Call",
        (ActivityKind::Call, false) => ":telephone_receiver: Call made",
        (ActivityKind::MissedCall, _) => ":telephone_receiver: Missed call",
        (ActivityKind::Voicemail, _) => ":studio_microphone: Voicemail",
        (ActivityKind::Sms, true) => ":speech_balloon: Text message",
        (ActivityKind::Sms, false) => ":speech_balloon: Text message sent",
        (ActivityKind::Note, _) => ":memo: Note",
        (ActivityKind::Other, _) => ":small_blue_diamond: Activity",
    };
    alone.to_owned()
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
    let text = format!("{title} got in touch again; the card goes on below.");
    let spans =
        vec![Span::struck(title), Span::plain(" got in touch again. "), Span::link("The card goes on here.", link)];
    Content::new(&neutral(&text), vec![Block::rich(spans)])
}

/// Returns owner and status in one line.
pub(crate) fn standing(card_view: &CardView) -> String {
    let owner =
        card_view.owner.as_ref().map_or_else(|| "Nobody owns this yet.".to_owned(), |name| format!("Owner: {name}"));
    match card_view.conversation.status {
        Status::Open => owner,
        Status::Snoozed => format!("Snoozed. {owner}"),
        Status::Done => format!("Done. {owner}"),
        Status::Other => {
            let word = card_view.conversation.status_word.as_deref().unwrap_or("Unknown status");
            format!("{}. {owner}", cut(word, STATUS_WORD))
        }
    }
}

fn buttons(conversation: &Conversation, links: &Links, privacy: Privacy) -> Vec<Element> {
    let value = Carried::showing(conversation).encode();
    let button = |control, label| Element::button(control, label, &value);
    let assign_to = || Element::people_menu(Control::AssignTo.action_id(), "Assign to…");
    let mut row = match (conversation.status, &conversation.owner) {
        (Status::Done | Status::Other, _) => vec![button(Control::Reopen, "Reopen")],
        (Status::Snoozed, _) => vec![button(Control::Wake, "Wake"), button(Control::Done, "Done")],
        (Status::Open, None) => vec![
            button(Control::Take, "Take it").styled(Style::Primary),
            assign_to(),
            button(Control::Snooze, "Snooze"),
            button(Control::Done, "Done"),
        ],
        (Status::Open, Some(_)) => vec![
            button(Control::HandOff, "Hand off"),
            assign_to(),
            button(Control::Unassign, "Unassign"),
            button(Control::Snooze, "Snooze"),
            button(Control::Done, "Done"),
        ],
    };
    if privacy == Privacy::Masked {
        row.push(button(Control::Show, "Show"));
    }
    row.push(button(Control::History, "History"));
    row.push(Element::link(Control::Open, "Open in dialnote", links.to(&conversation.id)));
    row
}

/// Returns a thread entry: the event, and the note if there is one and the channel shows it.
pub fn line(line: &ThreadEntry, privacy: Privacy) -> Content {
    let note = if privacy == Privacy::Full { line.note.as_str() } else { "" };
    let sentence = format!("{} {}", line.actor, line.what.words());
    let mut blocks = vec![Block::paragraph(&sentence)];
    if let Event::Snoozed(until) = line.what {
        blocks.push(Block::small(&format!("It comes back {}.", time(until))));
    }
    blocks.extend(parts::quoted(note));
    let text = if note.is_empty() { sentence } else { format!("{sentence} “{note}”") };
    Content::new(&neutral(&text), blocks)
}

pub(crate) fn headline(card_view: &CardView) -> String {
    let title = card_view.conversation.title();
    let details = details(&card_view.conversation).map_or_else(String::new, |details| format!(" · {details}"));
    format!("{title}{details}\n{}", standing(card_view))
}
