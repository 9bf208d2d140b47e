//! Buttons of objects and panes (§4.6, §4.7).

use serde_json::{Map, Value, json};

use super::acts::{ObjectPlace, PressObject};
use super::subject::{self, new_trigger, no_pane};
use crate::channels::Channel;
use crate::deliver::outcome::{Outcome, complaint};
use crate::deliver::outgoing::OutgoingRequest;
use crate::deliver::payload;
use crate::deliver::send::send;
use crate::entities;
use crate::impossible::Impossible;
use crate::objects::{Details, Occasion, Spinner, Subject, is_over};
use crate::people::Person;
use crate::shared::Shared;
use crate::world::World;

/// An object where a person sees it, and the channel and visibility of its message.
struct Seen {
    subject: Subject,
    buttons: Vec<Value>,
    below: Option<(Channel, bool)>,
}

/// Presses a button of an object.
pub(crate) async fn press_object(shared: &Shared, press: PressObject) -> Result<Outcome, Impossible> {
    let (parcel, trigger_id, response_url) = shared.world(|world| pressed(world, &press))?;
    shared.turn();
    let ack = send(shared, parcel).await?;
    Ok(Outcome { error: complaint(&ack), trigger_id: Some(trigger_id), response_url, ..Outcome::of(&ack) })
}

fn pressed(world: &mut World, press: &PressObject) -> Result<(OutgoingRequest, String, Option<String>), Impossible> {
    let person = world.actor(&press.who)?;
    let seen = seen(world, &person, press)?;
    let button = seen.buttons.iter().find(|button| button["action_id"] == press.action_id).cloned();
    let known: Vec<&str> = seen.buttons.iter().filter_map(|button| button["action_id"].as_str()).collect();
    let missing = || Impossible(format!("there is no such {} here; there are: {}", press.action_id, known.join(", ")));
    let button = button.ok_or_else(missing)?;
    let in_pane = seen.below.is_none();
    let trigger_id = new_trigger(world, &person.id, &seen.subject, Occasion::Button { in_pane });
    spin(world, &person, &seen.subject, &button, &trigger_id, in_pane);
    let mut body = payload::common("block_actions", &person, &world.workspace);
    body.insert("trigger_id".to_owned(), json!(trigger_id));
    body.insert("container".to_owned(), Value::Object(container(&seen)));
    let mut response_url = None;
    if let Some((channel, _)) = &seen.below {
        body.insert("channel".to_owned(), payload::named(channel));
        let url = world.new_response_url(&person.id, &channel.id, seen.subject.message_ts.clone());
        body.insert("response_url".to_owned(), json!(url));
        response_url = Some(url);
    }
    let ts = world.next_ts();
    body.insert("actions".to_owned(), json!([action(&button, &ts)]));
    let parcel = OutgoingRequest::interaction("/slack/interactions", &person.handle, &Value::Object(body));
    Ok((parcel, trigger_id, response_url))
}

fn seen(world: &mut World, person: &Person, press: &PressObject) -> Result<Seen, Impossible> {
    let owned = |buttons: Vec<&Value>| buttons.into_iter().cloned().collect();
    if press.place == ObjectPlace::Pane {
        let pane = world.objects.pane(&person.id).ok_or_else(|| no_pane(person))?;
        let buttons = match &pane.details {
            Some(Details::Entity(entity)) => owned(entities::all_actions(entity)),
            Some(Details::Error(error)) => error["actions"].as_array().cloned().unwrap_or_default(),
            _ => Vec::new(),
        };
        return Ok(Seen { subject: pane.subject.clone(), buttons, below: None });
    }
    let (Some(channel), Some(ts)) = (&press.channel, &press.message_ts) else {
        return Err(Impossible("name channel and message_ts".to_owned()));
    };
    let shown = subject::shown(world, person, channel, ts, press.url.as_deref())?;
    let buttons = owned(entities::all_actions(&shown.entity));
    Ok(Seen { subject: shown.subject(), buttons, below: Some((shown.channel, shown.message.to.is_some())) })
}

fn container(seen: &Seen) -> Map<String, Value> {
    let mut container = Map::new();
    if let Some((_, is_ephemeral)) = &seen.below {
        container.insert("type".to_owned(), json!("message_attachment"));
        container.insert("attachment_id".to_owned(), json!(1));
        container.insert("is_ephemeral".to_owned(), json!(is_ephemeral));
        container.insert("is_app_unfurl".to_owned(), json!(seen.subject.app_unfurl_url.is_some()));
    } else {
        container.insert("type".to_owned(), json!("entity_detail"));
    }
    subject::name(&mut container, &seen.subject);
    subject::place(&mut container, &seen.subject, "channel_id");
    subject::place_exactly(&mut container, &seen.subject);
    container
}

fn action(button: &Value, ts: &str) -> Value {
    let mut action = json!({
        "type": "button", "action_id": button["action_id"], "block_id": "slack0", "action_ts": ts,
        "text": {"type": "plain_text", "text": button["text"], "emoji": true},
    });
    for name in ["value", "url", "style"] {
        if let Some(part) = button.get(name) {
            action[name] = part.clone();
        }
    }
    action
}

/// Lets a button spin that asks for it, until the app presents details.
fn spin(world: &mut World, person: &Person, subject: &Subject, button: &Value, trigger_id: &str, in_pane: bool) {
    let state = &button["processing_state"];
    if state["enabled"] == true {
        let since = world.now();
        world.objects.spinners.retain(|spinner| !is_over(spinner.since, since));
        world.objects.spinners.push(Spinner {
            trigger: trigger_id.to_owned(),
            user: person.id.clone(),
            entity_url: subject.entity_url.clone(),
            in_pane,
            action_id: button["action_id"].as_str().unwrap_or_default().to_owned(),
            text: state["interstitial_text"].as_str().map(str::to_owned),
            since,
        });
    }
}
