//! Who is who: reads Slack profiles and dialnote members, keeps them for a while, and links the two.
//! Nobody is refused on what was kept: before a "no" both sides are read anew.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::dialnote::answer::{Denied, DialnoteError};
use crate::domain::conversation::Owner;
use crate::domain::naming;
use crate::domain::people::{ByHand, Member, Profile, Teammate, Unlinked, folded, link};
use crate::domain::plan::Participant;
use crate::error::{Fault, Service};
use crate::ids::{MemberId, SlackUserId};
use crate::slack::answer::SlackError;
use crate::store::CacheEntry;
use crate::work::ctx::TenantCtx;
use crate::work::documents::read;
use crate::work::names::PROFILE;
use crate::work::{names, times};

/// How long a Slack profile is good for. `user_change` events replace it earlier, but events get lost.
const PROFILE_AGE: Duration = Duration::from_mins(10);

/// How long the list of members is good for. dialnote tells nobody when it changes.
const MEMBERS_AGE: Duration = Duration::from_mins(10);

/// For how long people may act by an older list of members, while dialnote does not answer.
const STALE_AGE: Duration = Duration::from_hours(1);

/// How long it is known whom the members' addresses belong to in Slack.
const SOUGHT_AGE: Duration = Duration::from_hours(1);

/// How many members are looked up for that.
const LOOKED_UP: usize = 100;

/// What an owner is called of whom dialnote says no name: who left has none any more.
const SOMEBODY_GONE: &str = "somebody who left";

/// How many links made by hand count.
const MOST_BY_HAND: usize = 10_000;

const SOUGHT: &str = "sought";

/// The kind of cache entry for a user whom Slack does not know.
const NO_PROFILE: &str = "no_profile";

/// How long Slack is not asked again for a user whom it does not know.
const NO_PROFILE_AGE: Duration = Duration::from_mins(1);

/// Everybody in dialnote (`store::Memo`).
pub const MEMBERS: &str = "members";

/// A Slack user who is no teammate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlinkedUser {
    /// What colleagues call them.
    pub name: String,
    /// Why not.
    pub why: Unlinked,
}

/// A member who was looked for in Slack by an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SoughtMember {
    member: MemberId,
    email: Option<String>,
    /// Who has that address there, and is nobody else.
    user: Option<SlackUserId>,
}

/// Whether what was kept may be used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// It may; members that cannot be read are those that were read last, however long ago.
    Kept,
    /// The same, but not for longer than [`STALE_AGE`].
    Lately,
    /// It may not.
    Anew,
}

/// The links that were made by hand.
pub(crate) async fn by_hand(ctx: &TenantCtx) -> Result<Vec<ByHand>, Fault> {
    let kept = ctx.db.documents(ByHand::KIND, MOST_BY_HAND).await?;
    kept.iter().map(read).collect()
}

