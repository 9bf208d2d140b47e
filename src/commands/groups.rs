//! Picks an owner from a group. A group cannot own a conversation, so it is asked for the available member with the
//! fewest open conversations (`commands::picking`). Loads are read from the projection, and only the winner's load is
//! looked up in dialnote. Picks are made one after the other and kept until their owner is seen to be set, so that
//! several at once are spread.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::commands::job::CommandJob;
use crate::commands::picking::{GroupCandidate, Pending, least_busy};
use crate::commands::result::Picked;
use crate::core::assignee::UserGroup;
use crate::core::error::Fault;
use crate::core::ids::{ConversationId, InstallationId, MemberId, TeamId};
use crate::core::refusal::Refusal;
use crate::core::teammate::Teammate;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::lease;
use crate::jobs::outcome::Stop;
use crate::people::{acting, availability};
use crate::platform::db::projection::Conversations;
use crate::platform::db::{CacheEntry, CacheKind, Claim, Document, DocumentKind, Effect, StoredDocument};
use crate::platform::slack::answer::SlackError;
use crate::sync::{conversations, poll_state};

/// The maximum number of group members that are considered.
const MOST_CONSIDERED: usize = 100;

/// The number of members whose open conversations are read from dialnote at once.
const LOAD_LOOKUPS_AT_ONCE: usize = 5;

/// The maximum number of winners that are looked up in dialnote. Each of them may own more than was known. After that
/// many, the next winner is taken without a look.
const MOST_VERIFIED: usize = 3;

/// The maximum number of pending picks that are counted.
const MOST_PENDING: usize = 1_000;

/// The longest time for which a pick counts: as long as a command is tried.
const PENDING: Duration = Duration::from_secs(24 * 60 * 60);

/// The time for which other instances leave picking to this one.
const TURN: Duration = Duration::from_secs(5);
/// The pause between two tries to begin picking.
const RETRY_PAUSE: Duration = Duration::from_millis(20);
/// The maximum number of tries to begin picking.
const LOOKS: usize = 100;

/// The member picked for a conversation. It is stored until that command is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Pick {
    member: MemberId,
}

impl StoredDocument for Pick {
    const KIND: DocumentKind = DocumentKind::Pick;
}

/// Returns the effect that drops a pick when its command has ended: it no longer counts for anyone.
pub(crate) fn pick_is_over(job: &CommandJob) -> Option<Effect> {
    let id = job.conversation().filter(|_| job.command.act.group().is_some())?;
    Some(documents::remove::<Pick>(id.as_str()))
}

/// Picks a member of the group for a conversation. Refuses if no member is available.
pub(crate) async fn pick(
    ctx: &TenantCtx,
    claim: &Claim,
    group: &UserGroup,
    team: Option<&TeamId>,
    id: &ConversationId,
) -> Result<(Teammate, Picked), Stop> {
    let there = available(ctx, group, team).await?;
    let _turn = ctx.memory.picking.lock().await;
    // The wait for the lock may have taken a while.
    lease::ensure(ctx, claim).await?;
    begin_picking(ctx).await?;
    let picked = pick_one(ctx, claim, there, id).await;
    end_picking(ctx).await?;
    let Some((teammate, open)) = picked? else {
        return Err(Refusal::NobodyAvailable { group: group.name.clone() }.into());
    };
    Ok((teammate, Picked { group: group.name.clone(), open }))
}

async fn pick_one(
    ctx: &TenantCtx,
    claim: &Claim,
    there: Vec<Teammate>,
    id: &ConversationId,
) -> Result<Option<(Teammate, usize)>, Stop> {
    let pending = pending(ctx).await?;
    let mut candidates = candidates(ctx, claim, there).await?;
    for candidate in &mut candidates {
        candidate.count(&pending, id);
    }
    for _ in 0..MOST_VERIFIED {
        let winner = least_busy(&candidates).and_then(|place| candidates.get_mut(place));
        let Some(winner) = winner.filter(|winner| !winner.asked) else { break };
        winner.open = open_of(ctx, &winner.teammate.member).await?;
        winner.asked = true;
        winner.count(&pending, id);
    }
    let Some(place) = least_busy(&candidates) else { return Ok(None) };
    let winner = candidates.swap_remove(place);
    remember_pick(ctx, &winner.teammate, id).await?;
    Ok(Some((winner.teammate, winner.open.len())))
}

