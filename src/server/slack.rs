//! The answers to Slack's requests: a command is read, stored and acknowledged; a command that cannot be read is
//! explained at once and not stored (docs/contracts/slack.md §4, §9).

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::future::Either;
use hyper::body::Incoming;
use jiff::Timestamp;
use opentelemetry::context::FutureExt;
use serde_json::json;
use tokio::time::timeout;
use tracing::{debug, error, info, warn};

use crate::channels::privacy::SharedJob;
use crate::commands::job::{CommandJob, ResumeJob};
use crate::commands::{help_view, parser, refusal_view};
use crate::core::click::{Click, Clicked};
use crate::core::control::Control;
use crate::core::conversation::Conversation;
use crate::core::error::Fault;
use crate::core::form::{FormContext, field};
use crate::core::help::HelpTopic;
use crate::core::ids::{ConversationId, InstallationId, SlackUserId};
use crate::core::query::{Filter, Query};
use crate::core::refusal::Refusal;
use crate::core::request_context::{ListPlace as Stands, Listed, ReplyTarget, RequestContext, Via};
use crate::core::settings_change::{ChangeJob, SettingsChange};
use crate::core::typed;
use crate::core::window::Window;
use crate::jobs::ctx::{AppState, TenantCtx};
use crate::jobs::job::JobKind;
use crate::jobs::outbox::private::AnswerPrivately;
use crate::jobs::outbox::redraw::ListJob;
use crate::jobs::outbox::steps::WaitingStep;
use crate::linking::asking::AskForLink;
use crate::linking::choosing::{LinkChoice, MEMBER};
use crate::linking::requests::PeopleJob;
use crate::lists::{forms_view, people};
use crate::ops::doctor::DoctorJob;
use crate::platform::db::{Delivery, NewJob};
use crate::platform::slack::blocks::element::OPTIONS;
use crate::platform::slack::blocks::words;
use crate::platform::slack::inbound::{From, Inbound, PaneRequest, ReachedStep, Surface};
use crate::platform::slack::reading;
use crate::server::answers;
use crate::server::answers::{AcceptRequest, REPLY_LIFE};
use crate::server::connection_slots::Begun;
use crate::server::front::{Front, PREFETCH_TIMEOUT};
use crate::server::request::InboundRequest;
use crate::server::signed::Signed;
use crate::server::wanted::Wanted;
use crate::tenants::removal::Removed;
use crate::workflows::steps::StepJob;

/// The time after which an answer is so late that the operator should know. Slack gives up after 3 s.
const LATE_ACK: Duration = Duration::from_secs(1);

/// Handles one request. Ordinary requests are counted, not logged: at a thousand a second no one would read the lines,
/// and logging would take as long as storing.
pub(crate) async fn receive(
    front: Front,
    request: hyper::Request<Incoming>,
    arriving: Begun,
) -> Result<Response, Infallible> {
    let begun = Instant::now();
    let signed = match Signed::read(request, &front, &arriving).await {
        Ok(signed) => signed,
        Err(refusal) => {
            // The time that strangers take says nothing about the time that Slack waits.
            front.tenants.common.metrics.refused(refusal.status().as_u16());
            return Ok(refusal);
        }
    };
    let response = match read(&signed) {
        Ok((inbound, name)) => answer(&front, inbound, name, begun).await,
        Err(unreadable) => unreadable,
    };
    record_response(&front, response.status(), begun);
    Ok(response)
}

/// Counts an answer, and logs a late one.
pub(crate) fn record_response(front: &Front, status: StatusCode, begun: Instant) {
    let (status, took) = (status.as_u16(), begun.elapsed());
    front.tenants.common.metrics.answered(status, took);
    let ack_ms = took.as_secs_f64() * 1000.0;
    if took >= LATE_ACK {
        warn!(status, ack_ms, "request answered late");
    } else {
        debug!(status, ack_ms, "request answered");
    }
}

/// Reads the body, and returns it with a unique name.
fn read(signed: &Signed) -> Result<(Inbound, String), Response> {
    match reading::read(signed.content_type(), signed.body()) {
        // Hex digits have two spellings, and it is one request.
        Ok(inbound) => Ok((inbound, signed.signature().to_ascii_lowercase())),
        Err(unreadable) => {
            warn!(cause = %unreadable, "request rejected: body cannot be read");
            Err(StatusCode::BAD_REQUEST.into_response())
        }
    }
}

