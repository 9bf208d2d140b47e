//! Installing the app in the fake Slack (docs/contracts/slack.md §17, §18): a page that asks for a person's consent,
//! codes that work once and for ten minutes, and tokens, which may expire. It is strict about everything published: the
//! second step must repeat the parameters of the first.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::grants::{Code, TOKEN_LASTS};
use crate::ids::{APP, BOT_USER};
use crate::installed::Installed;
use crate::request::RecordedRequest;
use crate::shared::Shared;
use crate::world::World;

/// `GET /slack/oauth/v2/authorize`: the question.
pub(super) async fn ask(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let asked: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    if let Err(error) = shared.world(|world| checked(world, &asked)) {
        return refused(error);
    }
    let scopes = asked.get("scope").map(String::as_str).unwrap_or_default().split(',');
    let scopes: Vec<_> = scopes.map(|scope| format!("<li><code>{}</code></li>", escaped(scope))).collect();
    let hidden = |name: &str| {
        let value = asked.get(name).map(String::as_str).unwrap_or_default();
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escaped(value))
    };
    let hidden = ["client_id", "scope", "redirect_uri", "state"].map(hidden).concat();
    let choices: Vec<_> = shared.all().iter().map(|shared| shared.world(|world| choice(world, &hidden))).collect();
    let body = format!(
        "<p>In the workspace, it will be able to use:</p><ul>{}</ul><p>Install it in:</p>{}",
        scopes.concat(),
        choices.concat()
    );
    Html(page("dialnote wants to be installed", &body)).into_response()
}

/// `POST /slack/oauth/v2/authorize`: the answer.
pub(super) async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let heard = match RecordedRequest::read(request).await {
        Ok(heard) => heard,
        Err(refused) => return refused,
    };
    let form = heard.form();
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let shared = shared.whose(|world| world.workspace.id == field("workspace"));
    let mut back = form_urlencoded::Serializer::new(String::new());
    match shared.world(|world| agreed(world, &form)) {
        Ok(Some(code)) => back.append_pair("code", &code),
        Ok(None) => back.append_pair("error", "access_denied"),
        Err(error) => return refused(error),
    };
    let back = back.append_pair("state", field("state")).finish();
    let location = format!("{}?{back}", field("redirect_uri"));
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

/// Returns a code for the person's consent; `None` if they declined.
fn agreed(world: &mut World, form: &BTreeMap<String, String>) -> Result<Option<String>, &'static str> {
    checked(world, form)?;
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let person = world.person(field("as")).ok_or("there is no person of this name")?;
    if !person.admin {
        return Err("only admins may install apps in this workspace");
    }
    if field("agree") != "yes" {
        return Ok(None);
    }
    let person = person.id.clone();
    let number = world.next_id();
    let code = format!("{}.{number}.code", world.workspace.id);
    let scopes = field("scope").split(',').map(str::to_owned).collect();
    let (at, redirect) = (world.now(), field("redirect_uri").to_owned());
    world.grants.offer(code.clone(), Code { at, scopes, redirect, person });
    Ok(Some(code))
}

/// Returns a page with the reason for which the app can't be installed.
fn refused(error: &str) -> Response {
    let page = page("Slack says no", &format!("<p>{}</p>", escaped(error)));
    (StatusCode::BAD_REQUEST, Html(page)).into_response()
}

/// `oauth.v2.access`: exchanges a code or a refresh token for a token.
pub(super) fn access(world: &mut World, heard: &RecordedRequest) -> Answer {
    let answered = authenticated(world, heard).and_then(|()| {
        let form = heard.form();
        match form.get("grant_type").map(String::as_str) {
            None => exchange(world, &form),
            Some("refresh_token") => refresh(world, &form),
            Some(_) => Err("invalid_grant_type"),
        }
    });
    Answer::new(200, answered.unwrap_or_else(|error| json!({ "ok": false, "error": error })))
}

fn authenticated(world: &World, heard: &RecordedRequest) -> Result<(), &'static str> {
    let basic = heard.header("authorization").strip_prefix("Basic ").and_then(decoded);
    let (id, secret) = basic.as_deref().and_then(|basic| basic.split_once(':')).ok_or("invalid_client_id")?;
    if id != world.secrets.client_id {
        return Err("invalid_client_id");
    }
    if secret == world.secrets.client_secret { Ok(()) } else { Err("bad_client_secret") }
}

