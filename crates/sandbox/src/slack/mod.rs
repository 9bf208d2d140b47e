//! Fake Slack's Web API. Every call passes the same gates in the same order — token, method,
//! scope, encoding, arguments — and only then reaches the method itself.

mod args;
mod chat;
mod conversations;
mod files;
mod response_url;
mod users;
mod views;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::SignedDuration;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use args::Args;

use crate::answer::Answer;
use crate::blocks::{BadBlocks, BadView};
use crate::ids::{APP, BOT, BOT_HANDLE, BOT_USER};
use crate::request::RecordedRequest;
use crate::world::World;

pub(super) use chat::{Content, content};
pub(super) use files::take_upload;
pub(super) use response_url::respond;
pub(super) use views::{insert_modal, replace_view};

/// What is published about a method: verb, encoding, scopes, arguments.
#[derive(Debug, Deserialize)]
pub(super) struct Facts {
    http: String,
    json: bool,
    scopes: Vec<String>,
    required: Vec<String>,
    args: Vec<String>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static METHODS: LazyLock<BTreeMap<String, Facts>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../methods.json")).expect("methods.json has the shape of Facts")
});

/// Every bot scope that a method of the sandbox can ask for, and `commands`.
pub fn every_scope() -> Vec<String> {
    let asked = METHODS.values().flat_map(|facts| facts.scopes.iter().cloned());
    asked.chain(["commands".to_owned()]).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The one method for the app's own token.
const OPEN: &str = "apps.connections.open";

/// An `ok: false`: its code, and what goes with it.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) error: String,
    pub(super) detail: Map<String, Value>,
}

impl Failure {
    fn with(error: &str, detail: Value) -> Self {
        let detail = if let Value::Object(detail) = detail { detail } else { Map::new() };
        Self { error: error.to_owned(), detail }
    }

    /// `invalid_arguments`, saying which.
    fn argument(message: &str) -> Self {
        let messages = [format!("[ERROR] {message}")];
        Self::with("invalid_arguments", json!({"response_metadata": {"messages": messages}}))
    }

    fn body(self) -> Value {
        let mut body = json!({"ok": false, "error": self.error});
        for (key, value) in self.detail {
            body[key] = value;
        }
        body
    }
}

impl From<&str> for Failure {
    fn from(error: &str) -> Self {
        Self { error: error.to_owned(), detail: Map::new() }
    }
}

impl From<BadBlocks> for Failure {
    fn from(bad: BadBlocks) -> Self {
        match bad {
            BadBlocks::Format => "invalid_blocks_format".into(),
            BadBlocks::TooLong => "msg_blocks_too_long".into(),
            BadBlocks::Invalid(errors) => {
                let messages: Vec<String> = errors.iter().map(|error| format!("[ERROR] {error}")).collect();
                let detail = json!({"errors": errors, "response_metadata": {"messages": messages}});
                Self::with("invalid_blocks", detail)
            }
        }
    }
}

impl From<BadView> for Failure {
    fn from(bad: BadView) -> Self {
        match bad {
            BadView::TooLarge => "view_too_large".into(),
            BadView::Invalid(errors) => {
                let messages: Vec<String> = errors.iter().map(|error| format!("[ERROR] {error}")).collect();
                Self::with("invalid_arguments", json!({"response_metadata": {"messages": messages}}))
            }
        }
    }
}

/// What a method answers beside `ok: true`.
type Reply = Result<Value, Failure>;

/// Answers a call of a Web API method.
pub(super) fn call(world: &mut World, method: &str, heard: &RecordedRequest) -> Answer {
    let reply = through_the_gates(world, method, heard);
    let mut body = match reply {
        Ok(mut body) => {
            body["ok"] = json!(true);
            body
        }
        Err(failure) => failure.body(),
    };
    if heard.media_type() == "application/json" && !heard.header("content-type").contains("charset=") {
        body["warning"] = json!("missing_charset");
        body["response_metadata"]["warnings"] = json!(["missing_charset"]);
    }
    let ahead = SignedDuration::from_secs(world.faults.slack.clock_ahead_s);
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&(world.clock.now() + ahead)).unwrap_or_default();
    let headers = vec![("x-oauth-scopes", world.scopes.join(",")), ("date", date)];
    Answer { headers, ..Answer::new(200, body) }
}

