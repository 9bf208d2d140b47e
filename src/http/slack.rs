//! What Slack asks, answered: a command is read, stored and acknowledged; what cannot be read is
//! explained at once, and nothing of it is stored (contracts/slack.md §4, §9).

use std::pin::Pin;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tracing::{debug, error, info, warn};

use crate::domain::asker::{Asker, Reply, Via};
use crate::domain::click::Clicked;
use crate::domain::command::{self, Typed};
use crate::domain::job::{CommandJob, Job, ResumeJob};
use crate::domain::typed;
use crate::error::Fault;
use crate::http::Front;
use crate::http::signed::Signed;
use crate::ids::InstallationId;
use crate::slack::inbound::{self, From, Inbound};
use crate::store::{Delivery, NewJob};
use crate::view::kit::Content;
use crate::view::reply;

/// How long a response URL takes answers (§6.1), less what an answer may take on its way.
const REPLY_LIFE: SignedDuration = SignedDuration::from_secs(29 * 60);

/// From when on an answer is so late that the operator should know. Slack gives up after 3 s.
const LATE: Duration = Duration::from_secs(1);

/// One request. What usually happens is counted, not told: at a thousand a second nobody would read
/// it, and telling would take as long as storing.
pub(super) async fn receive(front: &Front, request: extract::Request) -> Response {
    let begun = Instant::now();
    let response = match Signed::read(request, front).await {
        Ok(signed) => answer(front, signed).await,
        Err(refusal) => refusal,
    };
    let (status, took) = (response.status(), begun.elapsed());
    front.work.metrics.answered(status.as_u16(), took);
    let ack_ms = took.as_secs_f64() * 1000.0;
    if took >= LATE {
        warn!(status = status.as_u16(), ack_ms, "answered late");
    } else {
        debug!(status = status.as_u16(), ack_ms, "answered");
    }
    response
}

async fn answer(front: &Front, signed: Signed) -> Response {
    match understood(front, signed) {
        Understood::Answered(response) => response,
        Understood::Order(order, refusal) => match store(front, order).await {
            Ok(()) => StatusCode::OK.into_response(),
            Err(_) => refusal(),
        },
        Understood::Form(answer) => answer.await,
    }
}

/// What a request comes to. Everything else that was in it is forgotten by now: of hundreds that
/// wait for the same commit, only what is stored is kept.
enum Understood<'a> {
    /// Nothing is to be stored.
    Answered(Response),
    /// This is, and this is the answer if it is not.
    Order(Order, fn() -> Response),
    /// The answer needs more than the store.
    Form(Pin<Box<dyn Future<Output = Response> + Send + 'a>>),
}

/// A job to be stored, once.
pub(super) struct Order {
    delivery: Delivery,
    job: NewJob,
    now: Timestamp,
}

fn understood(front: &Front, signed: Signed) -> Understood<'_> {
    let inbound = match inbound::read(signed.content_type.as_deref(), &signed.body) {
        Ok(inbound) => inbound,
        Err(unreadable) => {
            warn!(cause = %unreadable, "a signed request cannot be read");
            return Understood::Answered(StatusCode::BAD_REQUEST.into_response());
        }
    };
    let request = Request { front, signature: signed.signature, now: front.work.clock.now() };
    Understood::Answered(match inbound {
        Inbound::Slash { from, command, text } => return request.slash(&from, &command, &text),
        Inbound::Click { from, click, ephemeral } => return request.click(from, click.meaning(), ephemeral),
        Inbound::Submission { from, callback_id, private_metadata, fields } => {
            return Understood::Form(Box::pin(request.submitted(from, callback_id, private_metadata, fields)));
        }
        Inbound::ProfileChanged { installation, user, delivery } => {
            return Understood::Order(request.order(&installation, &delivery, &Job::Profile(user)), unavailable);
        }
        Inbound::SslCheck => StatusCode::OK.into_response(),
        Inbound::UrlVerification { challenge } => challenge.into_response(),
        Inbound::Suggestion => Json(json!({ "options": [] })).into_response(),
        Inbound::Ignored { kind } => ignored(&kind),
    })
}

/// Stores the job. From here on it happens.
pub(super) async fn store(front: &Front, order: Order) -> Result<(), Fault> {
    match front.work.store.accept(order.delivery, vec![order.job], order.now).await {
        Ok(accepted) => {
            debug!(?accepted, "stored");
            Ok(())
        }
        Err(fault) => {
            error!(cause = %fault, "a request could not be stored");
            Err(fault)
        }
    }
}

pub(super) fn ignored(kind: &str) -> Response {
    info!(kind, "nothing for us in this request");
    StatusCode::OK.into_response()
}

pub(super) struct Request<'a> {
    pub(super) front: &'a Front,
    signature: String,
    now: Timestamp,
}

impl<'a> Request<'a> {
    fn slash(&self, from: &From, slash: &str, text: &str) -> Understood<'a> {
        match command::parse(slash, text, &self.front.work.links) {
            Err(misread) => {
                let content = reply::misread(&misread, &format!("{slash} {}", typed::as_typed(text)));
                Understood::Answered(ephemeral(&content))
            }
            Ok(Typed::Help(topic)) => Understood::Answered(ephemeral(&reply::help(topic))),
            Ok(Typed::Do(command)) => {
                let job = Job::Command(CommandJob::new(self.asker(from, Via::Typed, false), command));
                Understood::Order(self.order_from(from, &job), not_saved)
            }
        }
    }

    fn click(self, from: From, clicked: Clicked, ephemeral: bool) -> Understood<'a> {
        let asker = self.asker(&from, Via::Clicked, ephemeral);
        let job = match clicked {
            Clicked::Do(command) => Job::Command(CommandJob::new(asker, command)),
            Clicked::Resume(resume) => Job::Resume(ResumeJob { asker, resume }),
            Clicked::Open(form, conversation) => {
                return Understood::Form(Box::pin(self.open(from, form, conversation)));
            }
            Clicked::Nothing => return Understood::Answered(ignored("click")),
        };
        // A click has no answer in which to say it: Slack marks the button as failed.
        Understood::Order(self.order_from(&from, &job), unavailable)
    }

    pub(super) fn asker(&self, from: &From, via: Via, replace: bool) -> Asker {
        let until = self.now.saturating_add(REPLY_LIFE).unwrap_or(Timestamp::MAX);
        let reply = from.response_url.clone().map(|url| Reply { url, until, replace });
        Asker { user: from.user.clone(), channel: from.channel.clone(), reply, via }
    }

    /// A trigger is given once (§7.1), so it names the request; without one its signature does.
    pub(super) fn order_from(&self, from: &From, job: &Job) -> Order {
        let key = from.trigger_id.as_deref().unwrap_or(&self.signature);
        self.order(&from.installation, key, job)
    }

    fn order(&self, installation: &InstallationId, key: &str, job: &Job) -> Order {
        let delivery = Delivery { installation: installation.clone(), key: key.to_owned() };
        Order { delivery, job: self.front.work.new_job(installation, job), now: self.now }
    }
}

fn not_saved() -> Response {
    ephemeral(&reply::not_saved())
}

fn unavailable() -> Response {
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

fn ephemeral(content: &Content) -> Response {
    let body = json!({ "response_type": "ephemeral", "text": content.text, "blocks": content.blocks });
    Json(body).into_response()
}