/// A Slack user as they are.
pub(crate) async fn read_profile(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<Profile>, Fault> {
    profile(ctx, user, Freshness::Anew).await
}

/// A Slack user as they are or were a moment ago.
pub(crate) async fn look_up(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<Profile>, Fault> {
    profile(ctx, user, Freshness::Kept).await
}

/// What colleagues call a Slack user.
pub async fn name(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<String>, Fault> {
    let Some(profile) = profile(ctx, user, Freshness::Kept).await? else { return Ok(None) };
    let members = kept_members(ctx).await?;
    Ok(Some(naming::name(&profile, None, &members)))
}

/// The same, as far as it is known without asking anybody.
pub(crate) async fn known_name(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<String>, Fault> {
    let kept = ctx.db.cache_get(PROFILE, user.as_str()).await?;
    let Some(profile) = kept.and_then(|kept| serde_json::from_str::<Profile>(&kept.body).ok()) else {
        return Ok(None);
    };
    let members = kept_members(ctx).await?;
    Ok(Some(naming::name(&profile, None, &members)))
}

/// A Slack user's time zone, if Slack knows it.
pub(crate) async fn zone(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<String>, Fault> {
    Ok(profile(ctx, user, Freshness::Kept).await?.and_then(|profile| profile.zone))
}

/// The members who are nobody in Slack, as far as was looked.
pub(crate) async fn unlinked(ctx: &TenantCtx) -> Result<Vec<Member>, Fault> {
    let members = members(ctx, Freshness::Kept).await?;
    let by_hand = by_hand(ctx).await?;
    let sought = sought(ctx, &members).await?;
    let elsewhere = |user: &SlackUserId| {
        by_hand.iter().any(|link| link.user == *user && members.iter().any(|member| member.id == link.member))
    };
    let is_somebody = |member: &Member| {
        let by_address = || sought.iter().find(|sought| sought.member == member.id)?.user.clone();
        by_hand.iter().any(|link| link.member == member.id) || by_address().is_some_and(|user| !elsewhere(&user))
    };
    let looked_for = members.iter().take(LOOKED_UP);
    Ok(looked_for.filter(|member| !is_somebody(member)).cloned().collect())
}

/// Whom the members' addresses belong to in Slack. Looked up once in a while, and when an address changed.
async fn sought(ctx: &TenantCtx, members: &[Member]) -> Result<Vec<SoughtMember>, Fault> {
    let kept = ctx.db.cache_get(SOUGHT, "").await?;
    let known: Vec<SoughtMember> = usable(ctx, kept.clone(), SOUGHT_AGE, Freshness::Kept).unwrap_or_default();
    let mut sought = Vec::new();
    for member in members.iter().take(LOOKED_UP) {
        let same = known.iter().find(|known| known.member == member.id && known.email == member.email);
        sought.push(match same {
            Some(known) => known.clone(),
            None => seek(ctx, member, members).await?,
        });
    }
    if sought != known {
        keep(ctx, SOUGHT, &sought).await?;
    }
    Ok(sought)
}

async fn seek(ctx: &TenantCtx, member: &Member, members: &[Member]) -> Result<SoughtMember, Fault> {
    let profile = match &member.email {
        Some(email) => profile_by_email(ctx, email).await?,
        None => None,
    };
    let teammate = profile.and_then(|profile| link(&profile, members, &[]).ok());
    let user = teammate.filter(|teammate| teammate.member == member.id).map(|teammate| teammate.user);
    Ok(SoughtMember { member: member.id.clone(), email: member.email.clone(), user })
}

/// The members as they were last read, without asking anybody.
pub(crate) async fn known_members(ctx: &TenantCtx) -> Result<Vec<MemberId>, Fault> {
    Ok(kept_members(ctx).await?.iter().map(|member| member.id.clone()).collect())
}

/// The Slack user that a member is, and what colleagues call them, as far as that is known without
/// asking anybody.
pub(crate) async fn known_teammate(ctx: &TenantCtx, member: &MemberId) -> Result<Option<(SlackUserId, String)>, Fault> {
    let (members, by_hand) = (kept_members(ctx).await?, by_hand(ctx).await?);
    let email = members.iter().find(|one| one.id == *member).and_then(|member| member.email.as_deref());
    let kept = match (by_hand.iter().find(|link| link.member == *member), email) {
        (Some(link), _) => ctx.db.cache_get(PROFILE, link.user.as_str()).await?,
        (None, Some(email)) => ctx.db.cache_find(PROFILE, &folded(email)).await?,
        (None, None) => None,
    };
    let profile = kept.and_then(|kept| serde_json::from_str::<Profile>(&kept.body).ok());
    let teammate = profile.and_then(|profile| link(&profile, &members, &by_hand).ok());
    Ok(teammate.filter(|teammate| teammate.member == *member).map(|teammate| (teammate.user, teammate.name)))
}

/// The teammate that a Slack user with this profile is, by the members as they were last read.
pub(crate) async fn who(ctx: &TenantCtx, profile: &Profile) -> Result<Result<Teammate, Unlinked>, Fault> {
    let (members, by_hand) = (kept_members(ctx).await?, by_hand(ctx).await?);
    Ok(link(profile, &members, &by_hand))
}

/// The member whose address led to a Slack user when members were looked for.
pub(crate) async fn sought_as(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<MemberId>, Fault> {
    let kept = ctx.db.cache_get(SOUGHT, "").await?;
    let sought: Vec<SoughtMember> = kept.and_then(|kept| serde_json::from_str(&kept.body).ok()).unwrap_or_default();
    let theirs = sought.into_iter().find(|sought| sought.user.as_ref() == Some(user));
    Ok(theirs.map(|sought| sought.member))
}

/// Has members looked for in Slack anew.
pub(crate) async fn seek_anew(ctx: &TenantCtx) -> Result<(), Fault> {
    keep(ctx, SOUGHT, &Vec::<SoughtMember>::new()).await
}

pub(crate) async fn kept_members(ctx: &TenantCtx) -> Result<Arc<[Member]>, Fault> {
    let kept = ctx.db.cache_get(MEMBERS, "").await?;
    Ok(kept.and_then(|kept| listed(ctx, kept.body)).unwrap_or_default())
}

/// The members of a list that was kept.
fn listed(ctx: &TenantCtx, kept: String) -> Option<Arc<[Member]>> {
    let mut last = ctx.memory.members.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, members)) = last.as_ref().filter(|(same, _)| *same == kept) {
        return Some(Arc::clone(members));
    }
    let members: Arc<[Member]> = serde_json::from_str::<Vec<_>>(&kept).ok()?.into();
    *last = Some((kept, Arc::clone(&members)));
    Some(members)
}

/// An owner as dialnote names them, with the Slack user they are, if they are one.
pub async fn participant(ctx: &TenantCtx, owner: &Owner) -> Result<Participant, Fault> {
    let members = members(ctx, Freshness::Kept).await?;
    let member = members.iter().find(|member| member.id == owner.id);
    let known_as = member.filter(|_| owner.name.is_empty()).map_or(&owner.name, |member| &member.name).clone();
    let known_as = if known_as.is_empty() { SOMEBODY_GONE.to_owned() } else { known_as };
    let teammate = match member {
        Some(member) => is_in_slack(ctx, member, &members).await?,
        None => None,
    };
    Ok(Participant {
        member: owner.id.clone(),
        name: teammate.as_ref().map_or(known_as, |teammate| teammate.name.clone()),
        user: teammate.map(|teammate| teammate.user),
    })
}

/// Who a member is in Slack: by hand, else by the address.
pub(crate) async fn is_in_slack(
    ctx: &TenantCtx,
    member: &Member,
    members: &[Member],
) -> Result<Option<Teammate>, Fault> {
    let by_hand = by_hand(ctx).await?;
    let profile = match (by_hand.iter().find(|link| link.member == member.id), &member.email) {
        (Some(link), _) => profile(ctx, &link.user, Freshness::Kept).await?,
        (None, Some(email)) => profile_by_email(ctx, email).await?,
        (None, None) => None,
    };
    let teammate = profile.and_then(|profile| link(&profile, members, &by_hand).ok());
    Ok(teammate.filter(|teammate| teammate.member == member.id))
}

/// Whether a teammate says in dialnote to be away.
pub(crate) async fn is_away(ctx: &TenantCtx, teammate: &Teammate) -> Result<bool, Fault> {
    let members = members(ctx, Freshness::Kept).await?;
    Ok(members.iter().any(|member| member.id == teammate.member && member.away))
}

/// The members, as they are or were a moment ago.
pub(crate) async fn team(ctx: &TenantCtx) -> Result<Arc<[Member]>, Fault> {
    members(ctx, Freshness::Kept).await
}

/// The members as they are.
pub(crate) async fn team_now(ctx: &TenantCtx) -> Result<Arc<[Member]>, Fault> {
    members(ctx, Freshness::Anew).await
}

pub(crate) async fn linked(
    ctx: &TenantCtx,
    user: &SlackUserId,
    read: Freshness,
) -> Result<Result<Teammate, UnlinkedUser>, Fault> {
    if !ctx.dialnote.is_connected() {
        return Ok(Err(UnlinkedUser { name: "That person".to_owned(), why: Unlinked::NotConnected }));
    }
    let Some(profile) = profile(ctx, user, read).await? else {
        return Ok(Err(UnlinkedUser { name: "That person".to_owned(), why: Unlinked::NoMember }));
    };
    let members = members(ctx, read).await?;
    let by_hand = by_hand(ctx).await?;
    let stranger = |why| UnlinkedUser { name: naming::name(&profile, None, &members), why };
    Ok(link(&profile, &members, &by_hand).map_err(stranger))
}

pub(crate) async fn profile(ctx: &TenantCtx, user: &SlackUserId, read: Freshness) -> Result<Option<Profile>, Fault> {
    let kept = ctx.db.cache_get(PROFILE, user.as_str()).await?;
    if let Some(profile) = usable(ctx, kept, PROFILE_AGE, read) {
        return Ok(Some(profile));
    }
    let missing = ctx.db.cache_get(NO_PROFILE, user.as_str()).await?;
    if fresh(ctx, missing, NO_PROFILE_AGE, Freshness::Kept).is_some() {
        return Ok(None);
    }
    let profile = ctx.slack.profile(ctx.installation(), user).await.map_err(slack_fault)?;
    if profile.is_none() {
        let (kind, id, at) = (NO_PROFILE.to_owned(), user.to_string(), ctx.clock.now());
        let cache_entry = CacheEntry { kind, id, alias: None, at, body: "{}".to_owned() };
        ctx.db.cache_put(cache_entry).await?;
    }
    keep_read(ctx, profile).await
}

pub(crate) async fn profile_by_email(ctx: &TenantCtx, email: &str) -> Result<Option<Profile>, Fault> {
    let kept = ctx.db.cache_find(PROFILE, &folded(email)).await?;
    if let Some(profile) = usable(ctx, kept, PROFILE_AGE, Freshness::Kept) {
        return Ok(Some(profile));
    }
    let profile = ctx.slack.profile_by_email(ctx.installation(), email).await.map_err(slack_fault)?;
    keep_read(ctx, profile).await
}

/// Keeps what was read just now, told apart from others who are called so.
async fn keep_read(ctx: &TenantCtx, profile: Option<Profile>) -> Result<Option<Profile>, Fault> {
    let Some(profile) = profile else { return Ok(None) };
    keep_profile(ctx, profile, ctx.clock.now()).await.map(Some)
}

/// Keeps a profile as it was at a time, unless a later one is kept, told apart from others who are called so.
pub(crate) async fn keep_profile(ctx: &TenantCtx, profile: Profile, at: Timestamp) -> Result<Profile, Fault> {
    let profile = names::told_apart(ctx, profile).await?;
    let alias = profile.email.as_deref().map(folded);
    let body = serde_json::to_string(&profile).unwrap_or_default();
    let cache_entry = CacheEntry { kind: PROFILE.to_owned(), id: profile.user.to_string(), alias, at, body };
    ctx.db.cache_put(cache_entry).await?;
    Ok(profile)
}

pub(crate) async fn keep(ctx: &TenantCtx, kind: &str, fact: &impl Serialize) -> Result<(), Fault> {
    let (kind, body) = (kind.to_owned(), serde_json::to_string(fact).unwrap_or_default());
    let cache_entry = CacheEntry { kind, id: String::new(), alias: None, at: ctx.clock.now(), body };
    ctx.db.cache_put(cache_entry).await
}

async fn members(ctx: &TenantCtx, read: Freshness) -> Result<Arc<[Member]>, Fault> {
    let kept = ctx.db.cache_get(MEMBERS, "").await?;
    let may_be_stale = match read {
        Freshness::Kept => true,
        Freshness::Lately => fresh(ctx, kept.clone(), STALE_AGE, read).is_some(),
        Freshness::Anew => false,
    };
    if let Some(members) = fresh(ctx, kept, MEMBERS_AGE, read).and_then(|kept| listed(ctx, kept.body)) {
        return Ok(members);
    }
    let before = kept_members(ctx).await?;
    let members = match ctx.dialnote.members().await {
        Ok(members) if members.is_empty() && !before.is_empty() => Err(no_members()),
        Ok(members) => Ok(members),
        Err(DialnoteError::Fault(fault)) => Err(fault),
        Err(error) => return Err(dialnote_fault(error)),
    };
    let members = match members {
        Ok(members) => members,
        // Who asks for what needs no dialnote is not to wait for it. What needs it will find out.
        Err(_) if may_be_stale && !before.is_empty() => return Ok(before),
        Err(fault) => return Err(fault),
    };
    keep(ctx, MEMBERS, &members).await?;
    Ok(members.into())
}

pub(crate) fn usable<T: DeserializeOwned>(
    ctx: &TenantCtx,
    kept: Option<CacheEntry>,
    age: Duration,
    read: Freshness,
) -> Option<T> {
    serde_json::from_str(&fresh(ctx, kept, age, read)?.body).ok()
}

pub(crate) fn fresh(ctx: &TenantCtx, kept: Option<CacheEntry>, age: Duration, read: Freshness) -> Option<CacheEntry> {
    kept.filter(|cache_entry| read != Freshness::Anew && times::later(cache_entry.at, age) > ctx.clock.now())
}

pub(crate) fn slack_fault(error: SlackError) -> Fault {
    match error {
        SlackError::Fault(fault) => fault,
        SlackError::Refused(cause) => Fault::Unusable { service: Service::Slack, cause },
    }
}

/// A key belongs to somebody, so a team does not come to nobody at once.
fn no_members() -> Fault {
    Fault::Unusable { service: Service::Dialnote, cause: "a list without members".to_owned() }
}

fn dialnote_fault(error: DialnoteError) -> Fault {
    match error {
        DialnoteError::Fault(fault) => fault,
        DialnoteError::Denied(Denied::NoSuchAddress(setting)) => {
            Fault::NoSuchAddress { service: Service::Dialnote, setting }
        }
        DialnoteError::Denied(Denied::Words(cause)) => Fault::Unusable { service: Service::Dialnote, cause },
        DialnoteError::Denied(denied) => Fault::Unusable { service: Service::Dialnote, cause: format!("{denied:?}") },
    }
}