/// Answers a request that is known to be Slack's, from either transport. `name` is as unique as the request: for
/// requests that carry nothing else unique.
pub(super) fn answer(
    front: &Front,
    inbound: Inbound,
    name: String,
    begun: Instant,
) -> impl Future<Output = Response> + '_ {
    let AppState { clock, traces, .. } = &front.tenants.common;
    let now = clock.now();
    let trace = inbound.installation().and_then(|installation| traces.of(installation, now));
    let Some(trace) = trace else { return Either::Left(dispatch(front, inbound, name, now)) };
    Either::Right(Box::pin(async move {
        let (what, context) = (inbound.kind(), trace.context());
        let response = dispatch(front, inbound, name, now).with_context(context).await;
        trace.asked(what, begun, response.status().as_u16());
        response
    }))
}

async fn dispatch(front: &Front, inbound: Inbound, name: String, now: Timestamp) -> Response {
    let work = match (front.tenants.own(), inbound.installation()) {
        (Some(own), Some(installation)) => Ok(own.may_be(installation).then(|| own.of(installation))),
        (None, Some(installation)) => Box::pin(front.tenants.of(installation)).await,
        (_, None) => Ok(None),
    };
    match route(front, work, inbound, name, now) {
        Handling::Answered(response) => response,
        Handling::Order(order, refusal) => match answers::store(front, order).await {
            Ok(_) => StatusCode::OK.into_response(),
            Err(_) => refusal(),
        },
        Handling::Form(answer) => answer.await,
    }
}

/// The handling of a request. The rest of the request is dropped by now: of hundreds that wait for the same commit,
/// only the jobs to be stored stay in memory.
pub(super) enum Handling<'a> {
    /// There is nothing to store.
    Answered(Response),
    /// The jobs to be stored, and the answer if that fails.
    Order(AcceptRequest, fn() -> Response),
    /// The answer needs more than the store.
    Form(Pin<Box<dyn Future<Output = Response> + Send + 'a>>),
}

fn route(
    front: &Front,
    work: Result<Option<Arc<TenantCtx>>, Fault>,
    inbound: Inbound,
    name: String,
    now: Timestamp,
) -> Handling<'_> {
    if inbound.installation().is_none() {
        return Handling::Answered(untenanted(inbound));
    }
    let work = match work {
        Ok(Some(work)) => work,
        Ok(None) => return not_installed(front, inbound),
        Err(cause) => {
            error!(%cause, "installation could not be read");
            return Handling::Answered(unavailable_reply(&inbound));
        }
    };
    let request = InboundRequest { front, work, name, now };
    Handling::Answered(match inbound {
        Inbound::Slash { from, command, text } => return request.slash(&from, &command, &text),
        Inbound::Click { from, click, place, form: Some(form), .. } if click.meaning() == Clicked::Preview => {
            return Handling::Form(Box::pin(request.preview(from, place, form)));
        }
        Inbound::Click { from, click, place, pane, .. } => return request.click(from, &click, place, pane),
        Inbound::PaneOpened { from, pane, delivery } => return request.pane_opened(&from, pane, &delivery),
        Inbound::PaneSubmitted { from, pane, fields, comment } => {
            return Handling::Form(Box::pin(request.pane_submitted(from, pane, fields, comment)));
        }
        Inbound::Submission { from, callback_id, private_metadata, fields } => {
            return Handling::Form(Box::pin(request.submitted(from, callback_id, private_metadata, fields)));
        }
        Inbound::Written { from, message } => return Handling::Form(Box::pin(request.written(from, message))),
        Inbound::Reacted { from, reaction } => return Handling::Form(Box::pin(request.reacted(from, reaction))),
        Inbound::ProfileChanged { installation, change, delivery } => {
            return Handling::Order(request.order(&installation, &delivery, &change), answers::unavailable);
        }
        Inbound::GroupChanged { installation, change, delivery } => {
            return Handling::Order(request.order(&installation, &delivery, &change), answers::unavailable);
        }
        Inbound::HomeOpened { installation, user, delivery } => {
            return Handling::Order(request.home(&installation, user, &delivery), answers::unavailable);
        }
        Inbound::Links { installation, links, delivery } => {
            return Handling::Order(request.order(&installation, &delivery, &links), answers::unavailable);
        }
        Inbound::ChannelShared { installation, channel, delivery } => {
            let job = SharedJob { channel, told: true, after: None };
            return Handling::Order(request.order(&installation, &delivery, &job), answers::unavailable);
        }
        Inbound::StepReached { installation, step, at } => return request.step(&installation, step, at),
        Inbound::Shortcut { from, callback_id, message } => {
            return Handling::Form(Box::pin(request.shortcut(from, callback_id, message)));
        }
        Inbound::Suggestion { from, menu, typed, private_metadata } => {
            return Handling::Form(Box::pin(async move {
                match menu.action_id.as_str() {
                    MEMBER => request.member_options(&from, &typed).await,
                    field::TO => request.people(&from, &typed, in_form(&private_metadata)).await,
                    id if id == Control::AssignTo.action_id() => request.people(&from, &typed, menu.on()).await,
                    _ => request.options(&from, &typed, &private_metadata).await,
                }
            }));
        }
        Inbound::Removed { installation, at, delivery } => {
            return Handling::Order(request.order(&installation, &delivery, &Removed(at)), answers::unavailable);
        }
        other => untenanted(other),
    })
}

