//! A conversation as Slack's Work Object: below a link, as its channel may see it, and in the side pane of a teammate,
//! who sees everything.

use jiff::Timestamp;

use crate::cards::{limit_words, view};
use crate::core::card_view::CardView;
use crate::core::control::{Carried, Control};
use crate::core::conversation::{Activity, Conversation, Links, Status};
use crate::core::ids::{ConversationId, SlackUserId};
use crate::core::privacy::Privacy;
use crate::platform::slack::entity::{Entity, EntityAction, Field, TagColor};

/// The time of change that a pane's content names. Slack shows that content below the link as well, to everyone, if it
/// is newer than what is there (docs/contracts/slack-2026.md §2.9, §3.3), and this never is. The app itself updates the
/// object below the link.
const NEVER_NEWER: Timestamp = Timestamp::UNIX_EPOCH;

/// The names of the fields that can be edited.
pub(crate) const STATUS: &str = "status";
pub(crate) const ASSIGNEE: &str = "assignee";
pub(crate) const DUE: &str = "due_date";

/// The label of the end of a snooze.
const SNOOZED: &str = "Snoozed until";

/// The values of the status, with their words.
const STATUSES: [(&str, &str); 3] = [("open", "Open"), ("snoozed", "Snoozed"), ("done", "Done")];

/// The facts about a conversation for its pane.
pub(crate) struct Details<'a> {
    /// The card.
    pub(crate) card_view: &'a CardView,
    /// The Slack user who owns it.
    pub(crate) owner: Option<&'a SlackUserId>,
    /// The latest activities, newest first, each with the words of its time.
    pub(crate) timeline: &'a [(Activity, String)],
    /// The contact's other conversations, with their addresses and titles.
    pub(crate) related: &'a [(ConversationId, String, String)],
    /// The number of notes.
    pub(crate) notes: usize,
}

/// Returns the object below a link, as the channel may see it.
pub(crate) fn below_link(
    (card_view, owner): (&CardView, Option<&SlackUserId>),
    links: &Links,
    privacy: Privacy,
    (link, at): (&str, Timestamp),
) -> Entity {
    let shown = match privacy {
        Privacy::Full => card_view.clone(),
        Privacy::Masked => view::masked_card(card_view),
    };
    let conversation = &shown.conversation;
    let fields = vec![
        Some(status(&shown)),
        owner_field(&shown, owner),
        due(conversation),
        last_activity(conversation),
        shared_number(conversation),
    ];
    let fields = fields.into_iter().flatten().collect();
    entity(&shown, links, at, fields).below(link)
}

/// Returns the content of a teammate's pane.
pub(crate) fn pane(details: &Details<'_>, links: &Links) -> Entity {
    let Details { card_view, owner, timeline, related, notes } = details;
    let conversation = &card_view.conversation;
    let text = |name, text: Option<&str>| text.filter(|text| !text.is_empty()).map(|text| Field::text(name, text));
    let fields = vec![
        Some(status(card_view).choosable(status_value(conversation), &STATUSES)),
        Some(Field::person(ASSIGNEE, *owner, card_view.owner.as_deref()).titled("Owner").editable()),
        card_view.limit.map(|limit| Field::time("target", Some(limit.due)).labelled(limit_words::label(&limit))),
        Some(Field::time(DUE, conversation.snoozed_until).titled(SNOOZED).editable()),
        conversation
            .last_activity
            .as_ref()
            .and_then(|last| last.preview.as_deref())
            .map(|words| Field::long("description", words)),
        text("number", Some(&conversation.number())).map(|field| field.labelled("Phone number")),
        text("company", conversation.contact.company.as_deref()).map(|field| field.labelled("Company")),
        shared_number(conversation),
        timeline_field(timeline),
        (!related.is_empty()).then(|| Field::related("related", related).labelled("Same contact")),
    ];
    entity(card_view, links, NEVER_NEWER, fields.into_iter().flatten().collect()).with_comments(*notes)
}

