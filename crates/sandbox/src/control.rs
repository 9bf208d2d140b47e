//! The control API: the actions of a person, a script or the page on the world, in JSON. An impossible action (an
//! unknown person, a missing button) is answered 422 with a sentence and never reaches the app.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::cast::{NewChannel, NewContact, NewPerson, NewProfile};
use crate::host::Due;
use crate::impossible::Impossible;
use crate::request::RecordedRequest;
use crate::shared::Shared;
use crate::sockets::Sockets;
use crate::world::World;
use crate::{deliver, dialnote, live, state, traffic};

/// The longest step of the clock. After each the app looks at dialnote, so that it takes no step for an absence.
const STEP: u32 = 300;

/// The number of violations kept: a page that violates its policy repeats it.
const VIOLATIONS_KEPT: usize = 100;

/// Returns the routes below `/_sandbox`.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/_sandbox/state", get(show))
        .route("/_sandbox/live", get(live::live))
        .route("/_sandbox/older", get(live::older))
        .route("/_sandbox/due", get(due))
        .route("/_sandbox/traffic", get(traffic_lines))
        .route("/_sandbox/traffic/{way}/{seq}", get(request_whole))
        .route("/_sandbox/violations", post(violation))
        .route("/_sandbox/{verb}", post(act))
        .fallback(async || Answer::new(404, json!({"error": "there is nothing at this address"})))
}

/// The reason for which an action was refused.
struct Rejection {
    status: StatusCode,
    error: String,
}

impl From<Impossible> for Rejection {
    fn from(Impossible(error): Impossible) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, error }
    }
}

impl Rejection {
    fn bad(error: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: error.into() }
    }
}

/// A slash command, typed in a channel.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Slash {
    #[serde(rename = "as")]
    who: String,
    channel: String,
    text: String,
    /// The text is already in Slack's escaped form.
    #[serde(default)]
    raw: bool,
}

/// A person has read everything in a channel.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[serde(rename = "as")]
    who: String,
    channel: String,
}

/// A person, for actions that need nothing else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Actor {
    #[serde(rename = "as")]
    who: String,
}

/// A member's availability in dialnote.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetAvailability {
    member: String,
    availability: String,
}

/// A step of the clock.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pass {
    seconds: u32,
}

/// A step of the tour that the page has seen done.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tick {
    step: String,
}

/// A change of Socket Mode.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Socket {
    on: Option<bool>,
    disconnect: Option<String>,
    cut: bool,
    frame: Option<String>,
}

/// A request to start the app or to kill it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AppWanted {
    running: bool,
}

/// `GET /_sandbox/state`, with `?calls=` for more or fewer of the latest calls.
async fn show(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let calls = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "calls");
    let calls = calls.map_or(Ok(state::CALLS_SHOWN), |(_, count)| count.parse());
    match calls {
        Ok(calls) => Answer::new(200, shared.world(|world| state::whole(world, calls))).into_response(),
        Err(_) => Answer::new(400, json!({"error": "calls must be a whole number"})).into_response(),
    }
}

/// `GET /_sandbox/due`: what happens at a later time, the next first.
async fn due(State(shared): State<Arc<Shared>>) -> Answer {
    let mut due = match shared.hosted() {
        Ok(host) => host.due().await,
        Err(_) => Vec::new(),
    };
    shared.world(|world| {
        let ends = world.dialnote.conversations.iter().filter_map(|conversation| conversation.snoozed_until);
        due.extend(ends.map(|at| Due { what: "snooze", at }));
        let now = world.now();
        due.retain(|due| due.at > now);
    });
    due.sort_by_key(|due| due.at);
    Answer::new(200, json!({"due": due}))
}

/// `GET /_sandbox/traffic`: the latest requests in both directions, one line each.
async fn traffic_lines(State(shared): State<Arc<Shared>>) -> Answer {
    Answer::new(200, shared.world(|world| traffic::latest(world)))
}

/// `GET /_sandbox/traffic/call/17`: one request in full.
async fn request_whole(State(shared): State<Arc<Shared>>, Path((way, seq)): Path<(String, u64)>) -> Answer {
    let found = shared.world(|world| traffic::one(world, &way, seq));
    found.map_or_else(
        || Answer::new(404, json!({"error": "this request is no longer kept"})),
        |all| Answer::new(200, all),
    )
}

/// Records a browser's report that the page tried something its policy forbids.
async fn violation(State(shared): State<Arc<Shared>>, request: Request) -> StatusCode {
    if let Ok(heard) = RecordedRequest::read(request).await {
        let told = serde_json::from_slice(&heard.body).unwrap_or_else(|_| json!("unreadable"));
        shared.world(|world| {
            if world.page_violations.len() < VIOLATIONS_KEPT {
                world.page_violations.push(told);
            }
        });
    }
    StatusCode::NO_CONTENT
}

