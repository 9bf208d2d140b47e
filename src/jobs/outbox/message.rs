//! Delivery of messages to Slack. One message is one job. A message that Slack refuses for good is not retried, one
//! that Slack refuses for now waits, and the people who must know of a failure are notified.

use std::marker::PhantomData;

use tracing::warn;

use crate::core::error::{Fault, Service};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outcome::{Outcome, Stop};
use crate::platform::db::{Claim, Effect};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::codes;

/// A kind of message for Slack.
pub(crate) trait Message: JobKind {
    /// Sends the message.
    fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> impl Future<Output = Result<Outcome, SlackError>> + Send;

    /// Answers whether nothing is lost if Slack refuses the message with this code: its place is closed, or the message
    /// is drawn again when someone opens it.
    fn is_dispensable(_code: &str) -> bool {
        false
    }

    /// Returns the effects of a message that Slack refused for good.
    fn refused(&self, _ctx: &TenantCtx, _code: &str) -> impl Future<Output = Result<Vec<Effect>, Fault>> + Send {
        async { Ok(Vec::new()) }
    }

    /// Returns the effects to store when the message will be tried again.
    fn will_retry(&self, _ctx: &TenantCtx, _claim: &Claim, _fault: &Fault) -> Vec<Effect> {
        Vec::new()
    }

    /// Returns the effects of a message that the app stopped trying to send.
    fn given_up(&self, _ctx: &TenantCtx) -> Vec<Effect> {
        Vec::new()
    }
}

/// The handler that delivers messages of one kind.
pub(crate) struct MessageHandler<M>(PhantomData<fn() -> M>);

impl<M> MessageHandler<M> {
    /// Returns the handler.
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<M: Message> Handler for MessageHandler<M> {
    type Job = M;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, message: &M) -> Result<Outcome, Stop> {
        match message.deliver(ctx, claim).await {
            Ok(outcome) => Ok(outcome),
            Err(SlackError::Fault(fault)) => Err(fault.into()),
            Err(SlackError::Refused(code)) => Ok(not_delivered(ctx, claim, message, &code).await?),
        }
    }

    fn will_retry(&self, ctx: &TenantCtx, claim: &Claim, message: &M, fault: &Fault) -> Vec<Effect> {
        message.will_retry(ctx, claim, fault)
    }

    async fn given_up(&self, ctx: &TenantCtx, _claim: &Claim, message: &M, _fault: &Fault) -> Vec<Effect> {
        message.given_up(ctx)
    }
}

async fn not_delivered<M: Message>(ctx: &TenantCtx, claim: &Claim, message: &M, code: &str) -> Result<Outcome, Fault> {
    if M::is_dispensable(code) {
        // People close windows before they are drawn. That is no trouble.
        if !codes::is_view_gone(code) {
            warn!(code, "message not shown by Slack");
        }
        return Ok(Outcome::done(Vec::new()));
    }
    if !codes::is_final(code) {
        return Err(Fault::UnknownCode { service: Service::Slack, code: code.to_owned() });
    }
    let effects = message.refused(ctx, code).await?;
    if codes::is_unwelcome(code) || codes::unreachable(code).is_some() {
        warn!(code, "message refused by Slack");
        return Ok(Outcome::done(effects));
    }
    ctx.metrics.given_up();
    Ok(Outcome { effects, ..Outcome::dead(claim, format!("Slack refused: {code}")) })
}
