//! Buttons, menus and shortcuts (docs/contracts/slack.md §8, §10).

use serde_json::{Map, Value, json};

use super::acts::{Click, Shortcut, Typing};
use super::modal::{fill, on_top};
use super::outcome::{Ack, Outcome, complaint};
use super::outgoing::OutgoingRequest;
use super::payload;
use super::send::send;
use super::values::{self, Stand};
use crate::blocks::{self, default_of, length};
use crate::channels::{Channel, Message};
use crate::ids::SLACKBOT;
use crate::impossible::Impossible;
use crate::people::Person;
use crate::shared::Shared;
use crate::views::View;
use crate::world::World;

/// The place of an interaction: a message or a view.
enum Target {
    Message(Channel, Message),
    View(View),
}

/// An element and the place where it was found.
struct FoundElement {
    /// The link whose unfurl contains it, if one does.
    unfurled: Option<String>,
    block: Map<String, Value>,
    block_id: String,
    element: Value,
}

impl Target {
    fn find(
        world: &mut World,
        person: &Person,
        channel: Option<&str>,
        ts: Option<&str>,
        view_id: Option<&str>,
    ) -> Result<Self, Impossible> {
        match (channel, ts, view_id) {
            (Some(channel), Some(ts), None) => {
                let channel = world.place(person, channel)?;
                let message = world.message(&channel.id, ts).filter(|message| message.visible_to(&person.id)).cloned();
                let missing = || Impossible(format!("{} sees no message {ts} there", person.handle));
                let mut message = message.ok_or_else(missing)?;
                message.unfurls = message.unfurls_seen(world.clients_show_objects()).into_iter().cloned().collect();
                Ok(Self::Message(channel, message))
            }
            (None, None, Some(id)) => {
                let view = world.view(id).filter(|view| view.user == person.id).cloned();
                let missing = || Impossible(format!("{} has no view {id} open", person.handle));
                let view = view.ok_or_else(missing)?;
                Ok(Self::View(if view.kind() == "modal" { on_top(world, person, id)? } else { view }))
            }
            _ => Err(Impossible("name either channel and message_ts, or view_id".to_owned())),
        }
    }

    fn id(&self) -> &str {
        match self {
            Self::Message(_, message) => &message.ts,
            Self::View(view) => &view.id,
        }
    }

    /// Returns its blocks, each with the link whose unfurl contains it, if one does.
    fn blocks(&self) -> Vec<(Option<&str>, &Value)> {
        match self {
            Self::Message(_, message) => {
                let own = message.blocks.iter().map(|block| (None, block));
                let unfurled = message.unfurls.iter().flat_map(|unfurl| {
                    let blocks = unfurl["blocks"].as_array().map_or(&[][..], Vec::as_slice);
                    blocks.iter().map(|block| (unfurl["url"].as_str(), block))
                });
                own.chain(unfurled).collect()
            }
            Self::View(view) => view.blocks().iter().map(|block| (None, block)).collect(),
        }
    }

    /// Returns the element with this `action_id`; `block_id` or a button's `value` tells several apart.
    fn element(
        &self,
        action_id: &str,
        block_id: Option<&str>,
        value: Option<&str>,
    ) -> Result<FoundElement, Impossible> {
        let mut known = Vec::new();
        let mut found = Vec::new();
        for (unfurled, block) in self.blocks() {
            let Some(block) = block.as_object() else { continue };
            let here = block.get("block_id").and_then(Value::as_str).unwrap_or_default();
            for element in blocks::elements(block) {
                known.push(element["action_id"].as_str().unwrap_or_default());
                let is_it = element["action_id"] == action_id && block_id.is_none_or(|id| id == here);
                let chosen = element["type"] != "button" || value.is_none_or(|value| element["value"] == value);
                if is_it && chosen {
                    let (block, block_id) = (block.clone(), here.to_owned());
                    let unfurled = unfurled.map(str::to_owned);
                    found.push(FoundElement { unfurled, block, block_id, element: element.clone() });
                }
            }
        }
        let several = found.len() > 1;
        match found.pop() {
            Some(found) if !several => Ok(found),
            Some(_) => Err(Impossible(format!("there are several {action_id}: say which by block_id or value"))),
            None => Err(Impossible(format!("there is no such {action_id} here; there are: {}", known.join(", ")))),
        }
    }
}

/// Presses a button or chooses from a menu. Sends the element's own value, not one named by the caller.
pub(crate) async fn click(shared: &Shared, click: Click) -> Result<Outcome, Impossible> {
    let (parcel, sent) = shared.world(|world| press(world, &click))?;
    let ack = send(shared, parcel).await?;
    Ok(Outcome { error: complaint(&ack), ..sent.with(&ack) })
}

/// Two people press at the same moment: neither sees what the other's press does.
pub(crate) async fn at_once(shared: &Shared, one: Click, other: Click) -> Result<[Outcome; 2], Impossible> {
    let pressed = shared.world(|world| Ok::<_, Impossible>([press(world, &one)?, press(world, &other)?]))?;
    let [one, other] = pressed.map(async |(parcel, rights)| {
        let ack = send(shared, parcel).await?;
        Ok::<_, Impossible>(Outcome { error: complaint(&ack), ..rights.with(&ack) })
    });
    let (one, other) = tokio::join!(one, other);
    Ok([one?, other?])
}

