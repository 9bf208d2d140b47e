//! Conversations as they were last seen.

use crate::domain::conversation::Conversation;
use crate::error::Fault;
use crate::ids::ConversationId;
use crate::store::Effect;
use crate::work::ctx::TenantCtx;
use crate::work::projection;
use crate::work::projection::Conversations;

/// Returns a conversation as it was last seen, if it was.
pub(crate) async fn known(ctx: &TenantCtx, id: &ConversationId) -> Result<Option<Conversation>, Fault> {
    let one = |known: &Conversations| known.get(id).map(|sight| sight.known.conversation.clone());
    ctx.memory.projection.look(&ctx.db, one).await
}

/// Returns the effect that removes from the projection a conversation that dialnote no longer has. Returns none if the
/// conversation is not in it.
pub(crate) async fn forget(ctx: &TenantCtx, id: &ConversationId) -> Result<Option<Effect>, Fault> {
    let known = ctx.memory.projection.look(&ctx.db, |all| all.contains_key(id)).await?;
    Ok(known.then(|| Effect::Mirror(projection::gone(id, ctx.clock.now()))))
}
