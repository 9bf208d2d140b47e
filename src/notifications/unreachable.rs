//! People who cannot be sent direct messages. Admins are notified of each once, until messages get through again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::commands::answers;
use crate::core::delivery::{Awaited, DeliveryState, Why};
use crate::core::direct_message::DirectMessage;
use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::outbox::direct::SendDirect;
use crate::jobs::{documents, enqueue};
use crate::people::{admins, directory};
use crate::platform::db::{DocumentKind, Effect, StoredDocument};
use crate::platform::slack::codes;

/// A person who cannot be sent direct messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreachable {
    /// The person's name for colleagues.
    pub(crate) name: String,
    /// The reason.
    pub(crate) why: Why,
}

impl StoredDocument for Unreachable {
    const KIND: DocumentKind = DocumentKind::Unreachable;
}

/// Returns the effects of a direct message that was refused for good: its sender and the admins are notified.
pub(crate) async fn cannot_notify(
    ctx: &TenantCtx,
    (user, notice): (&SlackUserId, &DirectMessage),
    awaited: Option<&Awaited>,
    code: &str,
) -> Result<Vec<Effect>, Fault> {
    let reason = codes::unreachable(code);
    let why = reason.clone().unwrap_or_else(|| Why::Other(code.to_owned()));
    ctx.metrics.not_notified(why.kind());
    let report = answers::report_fate(ctx, awaited, notice, DeliveryState::Never(why));
    // Any other code is about this message, not about the person.
    let Some(why) = reason else { return Ok(report.into_iter().collect()) };
    let known: Option<Unreachable> = documents::get(ctx, user.as_str()).await?;
    let name = match awaited {
        Some(awaited) => awaited.name.clone(),
        None => directory::name(ctx, user).await?.unwrap_or_else(|| user.to_string()),
    };
    // Admins are notified by direct message, too. Where those are closed to all, admins see it in the doctor's
    // findings.
    let is_told = known.is_none() && why != Why::NoMessagesTab && !matches!(notice, DirectMessage::CannotNotify { .. });
    let mut admins = if is_told { admins::known(ctx).await? } else { BTreeSet::new() };
    // The sender is notified in any case.
    let sender = awaited.map(|awaited| &awaited.requester.user);
    admins.retain(|admin| admin != user && Some(admin) != sender);
    let unreachable = Unreachable { name: name.clone(), why: why.clone() };
    let told = |admin| {
        let notice = DirectMessage::CannotNotify { name: name.clone(), why: why.clone() };
        enqueue::say_unasked(ctx, &SendDirect::new(admin, notice))
    };
    let keep = documents::put(ctx, user.as_str(), &unreachable);
    Ok(report.into_iter().chain([keep]).chain(admins.into_iter().map(told)).collect())
}

/// Returns the effect of a direct message that the app stopped retrying: its sender is notified.
pub(crate) fn never_notified(ctx: &TenantCtx, notice: &DirectMessage, awaited: Option<&Awaited>) -> Option<Effect> {
    ctx.metrics.not_notified(Why::GaveUp.kind());
    answers::report_fate(ctx, awaited, notice, DeliveryState::Never(Why::GaveUp))
}

/// Returns the effect to store once Slack has taken a message to a person.
pub(crate) async fn is_reached(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<Effect>, Fault> {
    let known = documents::stored::<Unreachable>(ctx, user.as_str()).await?;
    Ok(known.map(documents::remove_stored))
}

/// Returns the people who cannot be sent direct messages, at most `most`.
pub async fn unreachable(ctx: &TenantCtx, most: usize) -> Result<Vec<Unreachable>, Fault> {
    let kept = documents::all_stored::<Unreachable>(ctx, most).await?;
    Ok(kept.iter().filter_map(documents::readable).collect())
}
