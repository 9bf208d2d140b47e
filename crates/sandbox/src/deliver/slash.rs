//! Slash commands (docs/contracts/slack.md §5).

use serde_json::{Map, Value};

use super::outcome::{Ack, Outcome};
use super::outgoing::OutgoingRequest;
use super::payload;
use super::send::send;
use crate::channels::Message;
use crate::ids::{APP, BOT_USER, SLACKBOT};
use crate::impossible::Impossible;
use crate::shared::Shared;
use crate::slack::{Content, checked_content};
use crate::typed;
use crate::world::World;

/// A command on its way.
struct Typed {
    user: String,
    channel: String,
    line: String,
    command: String,
    trigger_id: String,
    response_url: String,
    parcel: OutgoingRequest,
}

/// A command's line as it was typed, or (`raw`) as Slack sends it: tokens and entities included.
#[derive(Clone, Copy)]
pub(crate) struct CommandLine<'a> {
    pub(crate) text: &'a str,
    pub(crate) raw: bool,
}

/// Sends a line that begins with the command's name. Slack delivers only registered commands; the sandbox delivers any
/// word, to show the app's reply.
pub(crate) async fn slash(
    shared: &Shared,
    who: &str,
    channel: &str,
    line: CommandLine<'_>,
) -> Result<Outcome, Impossible> {
    let typed = shared.world(|world| compose(world, who, channel, line))?;
    let ack = send(shared, typed.parcel.clone()).await?;
    let error = shared.world(|world| show(world, &typed, &ack));
    Ok(Outcome {
        error,
        trigger_id: Some(typed.trigger_id),
        response_url: Some(typed.response_url),
        ..Outcome::of(&ack)
    })
}

fn compose(world: &mut World, who: &str, channel: &str, line: CommandLine<'_>) -> Result<Typed, Impossible> {
    let CommandLine { text: line, raw } = line;
    let person = world.actor(who)?;
    let channel = world.place(&person, channel)?;
    let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
    if !command.starts_with('/') || command.len() < 2 {
        return Err(Impossible(format!("a command begins with a slash and its name, not with {command:?}")));
    }
    let is_down = world.faults.dialnote.down;
    world.tour.typed(&person.id, &channel.id, line, is_down);
    let text = if raw { rest.to_owned() } else { typed::escaped(world, rest) };
    let trigger_id = world.new_trigger(&person.id, None);
    let response_url = world.new_response_url(&person.id, &channel.id, None);
    let organization = world.workspace.organization();
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("token", payload::TOKEN)
        .append_pair("team_id", &world.workspace.id)
        .append_pair("team_domain", &world.workspace.domain)
        .append_pair("channel_id", &channel.id)
        .append_pair("channel_name", payload::name(&channel))
        .append_pair("user_id", &person.id)
        .append_pair("user_name", &person.handle)
        .append_pair("command", command)
        .append_pair("text", &text)
        .append_pair("api_app_id", APP)
        .append_pair("is_enterprise_install", if organization.is_some() { "true" } else { "false" })
        .extend_pairs(organization.map(|id| ("enterprise_id", id)))
        .append_pair("response_url", &response_url)
        .append_pair("trigger_id", &trigger_id)
        .finish();
    let parcel = OutgoingRequest {
        kind: "slash_command".to_owned(),
        who: Some(person.handle.clone()),
        path: "/slack/commands",
        content_type: "application/x-www-form-urlencoded",
        body,
        retry: None,
    };
    let (line, command) = (line.to_owned(), command.to_owned());
    Ok(Typed { user: person.id, channel: channel.id, line, command, trigger_id, response_url, parcel })
}

/// Shows the person the answer and returns the fault in it.
fn show(world: &mut World, typed: &Typed, ack: &Ack) -> Option<String> {
    let error = match (ack.error, ack.status) {
        (Some(error), _) => error.to_owned(),
        // Slack wants 200 and no other status, not even another 2xx.
        (None, Some(status)) if status != 200 => "dispatch_failed".to_owned(),
        (None, _) => match answer(ack) {
            Ok(answer) => {
                post(world, typed, answer);
                return None;
            }
            Err(error) => error,
        },
    };
    world.post(Message {
        channel: typed.channel.clone(),
        author: SLACKBOT.to_owned(),
        text: format!("{} failed with the error \"{error}\"", typed.command),
        to: Some(typed.user.clone()),
        ..Message::default()
    });
    Some(error)
}

/// An immediate answer: the message to show, if any, and its visibility.
#[derive(Default)]
struct Immediate {
    said: Option<Content>,
    in_channel: bool,
}

fn answer(ack: &Ack) -> Result<Immediate, String> {
    if ack.body.is_empty() {
        return Ok(Immediate::default());
    }
    if ack.media_type == "text/plain" {
        let said = Content { text: ack.body.clone(), ..Content::default() };
        return Ok(Immediate { said: Some(said), in_channel: false });
    }
    if ack.media_type != "application/json" {
        return Err(format!("invalid content type: {}", ack.media_type));
    }
    let body: Map<String, Value> = serde_json::from_str(&ack.body).map_err(|e| format!("invalid JSON: {e}"))?;
    let known = ["response_type", "text", "blocks", "unfurl_links", "unfurl_media"];
    if let Some(name) = body.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("unknown field: {name}"));
    }
    let in_channel = match body.get("response_type").map(Value::as_str) {
        None | Some(Some("ephemeral")) => false,
        Some(Some("in_channel")) => true,
        Some(_) => return Err("response_type must be ephemeral or in_channel".to_owned()),
    };
    if in_channel && body.len() == 1 {
        return Ok(Immediate { said: None, in_channel });
    }
    let said = checked_content(body.get("text").and_then(Value::as_str), body.get("blocks"));
    let said = said.map_err(|failure| format!("{} {}", failure.error, Value::Object(failure.detail)))?;
    Ok(Immediate { said: Some(said), in_channel })
}

fn post(world: &mut World, typed: &Typed, answer: Immediate) {
    if answer.in_channel {
        world.post(Message {
            channel: typed.channel.clone(),
            author: typed.user.clone(),
            text: typed.line.clone(),
            ..Message::default()
        });
    }
    if let Some(said) = answer.said {
        world.post(Message {
            channel: typed.channel.clone(),
            author: BOT_USER.to_owned(),
            text: said.text,
            blocks: said.blocks,
            to: (!answer.in_channel).then(|| typed.user.clone()),
            ..Message::default()
        });
    }
}
