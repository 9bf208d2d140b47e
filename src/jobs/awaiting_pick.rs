//! Unassigned conversations that their route is to assign. They are stored here, because whatever changes a conversation
//! ends its wait in the same transaction. Who takes them is decided in `waiting::auto_assign`.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::conversation::{Conversation, State, Status};
use crate::core::error::Fault;
use crate::core::ids::{ConversationId, MemberId};
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::platform::db::{DocumentKind, Effect, StoredDocument};

/// The time for which a conversation is held back after dialnote refused to assign it.
const HELD_BACK: Duration = Duration::from_secs(60 * 60);

/// An unassigned conversation that its route is to assign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AwaitsPick {
    /// The time since which it waits, as far as the app knew.
    pub since: Timestamp,
    /// The time at which its contact called or wrote, if that is why it waits. The app may have heard of it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<Timestamp>,
    /// The member from whom the app took it, who is not to get it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not: Option<MemberId>,
    /// The time before which it is not tried again, because dialnote refused the last try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<Timestamp>,
}

impl StoredDocument for AwaitsPick {
    const KIND: DocumentKind = DocumentKind::AwaitsPick;
}

/// Returns the effect that ends the wait of a conversation which is no longer open and unassigned. `before` is its state before the change, if it is known.
pub(crate) fn wait_is_over(before: Option<&State>, now: &Conversation) -> Option<Effect> {
    let awaited = |owner: Option<&MemberId>, status: Status| owner.is_none() && status == Status::Open;
    let may_have_waited = before.is_none_or(|before| awaited(before.owner.as_ref(), before.status));
    let still_waits = awaited(now.owner.as_ref().map(|owner| &owner.id), now.status);
    (may_have_waited && !still_waits).then(|| ended(&now.id))
}

/// Returns the effect that holds a waiting conversation back for an hour, because dialnote refused to assign it. The
/// next tries would be refused as well.
pub(crate) async fn held_back(ctx: &TenantCtx, id: &ConversationId) -> Result<Option<Effect>, Fault> {
    let waits: Option<AwaitsPick> = documents::get(ctx, id.as_str()).await?;
    let held_until = Some(times::later(ctx.clock.now(), HELD_BACK));
    Ok(waits.map(|waits| documents::put(ctx, id.as_str(), &AwaitsPick { held_until, ..waits })))
}

/// Returns the effect that ends the wait of a conversation.
pub(crate) fn ended(id: &ConversationId) -> Effect {
    documents::remove::<AwaitsPick>(id.as_str())
}