/// The rights that are sent along with an interaction: a trigger, a response URL.
struct Rights {
    trigger_id: Option<String>,
    response_url: Option<String>,
}

impl Rights {
    fn with(self, ack: &Ack) -> Outcome {
        Outcome { trigger_id: self.trigger_id, response_url: self.response_url, ..Outcome::of(ack) }
    }
}

fn press(world: &mut World, click: &Click) -> Result<(OutgoingRequest, Rights), Impossible> {
    let person = world.actor(&click.who)?;
    let view_id = click.view_id.as_deref();
    let mut spot = Target::find(world, &person, click.channel.as_deref(), click.message_ts.as_deref(), view_id)?;
    type_first(world, &person, &mut spot, &click.values)?;
    let found = spot.element(&click.action_id, click.block_id.as_deref(), click.value.as_deref())?;
    let in_input = found.block.get("type").is_some_and(|kind| kind == "input");
    if in_input && found.block.get("dispatch_action") != Some(&Value::Bool(true)) {
        return Err(Impossible(format!("{} is filled in and submitted, not pressed", click.action_id)));
    }
    let state = if found.element["type"] == "button" {
        Value::Null
    } else {
        let stand = Stand { person: &person.id, place: spot.id(), block_id: &found.block_id };
        let state = values::chosen(world, stand, &found.element, &click.given())?;
        if found.element["type"] != "overflow" {
            keep(world, &person, &spot, &found, &state);
        }
        state
    };
    world.tour.pressed(&person.id, &click.action_id, click.selected_option.as_deref());
    let ts = world.next_ts();
    let mut body = payload::common("block_actions", &person, &world.workspace);
    let action = payload::action(&found.element, &found.block_id, &state, &ts);
    body.insert("actions".to_owned(), json!([action]));
    let sent = describe(world, &mut body, &person, &spot);
    if let Some(url) = &found.unfurled {
        payload::about_unfurl(&mut body, url);
    }
    Ok((OutgoingRequest::interaction("/slack/interactions", &person.handle, &Value::Object(body)), sent))
}

/// Types into a modal before the press.
fn type_first(
    world: &mut World,
    person: &Person,
    spot: &mut Target,
    typed: &Map<String, Value>,
) -> Result<(), Impossible> {
    match spot {
        _ if typed.is_empty() => Ok(()),
        Target::Message(..) => Err(Impossible("values are typed into views only".to_owned())),
        Target::View(view) => {
            let filled = fill(world, person, view, typed)?;
            if let Some(open) = world.view_mut(&view.id) {
                open.typed.clone_from(&filled);
            }
            view.typed = filled;
            Ok(())
        }
    }
}

/// Stores a choice: Slack sends it along with the next press.
fn keep(world: &mut World, person: &Person, spot: &Target, found: &FoundElement, state: &Value) {
    let action_id = found.element["action_id"].as_str().unwrap_or_default();
    let chosen = match spot {
        Target::Message(channel, message) => {
            let message = world.message_mut(&channel.id, &message.ts);
            message.map(|message| message.chosen.entry(person.id.clone()).or_default())
        }
        Target::View(view) => world.view_mut(&view.id).map(|view| &mut view.typed),
    };
    if let Some(chosen) = chosen {
        values::keep(chosen, &found.block_id, action_id, state.clone());
    }
}

/// Adds the place, the state of all elements there, and the rights that come with it.
fn describe(world: &mut World, body: &mut Map<String, Value>, person: &Person, spot: &Target) -> Rights {
    let view_id = match spot {
        Target::View(view) if view.kind() == "modal" => Some(view.id.clone()),
        _ => None,
    };
    let trigger_id = world.new_trigger(&person.id, view_id);
    body.insert("trigger_id".to_owned(), json!(trigger_id));
    let response_url = match spot {
        Target::Message(channel, message) => {
            let chosen = world.message(&channel.id, &message.ts).and_then(|m| m.chosen.get(&person.id)).cloned();
            let state = values::state(&message.blocks, &chosen.unwrap_or_default());
            payload::about_message(body, channel, message);
            body.insert("state".to_owned(), json!({"values": state}));
            let url = world.new_response_url(&person.id, &channel.id, Some(message.ts.clone()));
            body.insert("response_url".to_owned(), json!(url));
            Some(url)
        }
        Target::View(view) => {
            let typed = world.view(&view.id).map(|view| view.typed.clone()).unwrap_or_default();
            payload::about_view(body, view, &values::state(view.blocks(), &typed));
            None
        }
    };
    Rights { trigger_id: Some(trigger_id), response_url }
}

/// Types into a menu whose options the app provides.
pub(crate) async fn options(shared: &Shared, typing: Typing) -> Result<Outcome, Impossible> {
    let (asked, parcel) = shared.world(|world| ask(world, &typing))?;
    offered(shared, asked, parcel).await
}

