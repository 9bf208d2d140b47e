//! The check that a key belongs to the organization whose data is stored. dialnote has no call that names a key's
//! organization (docs/contracts/dialnote.md). So the check asks for something that only that organization has: a known
//! conversation, with the same contact on the same shared number.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::audit::log::Verified;
use crate::core::conversation::Conversation;
use crate::core::error::Fault;
use crate::core::settings_change::ChangeJob;
use crate::core::teammate::Teammate;
use crate::jobs::ctx::TenantCtx;
use crate::people::{acting, directory};
use crate::platform::db::projection::Conversations;
use crate::platform::db::{Effect, Entry};
use crate::platform::dialnote::answer::{Denied, DialnoteError};
use crate::platform::dialnote::client::Dialnote;

/// The number of conversations that are asked for, because one may be gone by now.
const ASKED_FOR: usize = 3;

/// Answers whether a client reaches the organization whose conversations are stored. The answer is no if none is stored
/// or found, because that leaves it unknown.
pub(crate) async fn is_of_our_organization(ctx: &TenantCtx, client: &Dialnote) -> Result<bool, DialnoteError> {
    let known = ctx.memory.projection.look(&ctx.db, latest).await?;
    for known in known {
        match client.conversation(&known.id).await {
            Ok(found) if is_the_same(&known, &found) => return Ok(true),
            Ok(_) | Err(DialnoteError::Denied(Denied::NotFound)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

/// Returns the time since when the audit log is about the current organization.
pub(crate) fn organization_since(ctx: &TenantCtx) -> Timestamp {
    let connection = ctx.record.as_ref().and_then(|tenant| tenant.connection.as_ref());
    connection.and_then(|connection| connection.since).unwrap_or(Timestamp::MIN)
}

/// Returns the conversations that were seen last.
fn latest(all: &Conversations) -> Vec<Conversation> {
    let mut all: Vec<_> = all.values().collect();
    all.sort_by_key(|sight| std::cmp::Reverse(sight.at));
    all.into_iter().take(ASKED_FOR).map(|sight| sight.known.conversation.clone()).collect()
}

fn is_the_same(known: &Conversation, found: &Conversation) -> bool {
    let number = |of: &Conversation| of.line.as_ref().map(|line| line.number.clone());
    known.id == found.id && known.contact.phone == found.contact.phone && number(known) == number(found)
}

/// Returns a teammate's identity in dialnote, for the audit log.
pub(crate) async fn verified(ctx: &TenantCtx, teammate: &Teammate) -> Result<Verified, Fault> {
    let name = name_in_dialnote(ctx, teammate).await?;
    Ok(Verified { id: teammate.member.clone(), name })
}

/// Returns a teammate's name in dialnote, or their name in Slack if they have none there.
pub(crate) async fn name_in_dialnote(ctx: &TenantCtx, teammate: &Teammate) -> Result<String, Fault> {
    let team = directory::team(ctx).await?;
    let member = team.iter().find(|member| member.id == teammate.member);
    let name = member.map(|member| member.name.trim()).filter(|name| !name.is_empty());
    Ok(name.unwrap_or(&teammate.name).to_owned())
}

/// Returns the audit entry for a change that a person made, with their identity in dialnote.
pub(crate) async fn record_change(ctx: &TenantCtx, job: &ChangeJob, mut detail: Value) -> Result<Effect, Fault> {
    let actor = job.requester.user.clone();
    let requester = acting::reader(ctx, &actor).await?;
    if let (Some(detail), Ok(requester)) = (detail.as_object_mut(), requester) {
        detail.insert("member".to_owned(), json!(verified(ctx, &requester).await?));
    }
    let (verb, detail) = ("settings".to_owned(), detail.to_string());
    Ok(Effect::Record(Entry { at: ctx.clock.now(), actor, conversation: None, verb, detail }))
}