/// Answers requests that belong to no installation.
fn untenanted(inbound: Inbound) -> Response {
    match inbound {
        Inbound::UrlVerification { challenge } => challenge.into_response(),
        Inbound::Ignored { kind } => answers::ignored(&kind),
        _ => StatusCode::OK.into_response(),
    }
}

/// Refuses a request of a workspace in which the app is not installed: the requester gets an answer, where that needs
/// no token.
fn not_installed(front: &Front, inbound: Inbound) -> Handling<'_> {
    info!("request refused: app not installed");
    let why = Refusal::NotInstalled;
    Handling::Answered(match inbound {
        Inbound::Slash { .. } => answers::ephemeral(&refusal_view::refusal(&why)),
        Inbound::Submission { .. } => answers::updated(&forms_view::refused(&why)),
        Inbound::Suggestion { .. } => offered(&[]),
        Inbound::Click { from: From { response_url: Some(url), .. }, .. }
        | Inbound::Shortcut { from: From { response_url: Some(url), .. }, .. } => {
            return Handling::Form(Box::pin(async move {
                let _ = timeout(PREFETCH_TIMEOUT, front.tenants.refuse(&url, false)).await;
                StatusCode::OK.into_response()
            }));
        }
        _ => StatusCode::OK.into_response(),
    })
}

/// The answer to a button that this version does not know.
const OTHER_VERSION: &str = "This button is from another version of the app. Type /inbox to see your conversations.";

/// Returns the conversation of the form around a menu.
fn in_form(metadata: &str) -> Option<ConversationId> {
    serde_json::from_str::<FormContext>(metadata).ok()?.conversation
}

/// Returns the options of a search field.
fn offered(found: &[Conversation]) -> Response {
    let options: Vec<_> = found.iter().map(forms_view::option).collect();
    Json(json!({ "options": options })).into_response()
}

/// Returns the answer when the store is down: a request that cannot be checked cannot be stored either.
fn unavailable_reply(inbound: &Inbound) -> Response {
    match inbound {
        Inbound::Slash { .. } => answers::not_saved(),
        _ => answers::unavailable(),
    }
}