async fn act(State(shared): State<Arc<Shared>>, Path(verb): Path<String>, request: Request) -> Response {
    if !is_at_home(&shared, &request) {
        return Answer::new(403, json!({"error": "a page of another site may not do this"})).into_response();
    }
    let heard = match RecordedRequest::read(request).await {
        Ok(heard) => heard,
        Err(refused) => return refused,
    };
    let done = done(&shared, &verb, &heard).await;
    shared.turn();
    match done {
        Ok(done) => Answer::new(200, done).into_response(),
        Err(Rejection { status, error }) => Answer::new(status.as_u16(), json!({"error": error})).into_response(),
    }
}

async fn done(shared: &Shared, verb: &str, heard: &RecordedRequest) -> Result<Value, Rejection> {
    match verb {
        "slash" => {
            let Slash { who, channel, text, raw } = read(heard)?;
            told(deliver::slash(shared, &who, &channel, deliver::CommandLine { text: &text, raw }).await?)
        }
        "click" => told(deliver::click(shared, read(heard)?).await?),
        "at_once" => {
            let (one, other) = read(heard)?;
            told(deliver::at_once(shared, one, other).await?)
        }
        "submit" => told(deliver::submit(shared, read(heard)?).await?),
        "close" => told(deliver::close(shared, read(heard)?).await?),
        "options" => told(deliver::options(shared, read(heard)?).await?),
        "shortcut" => told(deliver::shortcut(shared, read(heard)?).await?),
        "functions" => {
            let manifest: Value = read(heard)?;
            shared.world(|world| world.functions.declare(&manifest.to_string()))?;
            Ok(json!({}))
        }
        "run_step" => {
            let (execution, outcome) = deliver::run_step(shared, read(heard)?).await?;
            let mut told = told(outcome)?;
            told["execution"] = json!(execution);
            Ok(told)
        }
        "event" => told(deliver::event(shared, read(heard)?).await?),
        "slackbot" => told(deliver::call(shared, read(heard)?).await?),
        "slackbot_click" => told(deliver::click_tool(shared, read(heard)?).await?),
        "slackbot_tools" => {
            let Actor { who } = read(heard)?;
            Ok(json!({"tools": deliver::tools(shared, &who).await?}))
        }
        "say" => Ok(json!({"ts": deliver::say(shared, read(heard)?).await?})),
        "react" => {
            deliver::react(shared, read(heard)?).await?;
            Ok(json!({}))
        }
        "status" => {
            deliver::set_status(shared, read(heard)?).await?;
            Ok(json!({}))
        }
        "group" => {
            deliver::set_group(shared, read(heard)?).await?;
            Ok(json!({}))
        }
        "availability" => {
            let SetAvailability { member, availability } = read(heard)?;
            shared.world(|world| world.dialnote.set_availability(&member, availability))?;
            Ok(json!({}))
        }
        "read" => {
            let Read { who, channel } = read(heard)?;
            shared.world(|world| have_read(world, &who, &channel))?;
            Ok(json!({}))
        }
        "dialnote" => {
            let change: Value = read(heard)?;
            shared.world(|world| dialnote::change(world, &change))?;
            Ok(json!({}))
        }
        "clock" => {
            let Pass { seconds } = read(heard)?;
            pass(shared, seconds).await?;
            Ok(json!({"now": shared.world(|world| world.now())}))
        }
        "sockets" => {
            let wanted = read(heard)?;
            told(shared.world(|world| happen(&mut world.sockets, &wanted)))
        }
        "app" => {
            let AppWanted { running } = read(heard)?;
            shared.want_app(running).await?;
            Ok(json!({"running": running}))
        }
        "start_over" => {
            shared.start_over().await?;
            Ok(json!({}))
        }
        "tour" => {
            let Tick { step } = read(heard)?;
            let known = shared.world(|world| world.tour.tick(&step));
            if known { Ok(json!({})) } else { Err(Rejection::bad(format!("the tour has no step {step}"))) }
        }
        "contacts" => {
            let contacts: Vec<NewContact> = read(heard)?;
            Ok(json!({"conversations": added(shared, contacts, World::add_contact)?}))
        }
        "people" => {
            let people: Vec<NewPerson> = read(heard)?;
            Ok(json!({"users": added(shared, people, World::add_teammate)?}))
        }
        "profiles" => {
            let profiles: Vec<NewProfile> = read(heard)?;
            Ok(json!({"users": added(shared, profiles, World::change_profile)?}))
        }
        "channels" => {
            let channels: Vec<NewChannel> = read(heard)?;
            Ok(json!({"channels": added(shared, channels, World::set_channel)?}))
        }
        "incoming" => Ok(json!({"conversation": deliver::incoming(shared, read(heard)?).await?})),
        "faults" => {
            let patch: Value = read(heard)?;
            shared.world(|world| {
                world.faults = world.faults.merged(&patch).map_err(Rejection::bad)?;
                told(&world.faults)
            })
        }
        other => done_to_objects(shared, other, heard).await,
    }
}