fn through_the_gates(world: &mut World, method: &str, heard: &RecordedRequest) -> Reply {
    authenticate(world, method, heard)?;
    let facts = METHODS.get(method).ok_or_else(|| Failure::with("unknown_method", json!({"req_method": method})))?;
    if !facts.scopes.is_empty() && !facts.scopes.iter().any(|scope| world.scopes.contains(scope)) {
        return Err(missing_scope(world, &facts.scopes.join(",")));
    }
    let args = Args::read(heard, facts, world.faults.slack.lenient_arguments)?;
    match method {
        OPEN => Ok(json!({"url": connection_address(world)})),
        "auth.test" => Ok(auth_test(world)),
        "team.info" => team_info(world, &args),
        "chat.postMessage" => chat::post_message(world, &args),
        "chat.update" => chat::update(world, &args),
        "chat.postEphemeral" => chat::post_ephemeral(world, &args),
        "chat.unfurl" => chat::unfurl(world, &args),
        "chat.delete" => chat::delete(world, &args),
        "chat.getPermalink" => chat::permalink(world, &args),
        "views.open" => views::open(world, &args),
        "views.push" => views::push(world, &args),
        "views.update" => views::update(world, &args),
        "views.publish" => views::publish(world, &args),
        "files.getUploadURLExternal" => files::get_upload_url(world, &args),
        "files.completeUploadExternal" => files::complete_upload(world, &args),
        "users.info" => users::info(world, &args),
        "users.lookupByEmail" => users::lookup_by_email(world, &args),
        "users.list" => users::list(world, &args),
        "dnd.teamInfo" => users::do_not_disturb(world, &args),
        "usergroups.list" => users::groups(world, &args),
        "usergroups.users.list" => users::group_users(world, &args),
        "conversations.info" => conversations::info(world, &args),
        "conversations.open" => conversations::open(world, &args),
        "conversations.history" => conversations::history(world, &args),
        "conversations.replies" => conversations::replies(world, &args),
        _ => Err(Failure::with("unknown_method", json!({"req_method": method}))),
    }
}

/// The app's own token opens connections, the bot's does everything else.
fn authenticate(world: &World, method: &str, heard: &RecordedRequest) -> Result<(), Failure> {
    let among_arguments = || heard.token().filter(|_| world.faults.slack.lenient_arguments);
    let token = heard.bearer().map(str::to_owned).or_else(among_arguments).ok_or("not_authed")?;
    let app_token = &world.secrets.app_token;
    if (method == OPEN) != (token == *app_token) && (token == *app_token || world.grants.knows(&token)) {
        return Err("not_allowed_token_type".into());
    }
    if token != *app_token {
        world.grants.admit(&token, world.now())?;
    }
    match &world.faults.slack.token_error {
        Some(error) => Err(error.as_str().into()),
        None => Ok(()),
    }
}

fn missing_scope(world: &World, needed: &str) -> Failure {
    Failure::with("missing_scope", json!({"needed": needed, "provided": world.scopes.join(",")}))
}

/// Refuses unless this very scope was granted.
fn require_scope(world: &World, scope: &str) -> Result<(), Failure> {
    if world.scopes.iter().any(|granted| granted == scope) { Ok(()) } else { Err(missing_scope(world, scope)) }
}

/// A new address for one connection of Socket Mode.
fn connection_address(world: &mut World) -> String {
    let (ticket, now) = (world.new_ticket(), world.now());
    let address = format!("{}/slack/link/?ticket={ticket}&app_id={APP}", world.base.replacen("http", "ws", 1));
    world.sockets.issue(ticket, now);
    address
}

fn auth_test(world: &World) -> Value {
    json!({
        "url": format!("{}/", world.base), "team": world.workspace.name, "user": BOT_HANDLE,
        // A token of an organization says so here (docs/contracts/slack.md §24.2).
        "team_id": world.workspace.organization().unwrap_or(&world.workspace.id), "user_id": BOT_USER, "bot_id": BOT,
        "is_enterprise_install": world.workspace.organization.is_some(),
    })
}

fn team_info(world: &World, args: &Args) -> Reply {
    if args.text("team")?.is_some_and(|team| team != world.workspace.id) {
        return Err("team_not_found".into());
    }
    Ok(json!({"team": {
        "id": world.workspace.id, "name": world.workspace.name, "domain": world.workspace.domain, "email_domain": "acme.example",
        "icon": {"image_default": true},
    }}))
}

/// One page of a list, and the cursor of the next one. Slack's cursors mean nothing to the reader.
fn page<T: Clone>(items: &[T], args: &Args, limit: &str) -> Result<(Vec<T>, String), Failure> {
    let bounds = super::blocks::limit(&["web_api", limit]);
    let default = super::blocks::default_of(&["web_api", limit]).or(bounds.max).unwrap_or(100);
    let size = args.number("limit")?.unwrap_or(default);
    if size < bounds.min.unwrap_or(1) || bounds.max.is_some_and(|max| size > max) {
        return Err(Failure::argument(&format!("limit is out of bounds: {size}")));
    }
    let start = match args.text("cursor")? {
        None => 0,
        Some(cursor) => cursor_start(cursor).filter(|start| *start < items.len()).ok_or("invalid_cursor")?,
    };
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let page: Vec<T> = items.iter().skip(start).take(size).cloned().collect();
    let end = start + page.len();
    let next = if end < items.len() { format!("{}=", hex::encode(format!("from:{end}"))) } else { String::new() };
    Ok((page, next))
}

fn cursor_start(cursor: &str) -> Option<usize> {
    let bytes = hex::decode(cursor.strip_suffix('=')?).ok()?;
    String::from_utf8(bytes).ok()?.strip_prefix("from:")?.parse().ok()
}
