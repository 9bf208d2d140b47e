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
use tokio::time::timeout;
use tracing::{debug, error, info, warn};

use crate::domain::asker::{Asker, Reply, Via};
use crate::domain::click::{Clicked, HandoffContext, handoff_form as form};
use crate::domain::command::{self, Act, Assignee, Command, Typed};
use crate::domain::conversation::Which;
use crate::domain::job::{CommandJob, Job, ResumeJob};
use crate::domain::message::{Face, Message, Say};
use crate::domain::plan::LONGEST_NOTE;
use crate::domain::refusal::Refusal;
use crate::domain::typed;
use crate::error::Fault;
use crate::http::Front;
use crate::http::signed::Signed;
use crate::ids::{ConversationId, InstallationId};
use crate::slack::inbound::{self, Fields, From, Inbound};
use crate::store::{Delivery, NewJob};
use crate::view::kit::Content;
use crate::view::{modal, reply};

/// How long a response URL takes answers (§6.1), less what an answer may take on its way.
const REPLY_LIFE: SignedDuration = SignedDuration::from_secs(29 * 60);

/// How long the acknowledgement may wait for something that is better known before it.
const PATIENCE: Duration = Duration::from_millis(1500);

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
struct Order {
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
        Inbound::Submission { from, callback_id, private_metadata, fields } if callback_id == form::CALLBACK_ID => {
            return Understood::Form(Box::pin(request.handoff(from, private_metadata, fields)));
        }
        Inbound::ProfileChanged { installation, user, delivery } => {
            return Understood::Order(request.order(&installation, &delivery, &Job::Profile(user)), unavailable);
        }
        Inbound::SslCheck => StatusCode::OK.into_response(),
        Inbound::UrlVerification { challenge } => challenge.into_response(),
        Inbound::Suggestion => Json(json!({ "options": [] })).into_response(),
        Inbound::Submission { callback_id, .. } => ignored(&callback_id),
        Inbound::Ignored { kind } => ignored(&kind),
    })
}

/// Stores the job. From here on it happens.
async fn store(front: &Front, order: Order) -> Result<(), Fault> {
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

fn ignored(kind: &str) -> Response {
    info!(kind, "nothing for us in this request");
    StatusCode::OK.into_response()
}

struct Request<'a> {
    front: &'a Front,
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
            Clicked::OpenHandoff(conversation) => {
                return Understood::Form(Box::pin(self.open_handoff(from, conversation)));
            }
            Clicked::Nothing => return Understood::Answered(ignored("click")),
        };
        // A click has no answer in which to say it: Slack marks the button as failed.
        Understood::Order(self.order_from(&from, &job), unavailable)
    }

    /// Opens the form before acknowledging, because a trigger lives as long as Slack waits for us.
    async fn open_handoff(self, from: From, conversation: ConversationId) -> Response {
        let work = &self.front.work;
        let title = match timeout(PATIENCE, work.store.cards(&from.installation, &conversation)).await {
            Ok(Ok(cards)) => cards.first().and_then(|card| serde_json::from_str::<Face>(&card.face).ok()),
            _ => None,
        };
        let title = title.map(|face| face.conversation.title());
        let context = HandoffContext { conversation, channel: from.channel.clone() };
        let form = modal::handoff(&context, title.as_deref());
        let trigger = from.trigger_id.clone().unwrap_or_default();
        match timeout(PATIENCE, work.slack.open(&trigger, &form)).await {
            Ok(Ok(())) => return StatusCode::OK.into_response(),
            Ok(Err(cause)) => warn!(%cause, "the form was not opened"),
            Err(_) => warn!("the form was not opened in time"),
        }
        let to = self.asker(&from, Via::Clicked, false).addressee();
        let say = Say::Refused { why: Refusal::FormNotOpened, note: String::new() };
        let _ = store(self.front, self.order_from(&from, &Job::Message(Message::Private { to, say }))).await;
        StatusCode::OK.into_response()
    }

    async fn handoff(self, from: From, private_metadata: String, fields: Fields) -> Response {
        let Ok(context) = serde_json::from_str::<HandoffContext>(&private_metadata) else {
            return ignored("form without its memory");
        };
        let (user, note) = match self.filled_in(&from.installation, &fields).await {
            Ok(filled_in) => filled_in,
            Err((field, sentence)) => return field_error(field, &sentence),
        };
        let from = From { channel: context.channel, response_url: None, ..from };
        let command = Command { act: Act::Handoff(user), which: Which::Id(context.conversation), note };
        let asker = self.asker(&from, Via::Submitted, false);
        match store(self.front, self.order_from(&from, &Job::Command(CommandJob::new(asker, command)))).await {
            Ok(()) => StatusCode::OK.into_response(),
            Err(_) => field_error(form::NOTE, &reply::not_saved().text),
        }
    }

    /// What the form says, or what stands under which of its fields. Somebody who cannot own a
    /// conversation is refused here if that can be found out in time: the form keeps the note.
    async fn filled_in(
        &self,
        installation: &InstallationId,
        fields: &Fields,
    ) -> Result<(Assignee, String), (&'static str, String)> {
        let Some(user) = fields.user(form::TO, form::TO) else {
            return Err((form::TO, reply::CHOOSE_SOMEBODY.to_owned()));
        };
        let (note, more) = (fields.text(form::NOTE, form::NOTE), fields.text(form::MORE, form::MORE));
        if note.trim().is_empty() {
            return Err((form::NOTE, reply::WRITE_A_NOTE.to_owned()));
        }
        let note =
            if more.trim().is_empty() { note.trim().to_owned() } else { format!("{note}{more}").trim().to_owned() };
        let characters = note.chars().count();
        if characters > LONGEST_NOTE {
            return Err(reply::field_error(&Refusal::NoteTooLong { characters, most: LONGEST_NOTE }));
        }
        if let Ok(Ok(Err(stranger))) = timeout(PATIENCE, self.front.work.people.teammate(installation, &user)).await {
            return Err(reply::field_error(&Refusal::NotLinked { name: stranger.name, why: stranger.why }));
        }
        Ok((Assignee::User(user), note))
    }

    fn asker(&self, from: &From, via: Via, replace: bool) -> Asker {
        let until = self.now.saturating_add(REPLY_LIFE).unwrap_or(Timestamp::MAX);
        let reply = from.response_url.clone().map(|url| Reply { url, until, replace });
        Asker { user: from.user.clone(), channel: from.channel.clone(), reply, via }
    }

    /// A trigger is given once (§7.1), so it names the request; without one its signature does.
    fn order_from(&self, from: &From, job: &Job) -> Order {
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

fn field_error(field: &str, sentence: &str) -> Response {
    Json(json!({ "response_action": "errors", "errors": { field: sentence } })).into_response()
}
