//! How the app is installed in the fake Slack (docs/contracts/slack.md §17, §18): a page that asks whether somebody
//! agrees, codes that work once and for ten minutes, and tokens, which may end. It is strict about everything that
//! is published: what was sent at the first step has to come again at the second.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::ids::{APP, BOT_USER};
use crate::installed::Installed;
use crate::request::RecordedRequest;
use crate::server::Shared;
use crate::world::World;

/// How long a code works.
const CODE_LASTS: SignedDuration = SignedDuration::from_mins(10);

/// How long a token lasts, in seconds, if tokens end.
const TOKEN_LASTS: i64 = 43_200;

/// For how long after its use a refresh token may be used again. "Short" is all that is published (§18.3).
const GRACE: SignedDuration = SignedDuration::from_secs(60);

/// How many tokens of one workspace work at a time, if tokens end.
const LIVE: usize = 2;

/// What the app was granted in a workspace.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    /// Its tokens, the newest last. None, and it is not installed.
    pub tokens: Vec<Token>,
    /// Tokens that worked once.
    gone: Vec<Token>,
    /// What gets the next token, and when it was used.
    refresh: BTreeMap<String, Option<Timestamp>>,
    codes: BTreeMap<String, Code>,
}

/// A bot token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub text: String,
    /// When it ends, if it does.
    pub until: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct Code {
    at: Timestamp,
    scopes: Vec<String>,
    redirect: String,
    person: String,
}

impl Grants {
    /// Granted beforehand: one token that does not end.
    pub(super) fn given(token: &str) -> Self {
        Self { tokens: vec![Token { text: token.to_owned(), until: None }], ..Self::default() }
    }

    /// Whether this was ever one of its tokens.
    pub(super) fn knows(&self, token: &str) -> bool {
        self.tokens.iter().chain(&self.gone).any(|known| known.text == token)
    }

    /// Whether what is asked for concerns this workspace.
    pub(super) fn is_asked(&self, heard: &RecordedRequest) -> bool {
        let form = form(heard);
        let field = |name| form.get(name).map(String::as_str).unwrap_or_default();
        self.codes.contains_key(field("code")) || self.refresh.contains_key(field("refresh_token"))
    }

    /// Lets a token in, or says what is wrong with it.
    pub(super) fn admit(&self, token: &str, now: Timestamp) -> Result<(), &'static str> {
        if self.gone.iter().any(|known| known.text == token) {
            return Err("token_revoked");
        }
        let known = self.tokens.iter().find(|known| known.text == token).ok_or("invalid_auth")?;
        if known.until.is_some_and(|until| until <= now) { Err("token_expired") } else { Ok(()) }
    }

    /// Takes everything away.
    pub(super) fn revoke(&mut self) {
        self.gone.append(&mut self.tokens);
        self.refresh.clear();
        self.codes.clear();
    }
}

/// `GET /slack/oauth/v2/authorize`: the question.
pub(super) async fn ask(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let asked: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    if let Err(error) = shared.world(|world| checked(world, &asked)) {
        return (StatusCode::BAD_REQUEST, Html(page("Slack says no", &format!("<p>{}</p>", escaped(error)))))
            .into_response();
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
    let form = form(&heard);
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let shared = shared.whose(|world| world.workspace.id == field("workspace"));
    let code = shared.world(|world| {
        checked(world, &form)?;
        let person = world.person(field("as")).ok_or("there is nobody of this name")?.id.clone();
        if !world.person(&person).is_some_and(|person| person.admin) {
            return Err("only admins may install apps in this workspace");
        }
        if field("agree") != "yes" {
            return Ok(None);
        }
        let number = world.next_id();
        let code = format!("{}.{number}.code", world.workspace.id);
        let scopes = field("scope").split(',').map(str::to_owned).collect();
        let (at, redirect) = (world.now(), field("redirect_uri").to_owned());
        world.grants.codes.insert(code.clone(), Code { at, scopes, redirect, person });
        Ok(Some(code))
    });
    let back = match code {
        Ok(Some(code)) => form_urlencoded::Serializer::new(String::new())
            .append_pair("code", &code)
            .append_pair("state", field("state"))
            .finish(),
        Ok(None) => form_urlencoded::Serializer::new(String::new())
            .append_pair("error", "access_denied")
            .append_pair("state", field("state"))
            .finish(),
        Err(error) => {
            let refused = page("Slack says no", &format!("<p>{}</p>", escaped(error)));
            return (StatusCode::BAD_REQUEST, Html(refused)).into_response();
        }
    };
    let location = format!("{}?{back}", field("redirect_uri"));
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

/// `oauth.v2.access`: a code, or what gets the next token, is changed for a token.
pub(super) fn access(world: &mut World, heard: &RecordedRequest) -> Answer {
    let answered = authenticated(world, heard).and_then(|()| {
        let form = form(heard);
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
    let now = world.now();
    let code = form.get("code").and_then(|code| world.grants.codes.remove(code)).ok_or("invalid_code")?;
    if now.duration_since(code.at) > CODE_LASTS {
        return Err("invalid_code");
    }
    if form.get("redirect_uri") != Some(&code.redirect) {
        return Err("bad_redirect_uri");
    }
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
    let (now, asked) = (world.now(), form.get("refresh_token").ok_or("invalid_refresh_token")?);
    let used = world.grants.refresh.get_mut(asked).ok_or("invalid_refresh_token")?;
    if used.is_some_and(|at| now.duration_since(at) > GRACE) {
        return Err("invalid_refresh_token");
    }
    used.get_or_insert(now);
    Ok(grant(world))
}

/// A new token. If tokens end, no more than two work at a time.
fn grant(world: &mut World) -> Value {
    let (number, team) = (world.next_id(), world.workspace.id.clone());
    let scope = world.scopes.join(",");
    if !world.token_rotation {
        let text = format!("xoxb-{team}-{number}-sandbox-token");
        world.grants.tokens = vec![Token { text: text.clone(), until: None }];
        return json!({ "ok": true, "access_token": text, "token_type": "bot", "scope": scope });
    }
    let text = format!("xoxe.xoxb-1-{team}-{number}-sandbox-token");
    let until = world.now().saturating_add(SignedDuration::from_secs(TOKEN_LASTS)).unwrap_or(Timestamp::MAX);
    world.grants.tokens.push(Token { text: text.clone(), until: Some(until) });
    if world.grants.tokens.len() > LIVE {
        let oldest = world.grants.tokens.remove(0);
        world.grants.gone.push(oldest);
    }
    let next = format!("xoxe-1-{team}-{number}-sandbox-refresh");
    world.grants.refresh.insert(next.clone(), None);
    json!({
        "ok": true, "access_token": text, "token_type": "bot", "scope": scope,
        "refresh_token": next, "expires_in": TOKEN_LASTS,
    })
}

/// What is wrong with a question (§17.7).
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

fn form(heard: &RecordedRequest) -> BTreeMap<String, String> {
    form_urlencoded::parse(&heard.body).into_owned().collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// As HTTP Basic has it.
fn decoded(text: &str) -> Option<String> {
    String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok()
}
