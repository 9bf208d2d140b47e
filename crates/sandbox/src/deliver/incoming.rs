//! Calls, voicemails and text messages arriving at dialnote, and the webhooks that it sends about them.
//!
//! Two things are assumed, because nothing is published (docs/contracts/dialnote.md): a conversation wakes when its
//! contact gets in touch, and notes and webhooks have the shapes used here.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::acts::Incoming;
use super::outgoing::OutgoingRequest;
use super::post::{self, WEBHOOK};
use crate::dialnote::address::address;
use crate::dialnote::model::{CallLog, Contact, Entry, Kind, Status};
use crate::impossible::Impossible;
use crate::shared::Shared;
use crate::world::World;

/// The longest text message, in characters.
const SMS: usize = 1600;

/// Stores the activity, notifies the subscribers to calls, and returns the conversation's id.
pub(crate) async fn incoming(shared: &Shared, incoming: Incoming) -> Result<String, Impossible> {
    let (conversation, calls) = shared.world(|world| take_in(world, &incoming))?;
    for (url, body) in calls {
        let parcel = OutgoingRequest {
            kind: WEBHOOK.to_owned(),
            who: None,
            path: "",
            content_type: "application/json",
            body: body.to_string(),
            retry: None,
        };
        post::post(shared, &url, &parcel).await;
    }
    Ok(conversation)
}

/// A webhook's address and its body.
type Told = (String, Value);

fn take_in(world: &mut World, incoming: &Incoming) -> Result<(String, Vec<Told>), Impossible> {
    let (from, to) = (address(&incoming.from)?, address(&incoming.to)?);
    let shared = |number: &str| world.dialnote.numbers.iter().find(|n| n.number == number).map(|n| n.id.clone());
    let (number, contact, direction) = match (shared(&from), shared(&to)) {
        (None, Some(number)) => (number, from.clone(), "inbound"),
        (Some(number), None) => (number, to.clone(), "outbound"),
        _ => return Err(Impossible("one of from and to must be a shared number".to_owned())),
    };
    let (kind, text) = content(incoming, direction)?;
    let at = world.now();
    let id = conversation_with(world, &contact, &number, at);
    let entry =
        Entry { id: world.dialnote.new_id("msg"), kind, direction: direction.to_owned(), text: text.clone(), at };
    let mut contact_id = String::new();
    if let Some(conversation) = world.dialnote.conversation_mut(&id) {
        contact_id.clone_from(&conversation.contact.id);
        conversation.timeline.push(entry);
        conversation.updated_at = at;
        if direction == "inbound" {
            conversation.is_read = false;
            conversation.status = Status::Open;
            conversation.snoozed_until = None;
        }
    }
    if direction == "inbound" {
        world.tour.arrived(&id);
    }
    if kind == Kind::Sms {
        return Ok((id, Vec::new()));
    }
    let (status, duration) = match (kind, text.as_str()) {
        (Kind::Voicemail, _) => ("voicemail", 24),
        (_, "Missed call") => ("missed", 0),
        _ => ("completed", 185),
    };
    let call = CallLog {
        id: world.dialnote.new_id("call"),
        contact: contact_id,
        conversation: id.clone(),
        direction: direction.to_owned(),
        from,
        to,
        status: status.to_owned(),
        duration,
        at,
        member: caller(world, incoming)?,
    };
    let told = webhook(&call, (kind == Kind::Voicemail).then_some(text.as_str()));
    world.dialnote.call_logs.push(call);
    let webhooks = world.dialnote.webhooks.iter().filter(|webhook| webhook.event == "call_log");
    Ok((id, webhooks.map(|webhook| (webhook.url.clone(), told.clone())).collect()))
}

/// Returns the member who calls, matched by the address they have in Slack.
fn caller(world: &World, incoming: &Incoming) -> Result<Option<String>, Impossible> {
    let Some(who) = &incoming.who else { return Ok(None) };
    let email = world.person(who).and_then(|person| person.email.as_ref());
    let members = &world.dialnote.members;
    let member = email.and_then(|email| members.iter().find(|member| member.email.eq_ignore_ascii_case(email)));
    member.map(|member| Some(member.id.clone())).ok_or_else(|| Impossible(format!("{who} is no member")))
}

fn content(incoming: &Incoming, direction: &str) -> Result<(Kind, String), Impossible> {
    let text = incoming.text.clone();
    match incoming.kind.as_str() {
        "call" => {
            let silent = if direction == "inbound" { "Missed call" } else { "Call, 3 min" };
            Ok((Kind::Call, text.unwrap_or_else(|| silent.to_owned())))
        }
        "voicemail" if direction == "inbound" => {
            Ok((Kind::Voicemail, text.unwrap_or_else(|| "Please call me back.".to_owned())))
        }
        "sms" => match text {
            Some(text) if !text.is_empty() && text.chars().count() <= SMS => Ok((Kind::Sms, text)),
            _ => Err(Impossible(format!("a text message has between 1 and {SMS} characters"))),
        },
        other => Err(Impossible(format!("{direction} {other} is not a call, voicemail or sms"))),
    }
}

/// Returns the contact's only conversation, and begins one for a new contact.
fn conversation_with(world: &mut World, phone: &str, number: &str, at: Timestamp) -> String {
    let known = world.dialnote.conversations.iter().find(|c| c.contact.phone_number == phone);
    if let Some(conversation) = known {
        return conversation.id.clone();
    }
    let contact = Contact { id: world.dialnote.new_id("con"), phone_number: phone.to_owned(), ..Contact::default() };
    world.dialnote.begin(contact, number, at)
}

fn webhook(call: &CallLog, summary: Option<&str>) -> Value {
    let mut told = json!({
        "direction": call.direction, "from_number": call.from, "to_number": call.to, "status": call.status,
        "duration": call.duration,
    });
    if let Some(summary) = summary {
        told["transcription_summary"] = json!(summary);
    }
    json!({
        "id": call.id, "event_type": "call_log", "contact_id": call.contact, "timestamp": call.at, "call": told,
    })
}
