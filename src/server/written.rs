//! Messages to the app: a mention in a channel, or a direct message (docs/contracts/slack-2026.md §5). They are carried
//! out like typed commands, and answered in their thread: in a channel for the sender alone.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;

use crate::commands::{help_view, snooze_view, written, written_view};
use crate::core::error::Fault;
use crate::core::ids::{ChannelId, ConversationId, MessageTs};
use crate::core::request_context::{RequestContext, Via};
use crate::core::typed;
use crate::jobs::outbox::private::AnswerPrivately;
use crate::notifications::sent;
use crate::platform::db::NewJob;
use crate::platform::slack::blocks::kit::Content;
use crate::platform::slack::inbound::{From, WrittenMessage};
use crate::server::answers;
use crate::server::request::InboundRequest;
use crate::server::wanted::Wanted;
use crate::sync::known;

/// The age at which a message is no longer carried out. Slack may deliver events for a day (§11.1), and by then others
/// may have answered.
pub(crate) const TOO_OLD: SignedDuration = SignedDuration::from_mins(15);

impl InboundRequest<'_> {
    /// Stores the job of a message. A repeated delivery, and a second event for the same message, have no effect.
    pub(crate) async fn written(self, from: From, message: WrittenMessage) -> Response {
        let job = match self.job_of(&from, &message).await {
            Ok(job) => job,
            Err(cause) => {
                tracing::warn!(%cause, "message not stored: its thread could not be read");
                return answers::unavailable();
            }
        };
        let channel = from.channel.as_ref().map(ToString::to_string).unwrap_or_default();
        let order = self.accept(&from.installation, &format!("message:{channel}:{}", message.ts), job);
        match answers::store(self.front, order).await {
            Ok(_) => StatusCode::OK.into_response(),
            Err(_) => answers::unavailable(),
        }
    }

    async fn job_of(&self, from: &From, message: &WrittenMessage) -> Result<NewJob, Fault> {
        let requester = self.writer(from, message);
        let typed = |text: &str| typed::as_typed(&written::words(text, message.app.as_ref()));
        if let Some(at) = message.ts.time().filter(|at| self.now.duration_since(*at) > TOO_OLD) {
            return Ok(self.answer(&requester, written_view::late(&typed(&message.text), at)));
        }
        let thread = match &message.thread {
            Some(thread) => self.conversation_of(from, thread).await?,
            None => None,
        };
        let links = &self.front.tenants.common.links;
        let named = self.within(self.with_places_named(from, &message.text)).await;
        let text = named.unwrap_or_else(|| message.text.clone());
        let parsed = match written::read(&text, message.app.as_ref(), thread.as_ref(), links) {
            Ok(parsed) => parsed,
            Err(error) => {
                let content = written_view::not_understood(&error, &typed(&text), thread.as_ref());
                return Ok(self.answer(&requester, content));
            }
        };
        let content = match self.wanted(requester.clone(), parsed) {
            Wanted::Job(job) => return Ok(job),
            Wanted::Help(topic) => help_view::help(topic),
            Wanted::Time(untimed) => {
                let title = match &untimed.conversation {
                    Some(id) => known::title(&self.work, id).await,
                    None => None,
                };
                snooze_view::ask(untimed.conversation.as_ref(), title.as_deref(), untimed.wrong.as_ref())
            }
            Wanted::Form(wanted) => written_view::form(wanted),
            Wanted::Window(window) => written_view::window(window),
        };
        Ok(self.answer(&requester, content))
    }

    /// Returns the writer of a message. The answer goes to its thread; a direct message begins one.
    fn writer(&self, from: &From, message: &WrittenMessage) -> RequestContext {
        let is_direct = from.channel.as_ref().is_some_and(ChannelId::is_direct);
        let thread = message.thread.clone().or_else(|| is_direct.then(|| message.ts.clone()));
        RequestContext { thread, ..self.requester(from, Via::Written, false) }
    }

    fn answer(&self, requester: &RequestContext, content: Content) -> NewJob {
        let answer = AnswerPrivately::to(requester.addressee(), content);
        self.front.tenants.new_job(self.work.installation(), &answer, self.now)
    }

    /// Returns the conversation of a thread: that of its card, or that of the direct message that began it.
    async fn conversation_of(&self, from: &From, thread: &MessageTs) -> Result<Option<ConversationId>, Fault> {
        let Some(channel) = &from.channel else { return Ok(None) };
        let card = self.front.tenants.common.store.card_at(&from.installation, channel, thread).await?;
        if let Some(card) = card {
            return Ok(Some(card.conversation));
        }
        let sent = sent::sent(&self.work, channel, thread).await?;
        Ok(sent.and_then(|sent| sent.told.conversation()))
    }
}
