//! The unassigned conversations of a channel, posted there for a workflow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::channels::{privacy, routes};
use crate::core::card_view::{CardView, Digest};
use crate::core::error::Fault;
use crate::core::ids::ChannelId;
use crate::core::route::Route;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::message::Message;
use crate::jobs::outbox::steps::{StepEnd, WaitingStep};
use crate::jobs::outbox::{posting, steps};
use crate::jobs::outcome::Outcome;
use crate::jobs::rate_limits;
use crate::notifications::digest_view;
use crate::notifications::summary::Summary;
use crate::platform::db::projection::Conversations;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Claim, Effect, Queue};
use crate::platform::slack::answer::SlackError;
use crate::sync::poll_state;

/// The sentence while the conversations are being read for the first time.
const READING: &str = "The app is still reading your conversations. Run the workflow again in a minute.";

/// A list of unassigned conversations for a channel, and the step that asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PostQueue {
    /// The channel.
    pub channel: ChannelId,
    /// The step.
    pub step: WaitingStep,
}

impl JobKind for PostQueue {
    const KIND: &'static str = "post_queue.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        format!("step:{}", self.step.execution)
    }

    fn fairness_key(&self) -> String {
        self.channel.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        rate_limits::posting(self.channel.as_str())
    }
}

impl Message for PostQueue {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        if !poll_state::watched(ctx).await?.whole {
            return Ok(Outcome::done(vec![steps::fail(ctx, &self.step, READING)]));
        }
        let digest = unassigned(ctx, &self.channel).await?;
        let privacy = privacy::privacy(ctx, &self.channel).await?;
        let content = digest_view::message(&digest, &ctx.links, privacy);
        posting::post_once(ctx, claim, self.channel.as_str(), None, &content).await?;
        let count = json!(digest.waiting.len() + digest.more);
        let outputs = BTreeMap::from([("count".to_owned(), count)]);
        Ok(Outcome::done(vec![steps::end(ctx, &self.step, StepEnd::Done(outputs))]))
    }

    async fn refused(&self, ctx: &TenantCtx, code: &str) -> Result<Vec<Effect>, Fault> {
        let sentence = format!(
            "The app can't post in that channel ({code}). Invite it there with /invite @dialnote, or choose another \
             channel."
        );
        Ok(vec![steps::fail(ctx, &self.step, &sentence)])
    }
}

/// Returns the unassigned conversations whose cards the channel shows; all of them where it shows none.
async fn unassigned(ctx: &TenantCtx, channel: &ChannelId) -> Result<Digest, Fault> {
    let (route, now) = (routes::route_of(ctx, channel).await?.unwrap_or_else(Route::of_all), ctx.clock.now());
    let sum = |all: &Conversations| Summary::of(all.pending(), &route, now);
    let Summary { waiting, more, .. } = ctx.memory.projection.look(&ctx.db, sum).await?;
    let waiting = waiting.into_iter().map(|conversation| CardView::new(conversation, None)).collect();
    Ok(Digest { asked: true, waiting, more, ..Digest::at(now) })
}