fn entity(card_view: &CardView, links: &Links, at: Timestamp, fields: Vec<Field>) -> Entity {
    let conversation = &card_view.conversation;
    let (seen, others) = actions(conversation);
    Entity::new(&conversation.id, links.to(&conversation.id), &conversation.title(), at, fields)
        .with_actions(seen, others)
}

fn status(card_view: &CardView) -> Field {
    let conversation = &card_view.conversation;
    let (word, color) = match (conversation.status, &card_view.owner) {
        (Status::Open, None) => ("Unassigned", TagColor::Red),
        (Status::Open, Some(_)) => ("Open", TagColor::Blue),
        (Status::Snoozed, _) => ("Snoozed", TagColor::Yellow),
        (Status::Done, _) => ("Done", TagColor::Green),
        (Status::Other, _) => (conversation.status_word.as_deref().unwrap_or("Unknown status"), TagColor::Gray),
    };
    Field::tag(STATUS, word, color)
}

/// Returns the value of the status in a form.
pub(crate) fn status_value(conversation: &Conversation) -> &'static str {
    match conversation.status {
        Status::Snoozed => "snoozed",
        Status::Done => "done",
        Status::Open | Status::Other => "open",
    }
}

fn owner_field(card_view: &CardView, owner: Option<&SlackUserId>) -> Option<Field> {
    let called = card_view.owner.as_deref()?;
    Some(Field::person(ASSIGNEE, owner, Some(called)).titled("Owner"))
}

fn due(conversation: &Conversation) -> Option<Field> {
    conversation.snoozed_until.map(|until| Field::time(DUE, Some(until)).titled(SNOOZED))
}

fn last_activity(conversation: &Conversation) -> Option<Field> {
    let last = conversation.last_activity.as_ref()?;
    Some(Field::text("last_activity", &view::activity(last).1).labelled("Last activity"))
}

fn shared_number(conversation: &Conversation) -> Option<Field> {
    let number = view::shared_number(conversation)?;
    Some(Field::text("shared_number", &number).labelled("Shared number"))
}

fn timeline_field(timeline: &[(Activity, String)]) -> Option<Field> {
    let line = |(activity, at): &(Activity, String)| {
        let words = activity.preview.as_deref().map(|words| format!(": “{}”", words.replace('\n', " ")));
        format!("{at} · {}{}", view::activity(activity).1, words.unwrap_or_default())
    };
    let lines: Vec<_> = timeline.iter().map(line).collect();
    let text = lines.join("\n");
    (!text.is_empty()).then(|| Field::long("timeline", &text).labelled("Timeline"))
}

/// Returns the buttons: the usual ones first.
fn actions(conversation: &Conversation) -> (Vec<EntityAction>, Vec<EntityAction>) {
    let value = Carried::showing(conversation).encode();
    let action = |(control, text): (Control, &str)| EntityAction::new(control.action_id(), text, value.clone());
    let (seen, others): (Vec<_>, Vec<_>) = match (conversation.status, &conversation.owner) {
        (Status::Done | Status::Other, _) => (vec![(Control::Reopen, "Reopen")], vec![(Control::History, "History")]),
        (Status::Snoozed, _) => (
            vec![(Control::Wake, "Unsnooze"), (Control::Done, "Done")],
            vec![(Control::HandOff, "Hand off…"), (Control::Note, "Add note…"), (Control::History, "History")],
        ),
        (Status::Open, None) => (
            vec![(Control::Take, "Take it"), (Control::Done, "Done")],
            vec![(Control::Snooze, "Snooze…"), (Control::Note, "Add note…"), (Control::History, "History")],
        ),
        (Status::Open, Some(_)) => (
            vec![(Control::Done, "Done"), (Control::HandOff, "Hand off…")],
            vec![
                (Control::Unassign, "Unassign"),
                (Control::Snooze, "Snooze…"),
                (Control::Note, "Add note…"),
                (Control::History, "History"),
            ],
        ),
    };
    let is_taken = seen.first().is_some_and(|(control, _)| *control == Control::Take);
    let mut seen: Vec<_> = seen.into_iter().map(action).collect();
    if is_taken && let Some(first) = seen.first_mut() {
        *first = first.clone().primary();
    }
    (seen, others.into_iter().map(action).collect())
}
