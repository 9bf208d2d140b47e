//! Conversations as they were last seen.

use tracing::info;

use crate::core::conversation::Conversation;
use crate::core::error::Fault;
use crate::core::ids::ConversationId;
use crate::jobs::ctx::TenantCtx;
use crate::platform::db::projection::Conversations;
use crate::platform::db::{Effect, projection};

/// Returns a conversation as it was last seen, if it was.
pub(crate) async fn known(ctx: &TenantCtx, id: &ConversationId) -> Result<Option<Conversation>, Fault> {
    let one = |known: &Conversations| known.get(id).map(|sight| sight.known.conversation.clone());
    ctx.memory.projection.look(&ctx.db, one).await
}

/// Reads what was seen since the last look. A failure only leaves names out of date.
pub(crate) async fn catch_up(ctx: &TenantCtx) {
    if let Err(cause) = ctx.memory.projection.look(&ctx.db, |_| ()).await {
        info!(%cause, "conversations not read");
    }
}

/// Returns the title of a conversation as it was last read.
pub(crate) async fn title(ctx: &TenantCtx, id: &ConversationId) -> Option<String> {
    ctx.memory.projection.look_back(|known| known.get(id).map(|sight| sight.known.conversation.title())).await
}

/// Returns the effect that removes from the projection a conversation that dialnote no longer has. Returns none if the
/// conversation is not in it.
pub(crate) async fn forget(ctx: &TenantCtx, id: &ConversationId) -> Result<Option<Effect>, Fault> {
    let known = ctx.memory.projection.look(&ctx.db, |all| all.contains_key(id)).await?;
    Ok(known.then(|| Effect::PutSnapshot(projection::gone(id, ctx.clock.now()))))
}