fn exchange(world: &mut World, form: &BTreeMap<String, String>) -> Result<Value, &'static str> {
    let (code, redirect) = (form.get("code").ok_or("invalid_code")?, form.get("redirect_uri"));
    let now = world.now();
    let code = world.grants.exchange(code, redirect, now)?;
    // Scopes only accumulate (§17.6).
    let new: Vec<_> = code.scopes.into_iter().filter(|scope| !world.scopes.contains(scope)).collect();
    world.scopes.extend(new);
    let mut granted = grant(world);
    granted["app_id"] = json!(APP);
    granted["bot_user_id"] = json!(BOT_USER);
    let organization = world.workspace.organization.as_ref();
    granted["team"] = match organization {
        Some(_) => Value::Null,
        None => json!({ "id": world.workspace.id, "name": world.workspace.name }),
    };
    granted["enterprise"] = json!(organization.map(|(id, name)| json!({ "id": id, "name": name })));
    granted["is_enterprise_install"] = json!(organization.is_some());
    granted["authed_user"] = json!({ "id": code.person });
    Ok(granted)
}

fn refresh(world: &mut World, form: &BTreeMap<String, String>) -> Result<Value, &'static str> {
    let now = world.now();
    world.grants.refresh(form.get("refresh_token").ok_or("invalid_refresh_token")?, now)?;
    Ok(grant(world))
}

/// Creates a token and returns the answer that grants it.
fn grant(world: &mut World) -> Value {
    let (number, team) = (world.next_id(), world.workspace.id.clone());
    let scope = world.scopes.join(",");
    if !world.token_rotation {
        let text = format!("xoxb-{team}-{number}-sandbox-token");
        world.grants.replace_token(&text);
        return json!({ "ok": true, "access_token": text, "token_type": "bot", "scope": scope });
    }
    let text = format!("xoxe.xoxb-1-{team}-{number}-sandbox-token");
    let next = format!("xoxe-1-{team}-{number}-sandbox-refresh");
    let now = world.now();
    world.grants.rotate(&text, &next, now);
    json!({
        "ok": true, "access_token": text, "token_type": "bot", "scope": scope,
        "refresh_token": next, "expires_in": TOKEN_LASTS,
    })
}

/// Returns the fault in an authorization request (§17.7).
fn checked(world: &World, asked: &BTreeMap<String, String>) -> Result<(), &'static str> {
    let field = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    if field("client_id") != world.secrets.client_id {
        return Err("invalid_client_id");
    }
    let app = Installed::get();
    if field("scope").split(',').any(|scope| !app.scopes().iter().any(|known| known == scope)) {
        return Err("invalid_scope");
    }
    let configured = world.bot.as_ref().map(|bot| format!("{bot}/{}", app.redirect_path()));
    if configured.is_none_or(|configured| field("redirect_uri") != configured) {
        return Err("bad_redirect_uri");
    }
    if field("state").is_empty() { Err("there is no state") } else { Ok(()) }
}

fn choice(world: &World, hidden: &str) -> String {
    let admin = world.people.iter().find(|person| person.admin).map_or("", |person| person.handle.as_str());
    let (id, name) = (escaped(&world.workspace.id), escaped(&world.workspace.name));
    format!(
        "<form method=\"post\"><h2>{name}</h2>{hidden}<input type=\"hidden\" name=\"workspace\" value=\"{id}\">\
         <input type=\"hidden\" name=\"as\" value=\"{admin}\">\
         <button name=\"agree\" value=\"yes\">Allow</button> <button name=\"agree\" value=\"no\">Cancel</button></form>"
    )
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <link rel=\"icon\" href=\"/page/icon.svg\"><link rel=\"stylesheet\" href=\"/page/base.css\"><link rel=\"stylesheet\" href=\"/page/consent.css\">\
         <main><h1>{title}</h1>{body}</main></html>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Decodes a part of HTTP Basic credentials.
fn decoded(text: &str) -> Option<String> {
    String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok()
}
