//! Picks an owner among several people: from a group that a person names, or by the auto-assignment of a route. A group
//! cannot own a conversation, so one of its members is picked (`commands::picking`). Loads are read from the projection,
//! and only the winner's load is looked up in dialnote. Picks are made one after the other and kept until their owner is
//! seen to be set, so that several at once are spread.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::commands::job::CommandJob;
use crate::commands::picking::{Pending, PickCandidate, PickOrder, PickRule};
use crate::commands::result::Picked;
use crate::commands::turns::{TurnPlace, Turns};
use crate::commands::{pools, turns};
use crate::core::assignee::UserGroup;
use crate::core::auto_assign::AssigneePool;
use crate::core::automation::AutomaticReason;
use crate::core::error::Fault;
use crate::core::ids::{ChannelId, ConversationId, InstallationId, MemberId, TeamId};
use crate::core::refusal::Refusal;
use crate::core::route::Route;
use crate::core::teammate::Teammate;
use crate::core::times;
use crate::jobs::awaiting_pick::AwaitsPick;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::lease;
use crate::jobs::outcome::Stop;
use crate::platform::db::projection::Conversations;
use crate::platform::db::{CacheEntry, CacheKind, Claim, Document, DocumentKind, Effect, StoredDocument};
use crate::sync::{conversations, poll_state};

/// The number of members whose open conversations are read from dialnote at once.
const LOAD_LOOKUPS_AT_ONCE: usize = 5;

/// The maximum number of winners that are looked up in dialnote where there is no limit of open conversations. Each of
/// them may own more than was known. After that many, the next winner is taken without a look.
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
/// The same for a route, whose turns must not cross: long enough that a dead instance no longer counts.
const LOOKS_FOR_TURNS: usize = 400;

/// The member picked for a conversation. It is stored until that command is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Pick {
    /// The member; `None` while a command is about to pick one.
    member: Option<MemberId>,
    /// The turn that the pick is, if a route made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    turn: Option<TurnPlace>,
}

impl StoredDocument for Pick {
    const KIND: DocumentKind = DocumentKind::Pick;
}

/// The picks whose commands have not ended yet.
#[derive(Default)]
pub(crate) struct PendingPicks {
    /// Those with a member.
    pub(crate) made: Vec<Pending>,
    /// The conversations for which a command is about to pick someone.
    pub(crate) asked: HashSet<ConversationId>,
    turns: HashMap<ConversationId, (MemberId, TurnPlace)>,
}

/// The people to pick from, and the rule.
struct Picking<'a> {
    there: Vec<Teammate>,
    rule: PickRule,
    /// The channel of the route that picks, if one does.
    route: Option<&'a ChannelId>,
}

/// Returns the effects of the end of a command that picked a member: the pick no longer counts for anyone. `owner` is
/// the member who became the owner, if one did. A turn that did not come about is given back.
pub(crate) async fn pick_is_over(
    ctx: &TenantCtx,
    job: &CommandJob,
    owner: Option<&MemberId>,
) -> Result<Vec<Effect>, Fault> {
    let Some(id) = job.conversation().filter(|_| job.command.act.picks()) else { return Ok(Vec::new()) };
    let kept: Option<Pick> = documents::get(ctx, id.as_str()).await?;
    let mut effects = match (kept.and_then(|kept| Some((kept.turn?, kept.member?))), owner) {
        (Some((place, _)), Some(owner)) => turns::taken(ctx, &place, owner).await?,
        (Some((place, member)), None) => vec![turns::given_back(ctx, &place, &member)],
        (None, _) => Vec::new(),
    };
    effects.push(documents::remove::<Pick>(id.as_str()));
    Ok(effects)
}

/// Returns the effect that notes that a command is about to pick someone for a conversation.
pub(crate) fn about_to_pick(ctx: &TenantCtx, id: &ConversationId) -> Effect {
    documents::put(ctx, id.as_str(), &Pick { member: None, turn: None })
}

/// Picks a member of the group for a conversation. Refuses if no member is available.
pub(crate) async fn pick(
    ctx: &TenantCtx,
    claim: &Claim,
    group: &UserGroup,
    team: Option<&TeamId>,
    id: &ConversationId,
) -> Result<(Teammate, Picked), Stop> {
    let unreadable = || Refusal::GroupUnreadable { group: group.name.clone() };
    let users = pools::members(ctx, group, team).await?.ok_or_else(unreadable)?;
    let there = pools::available(ctx, &users, team).await?;
    let picking = Picking { there, rule: PickRule::NAMED, route: None };
    let Some(winner) = pick_among(ctx, claim, picking, id).await? else {
        return Err(Refusal::NobodyAvailable { group: group.name.clone() }.into());
    };
    Ok((winner.teammate, Picked { group: group.name.clone(), open: winner.open.len() }))
}

