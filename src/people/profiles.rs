//! Follow-up of a profile that changed in Slack. The event holds the whole profile, so Slack is not asked. A changed
//! status sends such an event as well, for everyone in the workspace.

use std::time::Duration;

use jiff::Timestamp;

use crate::core::conversation::Owner;
use crate::core::error::Fault;
use crate::core::linking::LinkedJob;
use crate::core::person::{Account, Profile};
use crate::core::teammate::{ProfileJob, is_a_members, linked_before};
use crate::core::{person, times};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::emit;
use crate::jobs::events::AvailabilityChanged;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::redraw;
use crate::jobs::outcome::{Outcome, Stop};
use crate::people::offboarding::Left;
use crate::people::{directory, strangers};
use crate::platform::db::{CacheEntry, CacheKind, Claim, Effect};

/// The possible difference between Slack's clock and the app's. An event that is older than the profile read since is
/// ignored.
const CLOCKS_DIFFER: Duration = Duration::from_secs(5);

/// A profile before and after a change.
pub(crate) struct ProfileChange {
    before: Option<Profile>,
    now: Profile,
}

impl ProfileChange {
    /// Answers whether the person may be away or back since the change.
    fn may_be_away_or_back(&self) -> bool {
        let facts = |profile: &Profile| (profile.status.clone(), profile.account);
        self.before.as_ref().map(facts) != Some(facts(&self.now))
    }
}

/// Handles a changed profile. A deactivated member may leave conversations behind, and an unlinked user may be linked
/// now.
pub(crate) async fn profile_changed(ctx: &TenantCtx, claim: &Claim, job: &ProfileJob) -> Result<Outcome, Fault> {
    let Some(change) = take_over(ctx, job).await? else {
        return Ok(Outcome::done(Vec::new()));
    };
    let gone = left_by(ctx, &change).await?;
    let left = gone.map(|gone| Effect::Enqueue(ctx.following(claim, &Left(gone))));
    let stranger = stranger_changed(ctx, &change.now).await?;
    let home = home_of_who_was_one(ctx, &change).await?;
    let moved = if change.may_be_away_or_back() {
        emit::availability_changed(ctx, &AvailabilityChanged { user: change.now.user.clone() }).await?
    } else {
        Vec::new()
    };
    Ok(Outcome::done(left.into_iter().chain(stranger).chain(home).chain(moved).collect()))
}

/// Redraws the home of a user who is no longer a teammate, so that it shows nothing.
async fn home_of_who_was_one(ctx: &TenantCtx, change: &ProfileChange) -> Result<Vec<Effect>, Fault> {
    let was_one = match &change.before {
        Some(before) => directory::who(ctx, before).await?.is_ok(),
        None => true,
    };
    if !was_one || directory::who(ctx, &change.now).await?.is_ok() {
        return Ok(Vec::new());
    }
    redraw::refresh_homes(ctx, std::iter::once(change.now.user.clone())).await
}

async fn stranger_changed(ctx: &TenantCtx, now: &Profile) -> Result<Option<Effect>, Fault> {
    let Some(noted) = strangers::noted(ctx, &now.user).await? else { return Ok(None) };
    Ok(Some(match directory::who(ctx, now).await? {
        Ok(_) => {
            let job = LinkedJob { user: now.user.clone(), by: None };
            Effect::Enqueue(ctx.new_job(&job))
        }
        Err(why) if why.can_be_linked() => Effect::PutDocument(noted.with(now, why)),
        Err(_) => strangers::drop_stranger(&now.user),
    }))
}

/// Caches the changed profile of a user who is known here. Returns none if the user concerns no one here.
async fn take_over(ctx: &TenantCtx, job: &ProfileJob) -> Result<Option<ProfileChange>, Fault> {
    let kept = ctx.db.cache_get(CacheKind::Profile, job.user.as_str()).await?;
    let before: Option<Profile> = kept.as_ref().and_then(CacheEntry::fact);
    let told = job.told.as_ref().map(|(profile, _)| profile);
    if before.is_none() && !concerns(ctx, job, told).await? {
        return Ok(None);
    }
    let read = kept.map(|kept| kept.at);
    let now = match (&job.told, &before) {
        (Some((_, at)), Some(before)) if read.is_some_and(|read| times::later(*at, CLOCKS_DIFFER) < read) => {
            Some(before.clone())
        }
        (Some((profile, at)), _) => {
            let at = (*at).min(ctx.clock.now()).max(read.unwrap_or(Timestamp::MIN));
            directory::keep_profile(ctx, profile.clone(), at).await?;
            Some(profile.clone())
        }
        (None, _) => directory::read_profile(ctx, &job.user).await?,
    };
    seek_anew_if_changed(ctx, before.as_ref(), now.as_ref()).await?;
    Ok(now.map(|now| ProfileChange { before, now }))
}

/// Answers whether a user without a cached profile is a member's Slack user, was found as one, or is noted as unlinked.
async fn concerns(ctx: &TenantCtx, job: &ProfileJob, told: Option<&Profile>) -> Result<bool, Fault> {
    Ok(is_a_members(told.into_iter(), &directory::kept_members(ctx).await?)
        || directory::by_hand(ctx).await?.iter().any(|link| link.user == job.user)
        || directory::sought_as(ctx, &job.user).await?.is_some()
        || strangers::noted(ctx, &job.user).await?.is_some())
}

/// Returns the member whose account a change deactivated.
async fn left_by(ctx: &TenantCtx, change: &ProfileChange) -> Result<Option<Owner>, Fault> {
    if change.now.account != Account::Deactivated {
        return Ok(None);
    }
    let (members, by_hand) = (directory::team(ctx).await?, directory::by_hand(ctx).await?);
    let profiles = [change.before.as_ref(), Some(&change.now)];
    let linked = profiles.into_iter().flatten().find_map(|profile| linked_before(profile, &members, &by_hand));
    let member = match linked {
        Some(member) => Some(member),
        None => directory::sought_as(ctx, &change.now.user).await?,
    };
    Ok(member.map(|id| Owner::new(id, change.now.name.clone())))
}

/// Has members looked up again if a member's address changed. A person may be found by it now, or no longer.
async fn seek_anew_if_changed(ctx: &TenantCtx, before: Option<&Profile>, now: Option<&Profile>) -> Result<(), Fault> {
    let address = |profile: Option<&Profile>| Some(person::folded(profile?.email.as_deref()?));
    let both = before.into_iter().chain(now);
    if address(before) == address(now) || !is_a_members(both, &directory::kept_members(ctx).await?) {
        return Ok(());
    }
    directory::seek_anew(ctx).await
}

impl JobKind for ProfileJob {
    const KIND: &'static str = "profile.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        format!("profile:{}", self.user)
    }

    fn fairness_key(&self) -> String {
        // A thousand changed profiles must wait behind the next command.
        "profiles".to_owned()
    }

    fn is_from_slack(&self) -> bool {
        true
    }
}

/// The handler of changed Slack profiles.
pub(crate) struct Profiles;

impl Handler for Profiles {
    type Job = ProfileJob;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &ProfileJob) -> Result<Outcome, Stop> {
        Ok(profile_changed(ctx, claim, job).await?)
    }
}
