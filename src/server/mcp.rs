//! The tools that Slackbot and other assistants in Slack call for a person (docs/contracts/slack-2026.md §9). A call
//! becomes the same job as a typed command: it is stored first, and the request then waits for the answer. A process
//! that is killed, or a request that has waited long enough, leaves the answer to a direct message.

mod answer;
mod asked;
mod buttons;
mod protocol;
mod tools;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{debug, error, info};

use crate::commands::job::{CommandJob, ResumeJob};
use crate::commands::{refusal_view, reply_view};
use crate::core::error::Fault;
use crate::core::ids::{InstallationId, SlackUserId, TeamId, ToolCallId};
use crate::core::json::Peek;
use crate::core::refusal::Refusal;
use crate::core::request_context::{ListPlace, Listed, RequestContext, Via};
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::outbox::redraw::ListJob;
use crate::jobs::outbox::tool_answer;
use crate::platform::db::{Accepted, Delivery, NewJob};
use crate::platform::slack::blocks::kit::Content;
use crate::platform::slack::blocks::markup::Markup;
use crate::server::answers;
use crate::server::answers::AcceptRequest;
use crate::server::connection_slots::Begun;
use crate::server::front::Front;
use crate::server::mcp::asked::Asked;
use crate::server::mcp::protocol::{RpcError, RpcMessage};
use crate::server::signed::Signed;

/// The path to which Slack sends the calls.
pub(super) const PATH: &str = "/mcp";

/// The longest wait for an answer. Slack gives up after 60 s (`mcp.tool_call_seconds`).
const WAIT: Duration = Duration::from_secs(50);

/// The time between two looks for the answer.
const LOOK: Duration = Duration::from_millis(100);

/// The number of looks after which the wait ends, even if the clock was set back.
const MOST_LOOKS: u32 = 500;

/// The media type of an answer by events, which a client may ask for.
const EVENTS: &str = "text/event-stream";

/// The answer to a call that names no person.
const NO_ONE_ASKS: &str = "Slack didn't say who asks, so nothing was shown or changed. Ask Slackbot in Slack.";

/// The person for whom a call is made, from the signed request. Nothing in the arguments counts.
struct AskingPerson {
    user: SlackUserId,
    team: TeamId,
    organization: Option<InstallationId>,
}

/// Handles one request of an assistant.
pub(super) async fn receive(
    front: Front,
    request: hyper::Request<Incoming>,
    arriving: Begun,
) -> Result<Response, Infallible> {
    let response = match Signed::read(request, &front, &arriving).await {
        Ok(signed) => handled(&front, &signed).await,
        Err(refusal) if refusal.status() == StatusCode::UNAUTHORIZED => {
            let body = protocol::answered(&Value::Null, Err(RpcError::invalid_request()));
            (StatusCode::UNAUTHORIZED, Json(body)).into_response()
        }
        Err(refusal) => refusal,
    };
    // A call waits for its work, so its time says nothing about the time that Slack waits for an acknowledgement.
    front.tenants.common.metrics.answered_call(response.status().as_u16());
    Ok(response)
}

async fn handled(front: &Front, signed: &Signed) -> Response {
    let (id, method, params) = match protocol::read(signed.body()) {
        Ok(RpcMessage::Request { id, method, params }) => (id, method, params),
        Ok(RpcMessage::Notice) => return StatusCode::ACCEPTED.into_response(),
        Err(error) => {
            let body = protocol::answered(&Value::Null, Err(error));
            return (StatusCode::BAD_REQUEST, Json(body)).into_response();
        }
    };
    let outcome = match method.as_str() {
        "initialize" => Ok(protocol::initialized(&params)),
        "ping" => Ok(json!({})),
        "tools/list" => Ok(tools::listed()),
        "tools/call" => called(front, signed, &params).await,
        _ => Err(RpcError::unknown_method()),
    };
    sent(&protocol::answered(&id, outcome), signed.accept())
}

/// Returns the answer as JSON, or as one event for a client that takes nothing else.
fn sent(body: &Value, accept: &str) -> Response {
    if accept.contains(EVENTS) && !accept.contains("application/json") && !accept.contains("*/*") {
        return ([(CONTENT_TYPE, EVENTS)], format!("event: message\ndata: {body}\n\n")).into_response();
    }
    Json(body).into_response()
}