/// Picks the person who gets a conversation by the route's auto-assignment, with the reason. Refuses if no one can take
/// it now.
pub(crate) async fn pick_by_route(
    ctx: &TenantCtx,
    claim: &Claim,
    (channel, route): (&ChannelId, &Route),
    id: &ConversationId,
) -> Result<(Teammate, AutomaticReason), Stop> {
    let auto = &route.settings.auto;
    let pool = auto.pool.as_ref().map(AssigneePool::words).unwrap_or_default();
    let nobody = || Refusal::NobodyAvailable { group: pool.clone() };
    let (asked, rule) = auto.pool().zip(PickRule::of(auto.how, auto.most_open)).ok_or_else(nobody)?;
    let found = pools::now(ctx, asked, route.team.as_ref()).await?.map_err(|_| nobody())?;
    let not = documents::get::<AwaitsPick>(ctx, id.as_str()).await?.and_then(|waits| waits.not);
    let there = pools::without(found.here, not.as_ref());
    let picking = Picking { there, rule, route: Some(channel) };
    let winner = pick_among(ctx, claim, picking, id).await?.ok_or_else(nobody)?;
    let reason = match rule.order {
        PickOrder::LeastBusy => AutomaticReason::LeastBusy { pool, open: winner.open.len() },
        PickOrder::InTurn | PickOrder::Named => AutomaticReason::Turn { pool },
    };
    Ok((winner.teammate, reason))
}

/// Picks one of several people, while no one else picks.
async fn pick_among(
    ctx: &TenantCtx,
    claim: &Claim,
    picking: Picking<'_>,
    id: &ConversationId,
) -> Result<Option<PickCandidate>, Stop> {
    let _turn = ctx.memory.picking.lock().await;
    // The wait for the lock may have taken a while.
    lease::ensure(ctx, claim).await?;
    begin_picking(ctx, if picking.route.is_some() { LOOKS_FOR_TURNS } else { LOOKS }).await?;
    let picked = pick_one(ctx, claim, picking, id).await;
    end_picking(ctx).await?;
    picked
}

async fn pick_one(
    ctx: &TenantCtx,
    claim: &Claim,
    Picking { there, rule, route }: Picking<'_>,
    id: &ConversationId,
) -> Result<Option<PickCandidate>, Stop> {
    let pending = pending(ctx).await?;
    let turns = match route {
        Some(channel) => turns::turns(ctx, channel, &pending.turns_but(id)).await?,
        None => Turns::default(),
    };
    let mut candidates = candidates(ctx, claim, there, (rule, &turns)).await?;
    for candidate in &mut candidates {
        candidate.count(&pending.made, id);
    }
    // No one is given more than the limit because of a load that was not looked up.
    let most_verified = if rule.most_open > 0 { candidates.len() } else { MOST_VERIFIED };
    for _ in 0..most_verified {
        let winner = rule.next(&candidates).and_then(|place| candidates.get_mut(place));
        let Some(winner) = winner.filter(|winner| !winner.asked) else { break };
        ensure_picking(ctx, route).await?;
        winner.open = open_of(ctx, &winner.teammate.member).await?;
        winner.asked = true;
        winner.count(&pending.made, id);
    }
    let Some(place) = rule.next(&candidates) else { return Ok(None) };
    let winner = candidates.swap_remove(place);
    ensure_picking(ctx, route).await?;
    let member = &winner.teammate.member;
    let turn = route.map(|channel| TurnPlace { channel: channel.clone(), number: turns.next_of(member) });
    remember_pick(ctx, &winner.teammate, turn, id).await?;
    Ok(Some(winner))
}

/// Returns the candidates with their open conversations, as far as the rule counts them: from the projection if that is
/// complete, or else from dialnote.
async fn candidates(
    ctx: &TenantCtx,
    claim: &Claim,
    there: Vec<Teammate>,
    (rule, turns): (PickRule, &Turns),
) -> Result<Vec<PickCandidate>, Stop> {
    let known = poll_state::watched(ctx).await?.whole;
    let mut open = if known && rule.counts() { known_open(ctx).await? } else { HashMap::new() };
    if !known && rule.counts() {
        for some in there.chunks(LOAD_LOOKUPS_AT_ONCE) {
            lease::ensure(ctx, claim).await?;
            let asked = try_join_all(some.iter().map(|one| open_of(ctx, &one.member))).await?;
            open.extend(some.iter().map(|one| one.member.clone()).zip(asked));
        }
    }
    let mut candidates = Vec::new();
    for teammate in there {
        let picked_at = if rule.order == PickOrder::Named { last_pick(ctx, &teammate).await? } else { None };
        let open = open.remove(&teammate.member).unwrap_or_default();
        let turn = turns.of(&teammate.member);
        candidates.push(PickCandidate { teammate, open, picked_at, turn, asked: !known || !rule.counts() });
    }
    Ok(candidates)
}