/// Returns each member's open conversations: from the projection if that is complete, or else from dialnote.
async fn candidates(ctx: &TenantCtx, claim: &Claim, there: Vec<Teammate>) -> Result<Vec<GroupCandidate>, Stop> {
    let known = poll_state::watched(ctx).await?.whole;
    let mut open = if known { known_open(ctx).await? } else { HashMap::new() };
    if !known {
        for some in there.chunks(LOAD_LOOKUPS_AT_ONCE) {
            lease::ensure(ctx, claim).await?;
            let asked = try_join_all(some.iter().map(|one| open_of(ctx, &one.member))).await?;
            open.extend(some.iter().map(|one| one.member.clone()).zip(asked));
        }
    }
    let mut candidates = Vec::new();
    for teammate in there {
        let picked_at = last_pick(ctx, &teammate).await?;
        let open = open.remove(&teammate.member).unwrap_or_default();
        candidates.push(GroupCandidate { teammate, open, picked_at, asked: !known });
    }
    Ok(candidates)
}

async fn open_of(ctx: &TenantCtx, member: &MemberId) -> Result<HashSet<ConversationId>, Stop> {
    ctx.dialnote.open_of(member).await.map_err(|error| conversations::denied(error, None))
}

/// Returns the open conversations of each member, as they were last seen.
async fn known_open(ctx: &TenantCtx) -> Result<HashMap<MemberId, HashSet<ConversationId>>, Fault> {
    let owned = |known: &Conversations| {
        let mut open = HashMap::<MemberId, HashSet<ConversationId>>::new();
        for conversation in known.values().map(|sight| &sight.known.conversation) {
            if let Some(owner) = conversation.owner.as_ref().filter(|_| conversation.is_open()) {
                open.entry(owner.id.clone()).or_default().insert(conversation.id.clone());
            }
        }
        open
    };
    ctx.memory.projection.look(&ctx.db, owned).await
}

/// Returns the picks whose commands have not ended yet.
async fn pending(ctx: &TenantCtx) -> Result<Vec<Pending>, Fault> {
    let kept = documents::all_stored::<Pick>(ctx, MOST_PENDING).await?;
    let recent = |kept: &Document| times::later(kept.at, PENDING) > ctx.clock.now();
    let pending = kept.into_iter().filter(recent).filter_map(|kept| {
        let Pick { member } = documents::readable(&kept)?;
        Some(Pending { conversation: ConversationId::new(kept.id), member })
    });
    Ok(pending.collect())
}

/// Waits until no other instance picks. An instance that has died is not waited for long: two picks that ignore each
/// other are better than none.
async fn begin_picking(ctx: &TenantCtx) -> Result<(), Fault> {
    for _ in 0..LOOKS {
        let now = ctx.clock.now();
        if ctx
            .store
            .try_acquire_leadership(&turn_of(ctx.installation()), &ctx.instance, now, times::later(now, TURN))
            .await?
        {
            break;
        }
        tokio::time::sleep(RETRY_PAUSE).await;
    }
    Ok(())
}

async fn end_picking(ctx: &TenantCtx) -> Result<(), Fault> {
    let now = ctx.clock.now();
    ctx.store.try_acquire_leadership(&turn_of(ctx.installation()), &ctx.instance, now, now).await.map(drop)
}

/// Returns the linked and available members of the group.
async fn available(ctx: &TenantCtx, group: &UserGroup, team: Option<&TeamId>) -> Result<Vec<Teammate>, Stop> {
    let unreadable = || Refusal::GroupUnreadable { group: group.name.clone() };
    let users = match ctx.slack.group(&group.id, team).await {
        Ok(users) => users,
        Err(SlackError::Refused(_) | SlackError::Fault(Fault::Unauthorized { .. })) => {
            return Err(unreadable().into());
        }
        Err(SlackError::Fault(fault)) => return Err(fault.into()),
    };
    let found = availability::of_users(ctx, &users, team).await?;
    let here = users.iter().zip(found).filter(|(_, found)| found.is_here()).map(|(user, _)| user);
    let mut there = Vec::new();
    for user in here.take(MOST_CONSIDERED) {
        there.extend(acting::teammate(ctx, user).await?.ok());
    }
    Ok(there)
}

async fn last_pick(ctx: &TenantCtx, teammate: &Teammate) -> Result<Option<Timestamp>, Fault> {
    Ok(ctx.db.cache_get(CacheKind::LastPick, teammate.member.as_str()).await?.map(|cache_entry| cache_entry.at))
}

async fn remember_pick(ctx: &TenantCtx, teammate: &Teammate, id: &ConversationId) -> Result<(), Fault> {
    let pick = documents::document(ctx, id.as_str(), &Pick { member: teammate.member.clone() }, None);
    let at = pick.at;
    ctx.db.keep(pick).await?;
    ctx.db.cache_put(CacheEntry::new(CacheKind::LastPick, teammate.member.as_str(), at, "{}".to_owned())).await
}

fn turn_of(installation: &InstallationId) -> String {
    format!("pick:{installation}")
}