async fn called(front: &Front, signed: &Signed, params: &Value) -> Result<Value, RpcError> {
    let Some(person) = AskingPerson::of(params) else {
        info!("call refused: no person");
        return Ok(answer::result(&Markup::of(NO_ONE_ASKS).content(), true));
    };
    let call = tools::read(params).map_err(RpcError::wrong_arguments)?;
    let work = match work_for(front, &person).await {
        Ok(Some(work)) => work,
        Ok(None) => {
            info!("call refused: app not installed");
            return Ok(answer::result(&refusal_view::refusal(&Refusal::NotInstalled), true));
        }
        Err(cause) => {
            error!(%cause, "installation could not be read");
            return Ok(answer::result(&reply_view::not_saved(), true));
        }
    };
    let asked = match asked::asked(&call, &work.links) {
        Ok(asked) => asked,
        Err(why) => return Ok(answer::result(&why, true)),
    };
    let id = ToolCallId::new(signed.signature().to_ascii_lowercase());
    let (content, is_error) = carried_out(front, &work, requester(&work, person, &id), asked).await;
    Ok(answer::result(&content, is_error))
}

/// Stores what was asked for, and waits for the answer.
async fn carried_out(front: &Front, work: &TenantCtx, requester: RequestContext, asked: Asked) -> (Content, bool) {
    let Some(call) = requester.call.clone() else { return (reply_view::not_saved(), true) };
    let now = front.tenants.common.clock.now();
    let delivery = Delivery { installation: work.installation().clone(), key: format!("call:{call}") };
    let order = AcceptRequest { delivery, jobs: vec![job(front, work, requester, asked, now)], now };
    match answers::store(front, order).await {
        Ok(Accepted::New) => waited_for(work, &call, now).await,
        Ok(Accepted::Duplicate) => (reply_view::repeated(), false),
        Err(_) => (reply_view::not_saved(), true),
    }
}

fn job(front: &Front, work: &TenantCtx, requester: RequestContext, asked: Asked, now: Timestamp) -> NewJob {
    let installation = work.installation();
    match asked {
        Asked::Command(command, seen) => {
            let seen = seen.into_iter().collect();
            let job = CommandJob { seen, ..CommandJob::new(requester, command) };
            front.tenants.new_job(installation, &job, now)
        }
        Asked::Resume(resume) => front.tenants.new_job(installation, &ResumeJob { requester, resume }, now),
        Asked::List(query, person) => {
            let list = Listed { query, place: ListPlace::Message };
            let job = ListJob { person, ..ListJob::new(requester, list) };
            front.tenants.new_job(installation, &job, now)
        }
    }
}

/// Waits for the answer to a call. Any instance may give it.
async fn waited_for(work: &TenantCtx, call: &ToolCallId, since: Timestamp) -> (Content, bool) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for _ in 0..MOST_LOOKS {
        looks.tick().await;
        match tool_answer::take(work, call).await {
            Ok(Some(answer)) => return (answer.content, answer.is_refusal),
            Ok(None) => {}
            Err(cause) => debug!(%cause, "answer to a call could not be read; will retry"),
        }
        if times::later(since, WAIT) <= work.clock.now() {
            break;
        }
    }
    info!("call answered before its result");
    (reply_view::follows_directly(), false)
}

fn requester(work: &TenantCtx, person: AskingPerson, call: &ToolCallId) -> RequestContext {
    let team = (person.organization.as_ref() == Some(work.installation())).then_some(person.team);
    let call = Some(call.clone());
    RequestContext { team, call, ..RequestContext::of(person.user, Via::Slackbot) }
}

/// Returns the context of the person's installation: their organization's, else their workspace's.
async fn work_for(front: &Front, person: &AskingPerson) -> Result<Option<Arc<TenantCtx>>, Fault> {
    let workspace = InstallationId::new(person.team.as_str());
    let candidates = person.organization.iter().chain([&workspace]);
    if let Some(own) = front.tenants.own() {
        let home = own.at_home().await?;
        return Ok(candidates.into_iter().any(|one| one == home.installation()).then_some(home));
    }
    for installation in candidates {
        if let Some(work) = front.tenants.of(installation).await? {
            return Ok(Some(work));
        }
    }
    Ok(None)
}

impl AskingPerson {
    /// Reads the person from the parameters of a call.
    fn of(params: &Value) -> Option<Self> {
        let id = |path: &str| params.words(path).map(str::to_owned);
        Some(Self {
            user: SlackUserId::new(id("/_meta/slack/user_id")?),
            team: TeamId::new(id("/_meta/slack/team_id")?),
            organization: id("/_meta/slack/enterprise_id").map(InstallationId::new),
        })
    }
}