impl<'a> InboundRequest<'a> {
    fn slash(self, from: &From, slash: &str, text: &str) -> Handling<'a> {
        let parsed = match parser::parse(slash, text, &self.front.tenants.common.links) {
            Ok(parsed) => parsed,
            Err(error) => {
                let content = help_view::parse_error(&error, &format!("{slash} {}", typed::as_typed(text)));
                return Handling::Answered(answers::ephemeral(&content));
            }
        };
        match self.wanted(self.requester(from, Via::Typed, false), parsed) {
            Wanted::Job(job) => Handling::Order(self.accepting(from, job), answers::not_saved),
            Wanted::Help(topic) => Handling::Answered(answers::ephemeral(&help_view::help(topic))),
            Wanted::Time(untimed) => Handling::Form(Box::pin(self.ask_when(from.clone(), untimed))),
            Wanted::Form(wanted) => {
                let context = FormContext::new(wanted, None, from.channel.clone());
                Handling::Form(Box::pin(self.open(from.clone(), context, Surface::Message)))
            }
            Wanted::Window(window) => Handling::Form(Box::pin(self.open_window(from.clone(), window))),
        }
    }

    async fn open_window(self, from: From, window: Window) -> Response {
        match window {
            Window::Rules => self.open_rules(from, Surface::Message).await,
            Window::Connect => self.open_connect(from, Surface::Message).await,
            Window::People => self.open_people(from, Surface::Message, 0).await,
        }
    }

    fn home(&self, installation: &InstallationId, user: SlackUserId, delivery: &str) -> AcceptRequest {
        let requester = RequestContext::of(user, Via::Clicked);
        let list = Listed { query: Query::of(Filter::Mine), place: Stands::Home };
        self.order(installation, delivery, &ListJob::new(requester, list))
    }

    /// Stores a step that a workflow reached. An app that several workspaces can install has none
    /// (docs/contracts/slack-2026.md §8.7), so that its events are not genuine work.
    fn step(self, installation: &InstallationId, reached: ReachedStep, at: Option<Timestamp>) -> Handling<'a> {
        let Some(vault) = &self.work.step_vault else {
            warn!("workflow step ignored: an app for several workspaces has no steps");
            return Handling::Answered(StatusCode::OK.into_response());
        };
        let step = WaitingStep::new(vault, installation, &reached, at.unwrap_or(self.now).min(self.now));
        let job = StepJob { callback_id: reached.callback_id, inputs: reached.inputs, step };
        Handling::Order(self.order(installation, &reached.execution, &job), answers::unavailable)
    }

    /// Returns the conversations that a search field offers (docs/contracts/slack.md §10). Its form remembers the
    /// channel in which it was opened.
    async fn options(&self, from: &From, typed: &str, form: &str) -> Response {
        let channel = serde_json::from_str(form).ok().and_then(|form: FormContext| form.channel);
        offered(&self.suggestions(from, typed, channel.as_ref(), OPTIONS).await)
    }

    /// Returns the people that a menu of new owners offers.
    async fn people(&self, from: &From, typed: &str, on: Option<ConversationId>) -> Response {
        let groups = match self.within(self.is_teammate(from)).await {
            Some(true) => {
                self.within(people::offered(&self.work, typed, on.as_ref(), (&from.user, from.team.as_ref()))).await
            }
            _ => None,
        };
        match groups.unwrap_or_default() {
            groups if groups.is_empty() => offered(&[]),
            groups => Json(json!({ "option_groups": groups })).into_response(),
        }
    }

    fn click(self, from: From, click: &Click, place: Surface, pane: Option<PaneRequest>) -> Handling<'a> {
        // A list in a direct message is redrawn in its place, like a private one.
        let replaces = match &place {
            Surface::Private { direct } => direct.is_none() || click.list().is_some(),
            _ => false,
        };
        let via = if click.is_of_several() && place == Surface::Message { Via::Digest } else { Via::Clicked };
        let requester = answers::in_list(self.requester(&from, via, replaces), click.list(), &place);
        let requester = RequestContext { pane: pane.and_then(|asked| self.pane(asked)), ..requester };
        let seen = click.seen();
        let order = match click.meaning() {
            Clicked::Do(command) => {
                let seen = click.all_seen();
                self.order_from(&from, &CommandJob { seen, ..CommandJob::new(requester, command) })
            }
            Clicked::Help(page) => {
                let content = help_view::help(HelpTopic::Page(page));
                self.order_from(&from, &AnswerPrivately::to(requester.addressee(), content))
            }
            Clicked::Doctor => self.order_from(&from, &DoctorJob(requester)),
            Clicked::AskAdmin => self.order_from(&from, &self.ask_for_link(&from, true)),
            Clicked::CheckLink => self.order_from(&from, &self.ask_for_link(&from, false)),
            Clicked::ChooseMember(user, page) => {
                let choice = LinkChoice { user: Some(user), page, ..LinkChoice::default() };
                return Handling::Form(Box::pin(self.open_choice(from, place, choice)));
            }
            Clicked::ChooseUser(member, page) => {
                let choice = LinkChoice { member: Some(member), page, ..LinkChoice::default() };
                return Handling::Form(Box::pin(self.open_choice(from, place, choice)));
            }
            Clicked::Route(routing) => {
                let changes = vec![SettingsChange::Route(routing)];
                self.order_from(&from, &ChangeJob { requester, changes })
            }
            Clicked::Resume(resume) => self.order_from(&from, &ResumeJob { requester, resume }),
            Clicked::List(query) => {
                // In a message that others see, the list comes as a private message of its own.
                let own = || Listed { query: query.clone(), place: Stands::Message };
                let requester = answers::in_list(requester, Some(query.clone()), &place);
                let list = requester.list.clone().unwrap_or_else(own);
                self.order_from(&from, &ListJob::new(requester, list))
            }
            Clicked::HideIntro => {
                let list = Listed { query: Query::of(Filter::Mine), place: Stands::Home };
                let job = ListJob { hides_intro: true, ..ListJob::new(requester, list) };
                self.order_from(&from, &job)
            }
            Clicked::Find => return Handling::Form(Box::pin(self.find(from, place))),
            Clicked::Preview | Clicked::Unknown => {
                info!(action = click.action_id, "click not understood");
                let content = words::sentence(OTHER_VERSION);
                self.order_from(&from, &AnswerPrivately::to(requester.addressee(), content))
            }
            Clicked::Open(wanted, conversation) => {
                let context = FormContext::new(wanted, conversation, from.channel.clone());
                let context = context.in_list_of(requester).having_shown(seen);
                return Handling::Form(Box::pin(self.open(from, context, place)));
            }
            Clicked::AssignAll(owner) => {
                let context = FormContext::assigning_all_of(owner, from.channel.clone()).in_list_of(requester);
                return Handling::Form(Box::pin(self.open(from, context, place)));
            }
            Clicked::FillIn(draft, only) => return Handling::Form(Box::pin(self.fill_in(from, draft, only, place))),
            Clicked::Wishes => {
                let list = answers::in_list(requester, Some(Query::of(Filter::Mine)), &place).list;
                return Handling::Form(Box::pin(self.open_wishes(from, place, list)));
            }
            Clicked::RouteSettings(channel) => {
                return Handling::Form(Box::pin(self.open_route(from, channel, place)));
            }
            Clicked::Rules => return Handling::Form(Box::pin(self.open_rules(from, place))),
            Clicked::Connect => return Handling::Form(Box::pin(self.open_connect(from, place))),
            Clicked::Disconnect => return Handling::Form(Box::pin(self.disconnect(from, place))),
            Clicked::People(page) => return Handling::Form(Box::pin(self.open_people(from, place, page))),
            Clicked::Link(linking, page) => {
                let window = answers::in_window(&place, page);
                self.order_from(&from, &PeopleJob { requester, linking, window, notice: Vec::new() })
            }
            Clicked::Nothing => return Handling::Answered(answers::ignored("click")),
        };
        // A click has no answer that could carry a message: Slack marks the button as failed.
        Handling::Order(order, answers::unavailable)
    }

    /// Returns the request of a user who is not linked. Its answer leaves the message in place, because that has the
    /// user's note.
    fn ask_for_link(&self, from: &From, asks: bool) -> AskForLink {
        AskForLink { requester: self.requester(from, Via::Clicked, false), asks }
    }

    pub(crate) fn requester(&self, from: &From, via: Via, replace: bool) -> RequestContext {
        let until = self.now.saturating_add(REPLY_LIFE).unwrap_or(Timestamp::MAX);
        let reply = from.response_url.clone().map(|url| ReplyTarget { url, until, replace });
        let (channel, team) = (from.channel.clone(), from.team.clone());
        RequestContext { channel, team, reply, ..RequestContext::of(from.user.clone(), via) }
    }

    /// Returns the jobs to store for a request. A trigger is given once (§7.1), so it names the request; without one
    /// its signature or envelope does.
    pub(crate) fn order_from<J: JobKind>(&self, from: &From, job: &J) -> AcceptRequest {
        self.accepting(from, self.front.tenants.new_job(&from.installation, job, self.now))
    }

    fn accepting(&self, from: &From, job: NewJob) -> AcceptRequest {
        let key = from.trigger_id.as_deref().unwrap_or(&self.name);
        self.accept(&from.installation, key, job)
    }

    pub(crate) fn order<J: JobKind>(&self, installation: &InstallationId, key: &str, job: &J) -> AcceptRequest {
        self.accept(installation, key, self.front.tenants.new_job(installation, job, self.now))
    }

    /// Returns the job to store for the delivery with this key.
    pub(crate) fn accept(&self, installation: &InstallationId, key: &str, job: NewJob) -> AcceptRequest {
        let delivery = Delivery { installation: installation.clone(), key: key.to_owned() };
        AcceptRequest { delivery, jobs: vec![job], now: self.now }
    }
}
