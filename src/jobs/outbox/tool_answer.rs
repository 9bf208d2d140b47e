//! Answers to an assistant's calls. An answer is stored for the request that waits for it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::core::error::Fault;
use crate::core::ids::{SlackUserId, ToolCallId};
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::platform::db::{DocumentKind, Effect, StoredDocument};
use crate::platform::slack::blocks::kit::Content;

/// The time within which a waiting request takes its answer.
const TAKEN_WITHIN: Duration = Duration::from_secs(5);

/// The answer to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ToolAnswer {
    /// The person for whom the assistant asked.
    pub user: SlackUserId,
    /// The answer.
    pub content: Content,
    /// True if nothing was done.
    pub is_refusal: bool,
}

impl StoredDocument for ToolAnswer {
    const KIND: DocumentKind = DocumentKind::ToolAnswer;
}

/// Returns the effect that stores an answer for the request that waits for it. A later answer replaces an earlier one
/// that was not taken, which can only be the notice of a delay.
pub(crate) fn keep(ctx: &TenantCtx, call: &ToolCallId, answer: &ToolAnswer) -> Effect {
    let due = times::later(ctx.clock.now(), TAKEN_WITHIN);
    documents::put_due(ctx, call.as_str(), answer, Some(due))
}

/// Takes the answer to a call, if it is there. Only one request gets it.
pub(crate) async fn take(ctx: &TenantCtx, call: &ToolCallId) -> Result<Option<ToolAnswer>, Fault> {
    let Some(kept) = documents::stored::<ToolAnswer>(ctx, call.as_str()).await? else { return Ok(None) };
    let answer = documents::read::<ToolAnswer>(&kept)?;
    Ok(ctx.db.take(&kept).await?.then_some(answer))
}
