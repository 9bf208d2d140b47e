//! Passes domain events to their subscribers.

use futures_util::future::try_join_all;

use crate::core::absence::Absence;
use crate::core::error::Fault;
use crate::core::group_change::GroupChange;
use crate::jobs::ctx::{SubscriberFuture, TenantCtx};
use crate::jobs::events::{
    AvailabilityChanged, ChannelClosed, ContactHeard, ConversationChanged, FoundLate, WaitsForOwner,
};
use crate::platform::db::{Effect, NewJob};

/// Returns the jobs that redraw other views of a changed conversation.
pub(crate) async fn conversation_changed(ctx: &TenantCtx, event: &ConversationChanged) -> Result<Vec<NewJob>, Fault> {
    together(ctx.subscribers.conversation_changed.iter().map(|follow| follow(ctx, event))).await
}

/// Returns what to store together with a change of a conversation.
pub(crate) async fn stored_with_change(ctx: &TenantCtx, event: &ConversationChanged) -> Result<Vec<Effect>, Fault> {
    together(ctx.subscribers.stored_with_change.iter().map(|follow| follow(ctx, event))).await
}

/// Returns what to store about changes that were found after an absence.
pub(crate) fn found_late(ctx: &TenantCtx, event: &FoundLate<'_>) -> Vec<Effect> {
    ctx.subscribers.found_late.iter().flat_map(|follow| follow(ctx, event)).collect()
}

/// Returns what to store about an unassigned conversation.
pub(crate) async fn waits_for_owner(ctx: &TenantCtx, event: &WaitsForOwner) -> Result<Vec<Effect>, Fault> {
    let mut effects = Vec::new();
    for follow in &ctx.subscribers.waits_for_owner {
        effects.extend(follow(ctx, event).await?);
    }
    Ok(effects)
}

/// Returns what to store about a contact who got in touch with an owner.
pub(crate) async fn contact_heard(ctx: &TenantCtx, event: &ContactHeard<'_>) -> Result<Vec<Effect>, Fault> {
    let mut effects = Vec::new();
    for follow in &ctx.subscribers.contact_heard {
        effects.extend(follow(ctx, event).await?);
    }
    Ok(effects)
}

/// Returns what to store about a person who may be away or back.
pub(crate) async fn availability_changed(ctx: &TenantCtx, event: &AvailabilityChanged) -> Result<Vec<Effect>, Fault> {
    let mut effects = Vec::new();
    for follow in &ctx.subscribers.availability_changed {
        effects.extend(follow(ctx, event).await?);
    }
    Ok(effects)
}

/// Returns what to store about a user group whose people changed.
pub(crate) async fn group_changed(ctx: &TenantCtx, event: &GroupChange) -> Result<Vec<Effect>, Fault> {
    let mut effects = Vec::new();
    for follow in &ctx.subscribers.group_changed {
        effects.extend(follow(ctx, event).await?);
    }
    Ok(effects)
}

/// Returns what to store about a channel that takes no messages.
pub(crate) async fn channel_closed(ctx: &TenantCtx, event: &ChannelClosed) -> Result<Vec<Effect>, Fault> {
    let mut effects = Vec::new();
    for follow in &ctx.subscribers.channel_closed {
        effects.extend(follow(ctx, event).await?);
    }
    Ok(effects)
}

/// Runs what is due at each poll of dialnote.
pub(crate) async fn polling(ctx: &TenantCtx) -> Result<(), Fault> {
    for follow in &ctx.subscribers.polling {
        follow(ctx).await?;
    }
    Ok(())
}

/// Returns the jobs that follow from the end of an absence.
pub(crate) async fn absence_ended(ctx: &TenantCtx, away: Absence) -> Result<Vec<NewJob>, Fault> {
    let mut jobs = Vec::new();
    for follow in &ctx.subscribers.absence_ended {
        jobs.extend(follow(ctx, &away).await?);
    }
    Ok(jobs)
}

/// Asks subscribers that only read, all at once, so that their reads share a statement. The answers keep their order.
async fn together<T>(answers: impl Iterator<Item = SubscriberFuture<'_, Vec<T>>>) -> Result<Vec<T>, Fault> {
    Ok(try_join_all(answers).await?.into_iter().flatten().collect())
}
