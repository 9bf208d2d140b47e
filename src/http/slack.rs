//! What Slack asks, answered: a command is read, stored and acknowledged; what cannot be read is
//! explained at once, and nothing of it is stored (contracts/slack.md §4, §9).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tracing::{error, info, warn};

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
use crate::store::Delivery;
use crate::view::kit::Content;
use crate::view::reply;

/// How long a response URL takes answers (§6.1), less what an answer may take on its way.
const REPLY_LIFE: SignedDuration = SignedDuration::from_secs(29 * 60);

/// One verified request.
pub(super) async fn receive(State(front): State<Front>, signed: Signed) -> Response {
    let inbound = match inbound::read(signed.content_type.as_deref(), &signed.body) {
        Ok(inbound) => inbound,
        Err(unreadable) => {
            warn!(cause = %unreadable, "a signed request cannot be read");
            return StatusCode::BAD_REQUEST.into_response();
        }
    };
    let request = Request { front: &front, signature: &signed.signature, now: front.work.clock.now() };
    match inbound {
        Inbound::SslCheck => StatusCode::OK.into_response(),
        Inbound::UrlVerification { challenge } => challenge.into_response(),
        Inbound::Suggestion => Json(json!({ "options": [] })).into_response(),
        Inbound::Slash { from, command, text } => request.slash(from, &command, &text).await,
        Inbound::Click { from, click, ephemeral } => request.click(from, click.meaning(), ephemeral).await,
        Inbound::Submission { from, callback_id, private_metadata, fields } => {
            request.submitted(from, &callback_id, &private_metadata, &fields).await
        }
        Inbound::ProfileChanged { installation, user, delivery } => {
            let accepted = request.accept(&installation, &delivery, &Job::Profile(user)).await;
            accepted.map_or(StatusCode::SERVICE_UNAVAILABLE, |()| StatusCode::OK).into_response()
        }
        Inbound::Ignored { kind } => ignored(&kind),
    }
}

pub(super) fn ignored(kind: &str) -> Response {
    info!(kind, "nothing for us in this request");
    StatusCode::OK.into_response()
}

pub(super) struct Request<'a> {
    pub(super) front: &'a Front,
    signature: &'a str,
    now: Timestamp,
}

impl Request<'_> {
    async fn slash(&self, from: From, slash: &str, text: &str) -> Response {
        let typed = match command::parse(slash, text, &self.front.work.links) {
            Ok(typed) => typed,
            Err(misread) => return ephemeral(&reply::misread(&misread, &format!("{slash} {}", typed::as_typed(text)))),
        };
        let command = match typed {
            Typed::Help(topic) => return ephemeral(&reply::help(topic)),
            Typed::Do(command) => command,
        };
        let asker = self.asker(&from, Via::Typed, false);
        match self.accept_from(&from, &Job::Command(CommandJob::new(asker, command))).await {
            Ok(()) => StatusCode::OK.into_response(),
            Err(_) => ephemeral(&reply::not_saved()),
        }
    }

    async fn click(&self, from: From, clicked: Clicked, ephemeral: bool) -> Response {
        let asker = self.asker(&from, Via::Clicked, ephemeral);
        let job = match clicked {
            Clicked::Do(command) => Job::Command(CommandJob::new(asker, command)),
            Clicked::Resume(resume) => Job::Resume(ResumeJob { asker, resume }),
            Clicked::Open(form, conversation) => return self.open(from, form, conversation).await,
            Clicked::Nothing => return ignored("click"),
        };
        match self.accept_from(&from, &job).await {
            Ok(()) => StatusCode::OK.into_response(),
            // A click has no answer in which to say it: Slack marks the button as failed.
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    }

    pub(super) fn asker(&self, from: &From, via: Via, replace: bool) -> Asker {
        let until = self.now.saturating_add(REPLY_LIFE).unwrap_or(Timestamp::MAX);
        let reply = from.response_url.clone().map(|url| Reply { url, until, replace });
        Asker { user: from.user.clone(), channel: from.channel.clone(), reply, via }
    }

    /// A trigger is given once (§7.1), so it names the request; without one its signature does.
    pub(super) async fn accept_from(&self, from: &From, job: &Job) -> Result<(), Fault> {
        let key = from.trigger_id.as_deref().unwrap_or(self.signature);
        self.accept(&from.installation, key, job).await
    }

    /// Stores the job, once. From here on it happens.
    async fn accept(&self, installation: &InstallationId, key: &str, job: &Job) -> Result<(), Fault> {
        let delivery = Delivery { installation: installation.clone(), key: key.to_owned() };
        let jobs = vec![self.front.work.new_job(installation, job)];
        match self.front.work.store.accept(delivery, jobs, self.now).await {
            Ok(accepted) => {
                info!(?accepted, "stored");
                Ok(())
            }
            Err(fault) => {
                error!(cause = %fault, "a request could not be stored");
                Err(fault)
            }
        }
    }
}

fn ephemeral(content: &Content) -> Response {
    let body = json!({ "response_type": "ephemeral", "text": content.text, "blocks": content.blocks });
    Json(body).into_response()
}
