//! The identities of people. This module reads Slack profiles and dialnote members, caches them and links the two. No
//! one is refused because of a cache entry: before a refusal both sides are read again.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::conversation::Owner;
use crate::core::error::{Fault, Service};
use crate::core::ids::{MemberId, SlackUserId};
use crate::core::participant::Participant;
use crate::core::person::{Member, Profile};
use crate::core::teammate::{ByHand, Teammate, Unlinked, actor_name, link, linked_before};
use crate::core::{naming, person, times};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::people::names;
use crate::platform::db::{CacheEntry, CacheKind, CachedFact};
use crate::platform::dialnote::answer::{Denied, DialnoteError};
use crate::platform::slack::answer::SlackError;

/// The time for which a cached Slack profile is used. `user_change` events replace it earlier, but events get lost.
const PROFILE_AGE: Duration = Duration::from_secs(10 * 60);

/// The time for which the cached list of members is used. dialnote does not report changes of it.
const MEMBERS_AGE: Duration = Duration::from_secs(10 * 60);

/// The time for which dialnote is not asked again which members are away.
const AVAILABILITY_AGE: Duration = Duration::from_secs(60);

/// The time for which people may act by an older list of members, while dialnote does not answer.
const STALE_AGE: Duration = Duration::from_secs(60 * 60);

/// The time for which the Slack users found by the members' addresses are used.
const SOUGHT_AGE: Duration = Duration::from_secs(60 * 60);

/// The maximum number of members whose Slack users are looked up by address.
const LOOKED_UP: usize = 100;

/// The name of an owner for whom dialnote gives none, because a member who has left has none.
const SOMEBODY_GONE: &str = "somebody who left";

/// The maximum number of links made by hand that are read.
const MOST_BY_HAND: usize = 10_000;

/// The time for which Slack is not asked again for a user whom it does not know.
const NO_PROFILE_AGE: Duration = Duration::from_secs(60);

/// The members of the organization.
#[derive(Serialize, Deserialize)]
struct MemberList(Vec<Member>);

impl CachedFact for MemberList {
    const KIND: CacheKind = CacheKind::Members;
}

/// A Slack user who is not linked to a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlinkedUser {
    /// The name that colleagues use.
    pub name: String,
    /// The reason why the user is not linked.
    pub why: Unlinked,
}

/// A member who was looked for in Slack by their address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SoughtMember {
    member: MemberId,
    email: Option<String>,
    /// The Slack user with that address, unless the user is linked to another member.
    user: Option<SlackUserId>,
}

/// The Slack users who have the members' addresses.
#[derive(Default, Serialize, Deserialize)]
struct SoughtMembers(Vec<SoughtMember>);

impl CachedFact for SoughtMembers {
    const KIND: CacheKind = CacheKind::Sought;
}

/// The permission to use cached facts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Cached facts may be used. If members cannot be read, the last list is used, however old it is.
    Kept,
    /// The same, but an old list of members is used no longer than [`STALE_AGE`].
    Lately,
    /// Cached facts may not be used.
    Now,
}

/// Returns the links that were made by hand.
pub async fn by_hand(ctx: &TenantCtx) -> Result<Vec<ByHand>, Fault> {
    let links = documents::all(ctx, MOST_BY_HAND).await?;
    Ok(links.into_iter().map(|(_, link)| link).collect())
}