/// Acts on Work Objects and their panes.
async fn done_to_objects(shared: &Shared, verb: &str, heard: &RecordedRequest) -> Result<Value, Rejection> {
    match verb {
        "open_object" => told(deliver::open_object(shared, read(heard)?).await?),
        "refresh_object" => {
            let Actor { who } = read(heard)?;
            told(deliver::refresh_object(shared, &who).await?)
        }
        "close_object" => {
            let Actor { who } = read(heard)?;
            shared.world(|world| deliver::close_object(world, &who))?;
            Ok(json!({}))
        }
        "cancel_object_edit" => {
            let Actor { who } = read(heard)?;
            shared.world(|world| deliver::cancel_object_edit(world, &who))?;
            Ok(json!({}))
        }
        "object_button" => told(deliver::press_object(shared, read(heard)?).await?),
        "edit_object" => told(deliver::edit_object(shared, read(heard)?).await?),
        "object_options" => told(deliver::object_options(shared, read(heard)?).await?),
        "object_comments" => told(deliver::read_comments(shared, read(heard)?).await?),
        "object_comment" => told(deliver::write_comment(shared, read(heard)?).await?),
        other => Err(Rejection { status: StatusCode::NOT_FOUND, error: format!("there is no {other} here") }),
    }
}

/// Adds one item after another and answers their ids. Items before the first impossible one stay.
fn added<T>(
    shared: &Shared,
    all: Vec<T>,
    add: impl Fn(&mut World, T) -> Result<String, Impossible>,
) -> Result<Vec<String>, Impossible> {
    shared.world(|world| all.into_iter().map(|one| add(world, one)).collect())
}

fn have_read(world: &mut World, who: &str, channel: &str) -> Result<(), Impossible> {
    let person = world.actor(who)?;
    let channel = world.place(&person, channel)?.id;
    let last = world.messages.iter().rev().find(|message| message.channel == channel).map(|message| message.ts.clone());
    world.read.insert((person.id, channel), last.unwrap_or_default());
    Ok(())
}

fn happen(sockets: &mut Sockets, wanted: &Socket) -> Value {
    if let Some(on) = wanted.on {
        sockets.switch(on);
    }
    if let Some(reason) = &wanted.disconnect {
        sockets.disconnect(reason);
    }
    if let Some(frame) = &wanted.frame {
        sockets.send(frame);
    }
    if wanted.cut {
        sockets.cut();
    }
    json!({"on": sockets.on, "open": sockets.open()})
}

/// Lets time pass, step by step.
async fn pass(shared: &Shared, seconds: u32) -> Result<(), Impossible> {
    let mut left = seconds;
    loop {
        let step = left.min(STEP);
        shared.world(|world| advance(world, step))?;
        deliver::end_statuses(shared).await?;
        shared.turn();
        if let Ok(host) = shared.hosted() {
            host.look().await;
        }
        left -= step;
        if left == 0 {
            return Ok(());
        }
    }
}

fn advance(world: &mut World, seconds: u32) -> Result<(), Impossible> {
    if !world.clock.advance(SignedDuration::from_secs(i64::from(seconds))) {
        return Err(Impossible("this sandbox goes by the clock of the machine".to_owned()));
    }
    dialnote::wake(world);
    Ok(())
}

/// Answers whether the request comes from the sandbox's own page or a script. Browsers name the site of a request;
/// pages of other sites are kept out, because they could control a visitor's sandbox.
fn is_at_home(shared: &Shared, request: &Request) -> bool {
    let origin = request.headers().get(header::ORIGIN);
    origin.is_none_or(|origin| origin.as_bytes() == shared.world(|world| world.base.clone()).as_bytes())
}

fn read<T: DeserializeOwned>(heard: &RecordedRequest) -> Result<T, Rejection> {
    serde_json::from_slice(&heard.body).map_err(|error| Rejection::bad(error.to_string()))
}

fn told(done: impl Serialize) -> Result<Value, Rejection> {
    let failed =
        |error: serde_json::Error| Rejection { status: StatusCode::INTERNAL_SERVER_ERROR, error: error.to_string() };
    serde_json::to_value(done).map_err(failed)
}
