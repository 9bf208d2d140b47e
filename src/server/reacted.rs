//! Emoji on cards (docs/contracts/slack-2026.md §6). In a channel that allows it, some of them are commands on the
//! conversation of their card. Emoji on other messages have no effect and no answer.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::channels::privacy;
use crate::commands::job::CommandJob;
use crate::commands::{reacting, written_view};
use crate::core::command::Command;
use crate::core::conversation::ConversationRef;
use crate::core::error::Fault;
use crate::core::ids::ConversationId;
use crate::core::reaction::Reaction;
use crate::core::request_context::Via;
use crate::jobs::outbox::private::AnswerPrivately;
use crate::platform::db::NewJob;
use crate::platform::slack::inbound::From;
use crate::server::answers;
use crate::server::request::InboundRequest;
use crate::server::written::TOO_OLD;

impl InboundRequest<'_> {
    /// Stores the job of an emoji on a card. A repeated event has no effect.
    pub(crate) async fn reacted(self, from: From, reaction: Reaction) -> Response {
        let conversation = match self.card_of(&from, &reaction).await {
            Ok(Some(conversation)) => conversation,
            Ok(None) => return answers::ignored("reaction"),
            Err(cause) => {
                tracing::warn!(%cause, "reaction not stored: its card could not be read");
                return answers::unavailable();
            }
        };
        let key = delivery_of(&from, &reaction);
        let Some(job) = self.reaction_job(&from, reaction, conversation) else { return answers::ignored("reaction") };
        let order = self.accept(&from.installation, &key, job);
        match answers::store(self.front, order).await {
            Ok(_) => StatusCode::OK.into_response(),
            Err(_) => answers::unavailable(),
        }
    }

    /// Returns the conversation of the card with an emoji, if emoji act in its channel.
    async fn card_of(&self, from: &From, reaction: &Reaction) -> Result<Option<ConversationId>, Fault> {
        let Some(channel) = &from.channel else { return Ok(None) };
        if !privacy::hears_emoji(&self.work, channel).await? {
            return Ok(None);
        }
        let card = self.front.tenants.common.store.card_at(&from.installation, channel, &reaction.card).await?;
        Ok(card.map(|card| card.conversation))
    }

    /// Returns the job of an emoji: its command, or an answer to an emoji that arrives too late. The answer is not in the
    /// card's thread, where Slack would show it only to people who have the thread open (§5.4).
    fn reaction_job(&self, from: &From, reaction: Reaction, on: ConversationId) -> Option<NewJob> {
        let requester = self.requester(from, Via::Reacted, false);
        let tenants = &self.front.tenants;
        if reaction.added && self.now.duration_since(reaction.at) > TOO_OLD {
            let answer = AnswerPrivately::to(requester.addressee(), written_view::late_emoji(reaction.at));
            return Some(tenants.new_job(self.work.installation(), &answer, self.now));
        }
        let act = reacting::action(&reaction)?;
        let command = Command { act, which: ConversationRef::Id(on), note: String::new() };
        let job = CommandJob { reaction: Some(reaction), ..CommandJob::new(requester, command) };
        Some(tenants.new_job(self.work.installation(), &job, self.now))
    }
}

/// Returns the key by which a repeated event is recognized.
fn delivery_of(from: &From, reaction: &Reaction) -> String {
    let channel = from.channel.as_ref().map(ToString::to_string).unwrap_or_default();
    let Reaction { name, card, at, added } = reaction;
    let change = if *added { "added" } else { "removed" };
    format!("reaction:{channel}:{card}:{}:{name}:{change}:{}", from.user, at.as_microsecond())
}