/// Returns a Slack user's current profile.
pub(crate) async fn read_profile(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<Profile>, Fault> {
    profile(ctx, user, Freshness::Now).await
}

/// Returns a Slack user's profile, which may be cached.
pub(crate) async fn look_up(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<Profile>, Fault> {
    profile(ctx, user, Freshness::Kept).await
}

/// Returns the profiles of Slack users, in their order, by facts that may be cached.
pub(crate) async fn look_up_all(ctx: &TenantCtx, users: &[&SlackUserId]) -> Result<Vec<Option<Profile>>, Fault> {
    profiles(ctx, users, Freshness::Kept).await
}

/// Returns the name that colleagues use for a Slack user, or none if Slack does not know the user.
pub async fn name(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<String>, Fault> {
    if !user.is_person() {
        return Ok(Some(actor_name(user).to_owned()));
    }
    let Some(profile) = profile(ctx, user, Freshness::Kept).await? else { return Ok(None) };
    let members = kept_members(ctx).await?;
    Ok(Some(naming::name(&profile, None, &members)))
}

/// Returns the same name, as far as it can be told from cached facts.
pub(crate) async fn known_name(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<String>, Fault> {
    let kept = ctx.db.cache_get(Profile::KIND, user.as_str()).await?;
    let Some(profile) = kept.and_then(|kept| kept.fact::<Profile>()) else {
        return Ok(None);
    };
    let members = kept_members(ctx).await?;
    Ok(Some(naming::name(&profile, None, &members)))
}

/// Returns a Slack user's time zone, if Slack knows it.
pub(crate) async fn zone(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<String>, Fault> {
    Ok(profile(ctx, user, Freshness::Kept).await?.and_then(|profile| profile.zone))
}

/// Returns the members without a Slack user, among the first `LOOKED_UP` members.
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

/// Returns the Slack users who have the members' addresses. They are looked up again after `SOUGHT_AGE` and when an
/// address has changed.
async fn sought(ctx: &TenantCtx, members: &[Member]) -> Result<Vec<SoughtMember>, Fault> {
    let kept = ctx.db.cache_get(SoughtMembers::KIND, "").await?;
    let SoughtMembers(known) = usable(ctx, kept, SOUGHT_AGE, Freshness::Kept).unwrap_or_default();
    let mut sought = Vec::new();
    for member in members.iter().take(LOOKED_UP) {
        let same = known.iter().find(|known| known.member == member.id && known.email == member.email);
        sought.push(match same {
            Some(known) => known.clone(),
            None => seek(ctx, member, members).await?,
        });
    }
    let sought = SoughtMembers(sought);
    if sought.0 != known {
        keep(ctx, &sought).await?;
    }
    Ok(sought.0)
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

/// Returns the ids of the members in the cached list.
pub(crate) async fn known_members(ctx: &TenantCtx) -> Result<Vec<MemberId>, Fault> {
    Ok(kept_members(ctx).await?.iter().map(|member| member.id.clone()).collect())
}

/// Returns the Slack user that a member is, and the name that colleagues use, as far as they can be told from stored
/// facts.
pub(crate) async fn known_teammate(ctx: &TenantCtx, member: &MemberId) -> Result<Option<(SlackUserId, String)>, Fault> {
    Ok(known_profile(ctx, member).await?.map(|(_, teammate)| (teammate.user, teammate.name)))
}

/// Returns the address of a member's photo in Slack, as far as it can be told from stored facts.
pub(crate) async fn known_photo(ctx: &TenantCtx, member: &MemberId) -> Result<Option<String>, Fault> {
    Ok(known_profile(ctx, member).await?.and_then(|(profile, _)| profile.photo))
}

/// Returns the members who are Slack users, each with their profile, as far as it can be told from stored facts.
pub(crate) async fn known_team(ctx: &TenantCtx) -> Result<Vec<(Profile, Member)>, Fault> {
    let (members, by_hand) = (kept_members(ctx).await?, by_hand(ctx).await?);
    let mut known = Vec::new();
    for member in members.iter().take(LOOKED_UP) {
        let profile = kept_profile(ctx, member, &by_hand).await?;
        let is_theirs = |profile: &Profile| link(profile, &members, &by_hand).is_ok_and(|one| one.member == member.id);
        known.extend(profile.filter(is_theirs).map(|profile| (profile, member.clone())));
    }
    Ok(known)
}

/// Returns the Slack user that a member is or was, as far as it can be told from stored facts. A deactivated account
/// counts as well.
pub(crate) async fn known_user(ctx: &TenantCtx, member: &MemberId) -> Result<Option<SlackUserId>, Fault> {
    let (members, by_hand) = (kept_members(ctx).await?, by_hand(ctx).await?);
    let Some(one) = members.iter().find(|one| one.id == *member) else { return Ok(None) };
    let profile = kept_profile(ctx, one, &by_hand).await?;
    let is_theirs = |profile: &Profile| linked_before(profile, &members, &by_hand).as_ref() == Some(member);
    Ok(profile.filter(is_theirs).map(|profile| profile.user))
}

/// Returns the cached profile with a member's link or address.
async fn kept_profile(ctx: &TenantCtx, member: &Member, by_hand: &[ByHand]) -> Result<Option<Profile>, Fault> {
    let kept = match (by_hand.iter().find(|link| link.member == member.id), &member.email) {
        (Some(link), _) => ctx.db.cache_get(Profile::KIND, link.user.as_str()).await?,
        (None, Some(email)) => ctx.db.cache_find(Profile::KIND, &person::folded(email)).await?,
        (None, None) => None,
    };
    Ok(kept.and_then(|kept| kept.fact::<Profile>()))
}

async fn known_profile(ctx: &TenantCtx, member: &MemberId) -> Result<Option<(Profile, Teammate)>, Fault> {
    let (members, by_hand) = (kept_members(ctx).await?, by_hand(ctx).await?);
    let profile = match members.iter().find(|one| one.id == *member) {
        Some(one) => kept_profile(ctx, one, &by_hand).await?,
        None => None,
    };
    let linked =
        profile.and_then(|profile| link(&profile, &members, &by_hand).ok().map(|teammate| (profile, teammate)));
    Ok(linked.filter(|(_, teammate)| teammate.member == *member))
}

/// Links a Slack profile to a member by the cached list of members. Returns the reason if it is linked to none.
pub async fn who(ctx: &TenantCtx, profile: &Profile) -> Result<Result<Teammate, Unlinked>, Fault> {
    let (members, by_hand) = (kept_members(ctx).await?, by_hand(ctx).await?);
    Ok(link(profile, &members, &by_hand))
}

/// Returns the member whose address led to a Slack user when members were last looked up.
pub(crate) async fn sought_as(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<MemberId>, Fault> {
    let kept = ctx.db.cache_get(SoughtMembers::KIND, "").await?;
    let SoughtMembers(sought) = kept.and_then(|kept| kept.fact()).unwrap_or_default();
    let theirs = sought.into_iter().find(|sought| sought.user.as_ref() == Some(user));
    Ok(theirs.map(|sought| sought.member))
}

/// Clears the results of looking up members by address, so that they are looked up again.
pub(crate) async fn seek_anew(ctx: &TenantCtx) -> Result<(), Fault> {
    keep(ctx, &SoughtMembers::default()).await
}

pub(crate) async fn kept_members(ctx: &TenantCtx) -> Result<Arc<[Member]>, Fault> {
    let kept = ctx.db.cache_get(MemberList::KIND, "").await?;
    Ok(kept.and_then(|kept| listed(ctx, kept)).unwrap_or_default())
}

/// Returns the members of a stored list. A list that was decoded last time is not decoded again.
fn listed(ctx: &TenantCtx, kept: CacheEntry) -> Option<Arc<[Member]>> {
    let mut last = ctx.memory.members.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, members)) = last.as_ref().filter(|(same, _)| *same == kept.body) {
        return Some(Arc::clone(members));
    }
    let members: Arc<[Member]> = kept.fact::<MemberList>()?.0.into();
    *last = Some((kept.body, Arc::clone(&members)));
    Some(members)
}

/// Returns an owner with the name to show, and with their Slack user if they are linked.
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

/// Returns the Slack user that a member is: the one linked by hand, else the one with the member's address.
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

/// Returns the members, from a list that may be cached.
pub(crate) async fn team(ctx: &TenantCtx) -> Result<Arc<[Member]>, Fault> {
    members(ctx, Freshness::Kept).await
}

/// Returns the members as dialnote listed them within the last minute, if it answers. It says who is away.
pub(crate) async fn team_lately(ctx: &TenantCtx) -> Result<Arc<[Member]>, Fault> {
    members_within(ctx, AVAILABILITY_AGE, Freshness::Kept).await
}

/// Returns the current members, read from dialnote.
pub(crate) async fn team_now(ctx: &TenantCtx) -> Result<Arc<[Member]>, Fault> {
    members(ctx, Freshness::Now).await
}

/// Returns those of the users who are linked, by facts that may be cached.
pub(crate) async fn linked_of(ctx: &TenantCtx, users: &[&SlackUserId]) -> Result<Vec<Teammate>, Fault> {
    if !ctx.dialnote.is_connected() {
        return Ok(Vec::new());
    }
    let (members, by_hand) = (members(ctx, Freshness::Lately).await?, by_hand(ctx).await?);
    let profiles = profiles(ctx, users, Freshness::Lately).await?;
    Ok(profiles.into_iter().flatten().filter_map(|profile| link(&profile, &members, &by_hand).ok()).collect())
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
    let kept = ctx.db.cache_get(Profile::KIND, user.as_str()).await?;
    if let Some(profile) = usable(ctx, kept, PROFILE_AGE, read) {
        return Ok(Some(profile));
    }
    let missing = ctx.db.cache_get(CacheKind::NoProfile, user.as_str()).await?;
    if fresh(ctx, missing, NO_PROFILE_AGE, Freshness::Kept).is_some() {
        return Ok(None);
    }
    let profile = ctx.slack.profile(ctx.installation(), user).await.map_err(slack_fault)?;
    if profile.is_none() {
        let missing = CacheEntry::new(CacheKind::NoProfile, user.as_str(), ctx.clock.now(), "{}".to_owned());
        ctx.db.cache_put(missing).await?;
    }
    keep_read(ctx, profile).await
}

/// Returns the profiles of Slack users, in their order. The cached ones are read at once.
async fn profiles(ctx: &TenantCtx, users: &[&SlackUserId], read: Freshness) -> Result<Vec<Option<Profile>>, Fault> {
    let ids: Vec<_> = users.iter().map(|user| user.as_str()).collect();
    let kept = ctx.db.cache_get_all(Profile::KIND, &ids).await?;
    let usable = kept.into_iter().filter_map(|kept| usable::<Profile>(ctx, Some(kept), PROFILE_AGE, read));
    let mut cached: HashMap<_, _> = usable.map(|profile| (profile.user.clone(), profile)).collect();
    let mut found = Vec::with_capacity(users.len());
    for user in users {
        found.push(match cached.remove(*user) {
            Some(profile) => Some(profile),
            None => profile(ctx, user, read).await?,
        });
    }
    Ok(found)
}

pub(crate) async fn profile_by_email(ctx: &TenantCtx, email: &str) -> Result<Option<Profile>, Fault> {
    let kept = ctx.db.cache_find(Profile::KIND, &person::folded(email)).await?;
    if let Some(profile) = usable(ctx, kept, PROFILE_AGE, Freshness::Kept) {
        return Ok(Some(profile));
    }
    let profile = ctx.slack.profile_by_email(ctx.installation(), email).await.map_err(slack_fault)?;
    keep_read(ctx, profile).await
}

/// Caches a profile that was just read, marked if another person shows the same name.
async fn keep_read(ctx: &TenantCtx, profile: Option<Profile>) -> Result<Option<Profile>, Fault> {
    let Some(profile) = profile else { return Ok(None) };
    keep_profile(ctx, profile, ctx.clock.now()).await.map(Some)
}

/// Caches a profile as it was at a time, unless a later one is cached. Marks it if another person shows the same name.
pub(crate) async fn keep_profile(ctx: &TenantCtx, profile: Profile, at: Timestamp) -> Result<Profile, Fault> {
    let profile = names::told_apart(ctx, profile).await?;
    let alias = profile.email.as_deref().map(person::folded);
    ctx.db.cache_put(CacheEntry { alias, ..CacheEntry::of(profile.user.as_str(), at, &profile) }).await?;
    Ok(profile)
}

pub(crate) async fn keep(ctx: &TenantCtx, fact: &impl CachedFact) -> Result<(), Fault> {
    ctx.db.cache_put(CacheEntry::of("", ctx.clock.now(), fact)).await
}

async fn members(ctx: &TenantCtx, read: Freshness) -> Result<Arc<[Member]>, Fault> {
    members_within(ctx, MEMBERS_AGE, read).await
}

async fn members_within(ctx: &TenantCtx, age: Duration, read: Freshness) -> Result<Arc<[Member]>, Fault> {
    let kept = ctx.db.cache_get(MemberList::KIND, "").await?;
    let may_be_stale = match read {
        Freshness::Kept => true,
        Freshness::Lately => fresh(ctx, kept.clone(), STALE_AGE, read).is_some(),
        Freshness::Now => false,
    };
    if let Some(members) = fresh(ctx, kept, age, read).and_then(|kept| listed(ctx, kept)) {
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
        // A request that does not need dialnote must not wait for it. A request that needs dialnote will notice the
        // fault.
        Err(_) if may_be_stale && !before.is_empty() => return Ok(before),
        Err(fault) => return Err(fault),
    };
    let members = MemberList(members);
    keep(ctx, &members).await?;
    Ok(members.0.into())
}

pub(crate) fn usable<T: CachedFact>(
    ctx: &TenantCtx,
    kept: Option<CacheEntry>,
    age: Duration,
    read: Freshness,
) -> Option<T> {
    fresh(ctx, kept, age, read)?.fact()
}

pub(crate) fn fresh(ctx: &TenantCtx, kept: Option<CacheEntry>, age: Duration, read: Freshness) -> Option<CacheEntry> {
    kept.filter(|cache_entry| read != Freshness::Now && times::later(cache_entry.at, age) > ctx.clock.now())
}

pub(crate) fn slack_fault(error: SlackError) -> Fault {
    match error {
        SlackError::Fault(fault) => fault,
        SlackError::Refused(cause) => Fault::Unusable { service: Service::Slack, cause },
    }
}

/// Returns the fault for an empty list of members. A key belongs to a member, so a team does not become empty at once.
fn no_members() -> Fault {
    Fault::Unusable { service: Service::Dialnote, cause: "the list has no members".to_owned() }
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