/// Asks the app for the options of a menu, if enough was typed, and remembers what it offers.
pub(super) async fn offered(
    shared: &Shared,
    asked: MenuKey,
    parcel: Option<OutgoingRequest>,
) -> Result<Outcome, Impossible> {
    let Some(parcel) = parcel else { return Ok(Outcome::default()) };
    let ack = send(shared, parcel).await?;
    let mut outcome = Outcome { error: complaint(&ack), ..Outcome::of(&ack) };
    if outcome.error.is_none() {
        match read_options(&ack) {
            Ok((options, groups)) => (outcome.options, outcome.option_groups) = (options, groups),
            Err(error) => outcome.error = Some(error),
        }
    }
    shared.world(|world| world.offered.insert(asked, outcome.options.clone()));
    Ok(outcome)
}

/// Person, place, block, action.
pub(super) type MenuKey = (String, String, String, String);

/// Returns the question to the app; `None` while too little was typed.
fn ask(world: &mut World, typing: &Typing) -> Result<(MenuKey, Option<OutgoingRequest>), Impossible> {
    let person = world.actor(&typing.who)?;
    let view_id = typing.view_id.as_deref();
    let spot = Target::find(world, &person, typing.channel.as_deref(), typing.message_ts.as_deref(), view_id)?;
    let found = spot.element(&typing.action_id, typing.block_id.as_deref(), None)?;
    let kind = found.element["type"].as_str().unwrap_or_default();
    if !matches!(kind, "external_select" | "multi_external_select") {
        return Err(Impossible(format!("{} is a {kind}: its options are fixed", typing.action_id)));
    }
    let asked = (person.id.clone(), spot.id().to_owned(), found.block_id.clone(), typing.action_id.clone());
    let default = default_of(&["element", "external_select", "min_query_length"]).unwrap_or(0);
    if length(&typing.value) < found.element["min_query_length"].as_u64().unwrap_or(default) {
        return Ok((asked, None));
    }
    let mut body = payload::common("block_suggestion", &person, &world.workspace);
    match &spot {
        Target::Message(channel, message) => payload::about_message(&mut body, channel, message),
        Target::View(view) => payload::about_view(&mut body, view, &values::state(view.blocks(), &view.typed)),
    }
    body.insert("action_id".to_owned(), json!(typing.action_id));
    body.insert("block_id".to_owned(), json!(found.block_id));
    body.insert("value".to_owned(), json!(typing.value));
    Ok((asked, Some(OutgoingRequest::interaction("/slack/options", &person.handle, &Value::Object(body)))))
}

/// Returns all options, and the groups if they are in groups.
pub(super) fn read_options(ack: &Ack) -> Result<(Vec<Value>, Vec<Value>), String> {
    if ack.media_type != "application/json" {
        return Err(format!("invalid content type: {}", ack.media_type));
    }
    let answer: Value = serde_json::from_str(&ack.body).map_err(|e| format!("invalid JSON: {e}"))?;
    let options = blocks::suggestions(&answer).map_err(|faults| faults.join("; "))?;
    Ok((options, answer["option_groups"].as_array().cloned().unwrap_or_default()))
}

/// Uses a shortcut: a global one, or one on a message.
pub(crate) async fn shortcut(shared: &Shared, shortcut: Shortcut) -> Result<Outcome, Impossible> {
    let (parcel, sent) = shared.world(|world| reach(world, &shortcut))?;
    let ack = send(shared, parcel).await?;
    Ok(Outcome { error: complaint(&ack), ..sent.with(&ack) })
}

fn reach(world: &mut World, shortcut: &Shortcut) -> Result<(OutgoingRequest, Rights), Impossible> {
    let person = world.actor(&shortcut.who)?;
    let trigger_id = world.new_trigger(&person.id, None);
    let global = shortcut.channel.is_none() && shortcut.message_ts.is_none();
    let mut body = payload::common(if global { "shortcut" } else { "message_action" }, &person, &world.workspace);
    body.insert("callback_id".to_owned(), json!(shortcut.callback_id));
    body.insert("trigger_id".to_owned(), json!(trigger_id));
    body.insert("action_ts".to_owned(), json!(world.next_ts()));
    let mut response_url = None;
    if !global {
        let spot = Target::find(world, &person, shortcut.channel.as_deref(), shortcut.message_ts.as_deref(), None)?;
        if let Target::Message(channel, message) = spot {
            if message.to.is_some() || message.author == SLACKBOT {
                return Err(Impossible("an ephemeral message has no shortcuts".to_owned()));
            }
            let url = world.new_response_url(&person.id, &channel.id, None);
            body.insert("channel".to_owned(), payload::named(&channel));
            body.insert("message_ts".to_owned(), json!(message.ts));
            body.insert("message".to_owned(), message.object(&world.workspace.id, true));
            body.insert("response_url".to_owned(), json!(url));
            response_url = Some(url);
        }
    }
    let sent = Rights { trigger_id: Some(trigger_id), response_url };
    Ok((OutgoingRequest::interaction("/slack/interactions", &person.handle, &Value::Object(body)), sent))
}
