//! The Events API (docs/contracts/slack.md §3, §4, §19).

use serde_json::{Map, Value, json};

use super::outcome::{Ack, Outcome};
use super::outgoing::OutgoingRequest;
use super::payload;
use super::send::send;
use crate::ids::{APP, BOT_USER};
use crate::impossible::Impossible;
use crate::seed::direct_message;
use crate::shared::Shared;
use crate::world::World;

/// The value that an address must return to prove that it belongs to the app.
const CHALLENGE: &str = "sandbox-challenge";

/// Sends an event. An event that is not acknowledged is sent once more at once. The later retries of real Slack, after
/// one and five minutes, are not played.
pub(crate) async fn event(shared: &Shared, event: Value) -> Result<Outcome, Impossible> {
    let kind = event["type"].as_str().unwrap_or_default().to_owned();
    if kind == "url_verification" && shared.world(|world| world.sockets.on) {
        return Err(Impossible("in Socket Mode there is no address to verify".to_owned()));
    }
    let body = shared.world(|world| compose(world, &kind, event))?;
    let parcel = OutgoingRequest {
        kind: kind.clone(),
        who: None,
        path: "/slack/events",
        content_type: "application/json",
        body: body.to_string(),
        retry: None,
    };
    let mut ack = send(shared, parcel.clone()).await?;
    if let Some(reason) = retry_reason(&ack) {
        ack = send(shared, OutgoingRequest { retry: Some(reason), ..parcel }).await?;
    }
    let mut outcome = Outcome::of(&ack);
    if kind == "url_verification" && outcome.error.is_none() && !echoes(&ack) {
        outcome.error = Some("challenge_failed".to_owned());
    }
    Ok(outcome)
}

/// Removes the app as an admin: its tokens stop working, and Slack sends it two events in no certain order
/// (docs/contracts/slack.md §19.2).
pub(crate) async fn uninstall(shared: &Shared) -> Result<Vec<Outcome>, Impossible> {
    shared.world(|world| {
        world.grants.revoke();
        world.scopes.clear();
    });
    let revoked = json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}});
    let mut outcomes = vec![event(shared, revoked).await?];
    outcomes.push(event(shared, json!({"type": "app_uninstalled"})).await?);
    Ok(outcomes)
}

fn compose(world: &mut World, kind: &str, event: Value) -> Result<Value, Impossible> {
    let Value::Object(mut fields) = event else { return Err(Impossible("an event is an object".to_owned())) };
    let now = world.now().as_second();
    match kind {
        "" => return Err(Impossible("an event has a type".to_owned())),
        "url_verification" => return Ok(json!({"token": payload::TOKEN, "challenge": CHALLENGE, "type": kind})),
        "app_rate_limited" => {
            let minute = now - now % 60;
            return Ok(json!({
                "token": payload::TOKEN, "type": kind, "team_id": world.workspace.id, "minute_rate_limited": minute, "api_app_id": APP,
            }));
        }
        "app_home_opened" => home_opened(world, &mut fields)?,
        "user_change" | "user_status_changed" | "team_join" => whole_user(world, &mut fields)?,
        _ => ids_for_names(world, &mut fields),
    }
    // An event with nothing but its type, like app_uninstalled, has no event_ts either.
    if fields.len() > 1 && !matches!(kind, "tokens_revoked") && !fields.contains_key("event_ts") {
        fields.insert("event_ts".to_owned(), json!(world.next_ts()));
    }
    let (event_id, team, organization) = (world.new_event_id(), &world.workspace.id, world.workspace.organization());
    let mut envelope = json!({
        "token": payload::TOKEN, "team_id": team, "context_team_id": team, "context_enterprise_id": null,
        "api_app_id": APP, "event": fields, "type": "event_callback", "event_id": event_id, "event_time": now,
        "authorizations": [{
            "enterprise_id": organization, "team_id": team, "user_id": BOT_USER, "is_bot": true,
            "is_enterprise_install": organization.is_some(),
        }],
        "is_ext_shared_channel": false,
    });
    // For a whole organization no workspace is named (docs/contracts/slack.md §19.2).
    if organization.is_some() && matches!(kind, "app_uninstalled" | "tokens_revoked") {
        envelope["team_id"] = Value::Null;
        envelope["enterprise_id"] = json!(organization);
        envelope["authorizations"] = json!([]);
    }
    Ok(envelope)
}

fn home_opened(world: &mut World, fields: &mut Map<String, Value>) -> Result<(), Impossible> {
    let who = fields.get("user").and_then(Value::as_str).unwrap_or_default().to_owned();
    let person = world.actor(&who)?;
    fields.insert("user".to_owned(), json!(person.id));
    let channel = world.direct_message(&person.id);
    fields.insert("channel".to_owned(), json!(channel));
    let tab = fields.entry("tab").or_insert_with(|| json!("home")).clone();
    if let Some(home) = world.homes.get(&person.id).filter(|_| tab == "home") {
        fields.insert("view".to_owned(), home.object(&world.workspace.id, &home.typed));
    }
    Ok(())
}

fn whole_user(world: &World, fields: &mut Map<String, Value>) -> Result<(), Impossible> {
    let who = fields.get("user").and_then(Value::as_str).unwrap_or_default();
    let person = world.actor(who)?;
    let now = world.now();
    let with_email = world.scopes.iter().any(|scope| scope == "users:read.email");
    let mut user = person.object(with_email, true, now);
    world.workspace.belongs(&mut user);
    fields.insert("user".to_owned(), user);
    fields.insert("cache_ts".to_owned(), json!(now.as_second()));
    Ok(())
}

/// Replaces the names in `user` and `channel` by ids, which Slack sends.
fn ids_for_names(world: &World, fields: &mut Map<String, Value>) {
    let user = fields.get("user").and_then(Value::as_str).and_then(|who| world.person(who)).cloned();
    if let Some(person) = &user {
        fields.insert("user".to_owned(), json!(person.id));
    }
    let channel = match fields.get("channel").and_then(Value::as_str) {
        Some("dm") => user.map(|person| direct_message(&person.id).id),
        Some(name) => world.channel(name).map(|channel| channel.id.clone()),
        None => None,
    };
    if let Some(id) = channel {
        fields.insert("channel".to_owned(), json!(id));
    }
}

/// Returns Slack's reason to send the event again; `None` if it would not.
fn retry_reason(ack: &Ack) -> Option<&'static str> {
    match (ack.error, ack.status) {
        (None, _) => None,
        _ if ack.no_retry => None,
        (Some(_), Some(_)) => Some("http_error"),
        (Some("operation_timeout"), None) => Some("http_timeout"),
        (Some(_), None) => Some("connection_failed"),
    }
}

/// Answers whether the challenge came back: as plain text, as a form or as JSON.
fn echoes(ack: &Ack) -> bool {
    let form = format!("challenge={CHALLENGE}");
    let json = serde_json::from_str(&ack.body).unwrap_or(Value::Null);
    ack.body == CHALLENGE || ack.body == form || json["challenge"] == CHALLENGE
}
