//! Whether a key is of the organization that we work with already. dialnote has no call that says whose key it is
//! (docs/contracts/dialnote.md), so what is asked for is something that only that organization has: a conversation that
//! we know, with the same contact on the same shared number.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::dialnote::answer::{Denied, DialnoteError};
use crate::dialnote::client::Dialnote;
use crate::domain::conversation::Conversation;
use crate::domain::job::ChangeJob;
use crate::domain::people::Teammate;
use crate::error::Fault;
use crate::store::{Effect, Entry};
use crate::work::audit::Verified;
use crate::work::ctx::TenantCtx;
use crate::work::projection::Conversations;
use crate::work::{acting, people};

/// How many conversations are asked for: one may be gone by now.
const ASKED_FOR: usize = 3;

/// Whether somebody else's client reaches the organization whose conversations are kept. If there are none, or
/// none of them is found, that cannot be told, and the answer is no.
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

/// Since when the audit log tells of the organization that we work with.
pub(crate) fn organization_since(ctx: &TenantCtx) -> Timestamp {
    let connection = ctx.record.as_ref().and_then(|tenant| tenant.connection.as_ref());
    connection.and_then(|connection| connection.since).unwrap_or(Timestamp::MIN)
}

/// The conversations that were seen last.
fn latest(all: &Conversations) -> Vec<Conversation> {
    let mut all: Vec<_> = all.values().collect();
    all.sort_by_key(|sight| std::cmp::Reverse(sight.at));
    all.into_iter().take(ASKED_FOR).map(|sight| sight.known.conversation.clone()).collect()
}

fn is_the_same(known: &Conversation, found: &Conversation) -> bool {
    let number = |of: &Conversation| of.line.as_ref().map(|line| line.number.clone());
    known.id == found.id && known.contact.phone == found.contact.phone && number(known) == number(found)
}

/// Who a teammate is in dialnote, for the audit log.
pub(crate) async fn verified(ctx: &TenantCtx, teammate: &Teammate) -> Result<Verified, Fault> {
    let name = name_in_dialnote(ctx, teammate).await?;
    Ok(Verified { id: teammate.member.clone(), name })
}

/// What a teammate is called in dialnote; as in Slack, if they have no name there.
pub(crate) async fn name_in_dialnote(ctx: &TenantCtx, teammate: &Teammate) -> Result<String, Fault> {
    let team = people::team(ctx).await?;
    let member = team.iter().find(|member| member.id == teammate.member);
    let name = member.map(|member| member.name.trim()).filter(|name| !name.is_empty());
    Ok(name.unwrap_or(&teammate.name).to_owned())
}

/// Writes down what a person changed, and who that is in dialnote.
pub(crate) async fn record_change(ctx: &TenantCtx, job: &ChangeJob, mut detail: Value) -> Result<Effect, Fault> {
    let actor = job.requester.user.clone();
    let requester = acting::reader(ctx, &actor).await?;
    if let (Some(detail), Ok(requester)) = (detail.as_object_mut(), requester) {
        detail.insert("member".to_owned(), json!(verified(ctx, &requester).await?));
    }
    let (verb, detail) = ("settings".to_owned(), detail.to_string());
    Ok(Effect::Record(Entry { at: ctx.clock.now(), actor, conversation: None, verb, detail }))
}
