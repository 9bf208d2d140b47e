//! The waits of contacts, by conversation, as the routes of channels set their limits.

use jiff::Timestamp;

use crate::core::answer_wait::AnswerWait;
use crate::core::card_view::CardView;
use crate::core::conversation::Conversation;
use crate::core::error::Fault;
use crate::core::target_outcome::{NextLimit, WaitLimit};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::platform::db::{DocumentKind, StoredDocument};

impl StoredDocument for AnswerWait {
    const KIND: DocumentKind = DocumentKind::AnswerWait;
}

/// Returns the limit of a conversation that people see; `None` if there is none, or it is not open.
pub(crate) async fn shown_limit(ctx: &TenantCtx, conversation: &Conversation) -> Result<Option<NextLimit>, Fault> {
    if !conversation.is_open() {
        return Ok(None);
    }
    let wait: Option<AnswerWait> = documents::get(ctx, conversation.id.as_str()).await?;
    Ok(wait.and_then(|wait| wait.shown_limit(ctx.clock.now())))
}

/// Answers whether a message about a limit of a conversation is still true.
pub(crate) async fn still_has(
    ctx: &TenantCtx,
    conversation: &Conversation,
    limit: (WaitLimit, Timestamp),
) -> Result<bool, Fault> {
    let wait: Option<AnswerWait> = documents::get(ctx, conversation.id.as_str()).await?;
    let owner = conversation.owner.as_ref().map(|owner| &owner.id);
    Ok(wait.is_some_and(|wait| wait.still_has(limit, owner)))
}

/// Returns a card with the next limit of its conversation.
pub(crate) async fn with_limit(ctx: &TenantCtx, card_view: CardView) -> Result<CardView, Fault> {
    let limit = shown_limit(ctx, &card_view.conversation).await?;
    Ok(CardView { limit, ..card_view })
}