async fn open_of(ctx: &TenantCtx, member: &MemberId) -> Result<HashSet<ConversationId>, Stop> {
    ctx.dialnote.open_of(member).await.map_err(|error| conversations::denied(error, None))
}

/// Returns the open conversations of each member, as they were last seen.
pub(crate) async fn known_open(ctx: &TenantCtx) -> Result<HashMap<MemberId, HashSet<ConversationId>>, Fault> {
    let owned = |known: &Conversations| {
        let mut open = HashMap::<MemberId, HashSet<ConversationId>>::new();
        for conversation in known.pending() {
            if let Some(owner) = conversation.owner.as_ref().filter(|_| conversation.is_open()) {
                open.entry(owner.id.clone()).or_default().insert(conversation.id.clone());
            }
        }
        open
    };
    ctx.memory.projection.look(&ctx.db, owned).await
}

/// Returns the picks whose commands have not ended yet.
pub(crate) async fn pending(ctx: &TenantCtx) -> Result<PendingPicks, Fault> {
    let kept = documents::all_stored::<Pick>(ctx, MOST_PENDING).await?;
    let recent = |kept: &Document| times::later(kept.at, PENDING) > ctx.clock.now();
    let mut pending = PendingPicks::default();
    for kept in kept.into_iter().filter(recent) {
        let Some(Pick { member, turn }) = documents::readable(&kept) else { continue };
        let conversation = ConversationId::new(kept.id);
        match member {
            Some(member) => {
                pending.turns.extend(turn.map(|turn| (conversation.clone(), (member.clone(), turn))));
                pending.made.push(Pending { conversation, member });
            }
            None => drop(pending.asked.insert(conversation)),
        }
    }
    Ok(pending)
}

impl PendingPicks {
    /// Answers whether a command that picks someone for the conversation has not ended yet.
    pub(crate) fn has(&self, id: &ConversationId) -> bool {
        self.asked.contains(id) || self.made.iter().any(|pick| pick.conversation == *id)
    }

    /// Returns the turns of the picks, except the one for `id`, which is being picked for.
    fn turns_but(&self, id: &ConversationId) -> Vec<(MemberId, TurnPlace)> {
        self.turns.iter().filter(|(conversation, _)| *conversation != id).map(|(_, turn)| turn.clone()).collect()
    }
}

/// Waits until no other instance picks. An instance that has died is not waited for long: two picks that ignore each
/// other are better than none.
async fn begin_picking(ctx: &TenantCtx, looks: usize) -> Result<(), Fault> {
    for _ in 0..looks {
        if goes_on_picking(ctx).await? {
            break;
        }
        tokio::time::sleep(RETRY_PAUSE).await;
    }
    Ok(())
}

/// Makes sure that no other instance picks for a route at the same time, because dialnote took long to respond. The job
/// is left then, and taken up again when its lease has ended.
async fn ensure_picking(ctx: &TenantCtx, route: Option<&ChannelId>) -> Result<(), Fault> {
    if goes_on_picking(ctx).await? || route.is_none() { Ok(()) } else { Err(Fault::LeaseLost) }
}

async fn goes_on_picking(ctx: &TenantCtx) -> Result<bool, Fault> {
    let now = ctx.clock.now();
    ctx.store.try_acquire_leadership(&turn_of(ctx.installation()), &ctx.instance, now, times::later(now, TURN)).await
}

async fn end_picking(ctx: &TenantCtx) -> Result<(), Fault> {
    let now = ctx.clock.now();
    ctx.store.try_acquire_leadership(&turn_of(ctx.installation()), &ctx.instance, now, now).await.map(drop)
}

async fn last_pick(ctx: &TenantCtx, teammate: &Teammate) -> Result<Option<Timestamp>, Fault> {
    Ok(ctx.db.cache_get(CacheKind::LastPick, teammate.member.as_str()).await?.map(|cache_entry| cache_entry.at))
}

async fn remember_pick(
    ctx: &TenantCtx,
    teammate: &Teammate,
    turn: Option<TurnPlace>,
    id: &ConversationId,
) -> Result<(), Fault> {
    let pick = documents::document(ctx, id.as_str(), &Pick { member: Some(teammate.member.clone()), turn }, None);
    let at = pick.at;
    ctx.db.keep(pick).await?;
    ctx.db.cache_put(CacheEntry::new(CacheKind::LastPick, teammate.member.as_str(), at, "{}".to_owned())).await
}

fn turn_of(installation: &InstallationId) -> String {
    format!("pick:{installation}")
}
