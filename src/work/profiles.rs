//! What follows from a profile that changed in Slack. The event holds all of it, so nobody is looked up: a
//! status that changes sends one as well, for everybody in the workspace.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::conversation::Owner;
use crate::domain::job::{Job, LinkedJob};
use crate::domain::people::{Account, Profile, ProfileJob, folded, is_a_members, linked_before};
use crate::error::Fault;
use crate::ids::InstallationId;
use crate::store::{Claim, Effect};
use crate::work::deferred::drop_stranger;
use crate::work::people::{PROFILE, People};
use crate::work::{Outcome, Work, later};

/// By how much Slack's clock and ours may differ: an event that is older than what was read since says nothing.
const CLOCKS_DIFFER: Duration = Duration::from_secs(5);

/// A profile before and after a change.
pub(super) struct ProfileChange {
    before: Option<Profile>,
    now: Profile,
}

impl Work {
    /// Takes over a changed profile. A switched-off account may leave something behind, and somebody who was
    /// not linked may be by now.
    pub(super) async fn profile_changed(&self, claim: &Claim, job: &ProfileJob) -> Result<Outcome, Fault> {
        let installation = &claim.installation;
        let Some(change) = self.people.take_over(installation, job).await? else {
            return Ok(Outcome::done(Vec::new()));
        };
        let gone = self.people.left_by(installation, &change).await?;
        let left = gone.map(|gone| Effect::Enqueue(self.following(claim, &Job::Left(gone))));
        let stranger = self.stranger_changed(installation, &change.now).await?;
        let home = self.home_of_who_was_one(claim, &change).await?;
        Ok(Outcome::done(left.into_iter().chain(stranger).chain(home).collect()))
    }

    /// Who is no teammate any more sees nothing in their home.
    async fn home_of_who_was_one(&self, claim: &Claim, change: &ProfileChange) -> Result<Vec<Effect>, Fault> {
        let installation = &claim.installation;
        let was_one = match &change.before {
            Some(before) => self.people.who(installation, before).await?.is_ok(),
            None => true,
        };
        if !was_one || self.people.who(installation, &change.now).await?.is_ok() {
            return Ok(Vec::new());
        }
        self.refresh_homes(claim, std::iter::once(change.now.user.clone())).await
    }

    async fn stranger_changed(&self, installation: &InstallationId, now: &Profile) -> Result<Option<Effect>, Fault> {
        let Some(noted) = self.people.noted(installation, &now.user).await? else { return Ok(None) };
        Ok(Some(match self.people.who(installation, now).await? {
            Ok(_) => {
                let job = Job::Linked(LinkedJob { user: now.user.clone(), by: None });
                Effect::Enqueue(self.new_job(installation, &job))
            }
            Err(why) if why.can_be_linked() => Effect::PutDocument(noted.with(now, why)),
            Err(_) => drop_stranger(&now.user),
        }))
    }
}

impl People {
    /// Keeps a changed profile of somebody who is known here; nothing, if nobody here has to do with them.
    async fn take_over(&self, installation: &InstallationId, job: &ProfileJob) -> Result<Option<ProfileChange>, Fault> {
        let kept = self.store.cache_get(installation, PROFILE, job.user.as_str()).await?;
        let before: Option<Profile> = kept.as_ref().and_then(|kept| serde_json::from_str(&kept.body).ok());
        let told = job.told.as_ref().map(|(profile, _)| profile);
        if before.is_none() && !self.concerns(installation, job, told).await? {
            return Ok(None);
        }
        let read = kept.map(|kept| kept.at);
        let now = match (&job.told, &before) {
            (Some((_, at)), Some(before)) if read.is_some_and(|read| later(*at, CLOCKS_DIFFER) < read) => {
                Some(before.clone())
            }
            (Some((profile, at)), _) => {
                let at = (*at).min(self.clock.now()).max(read.unwrap_or(Timestamp::MIN));
                self.keep_profile(installation, profile.clone(), at).await?;
                Some(profile.clone())
            }
            (None, _) => self.read_profile(installation, &job.user).await?,
        };
        self.seek_anew_if_changed(installation, before.as_ref(), now.as_ref()).await?;
        Ok(now.map(|now| ProfileChange { before, now }))
    }

    /// Whether somebody of whom no profile is kept is a member's Slack user, or was to be one.
    async fn concerns(
        &self,
        installation: &InstallationId,
        job: &ProfileJob,
        told: Option<&Profile>,
    ) -> Result<bool, Fault> {
        Ok(is_a_members(told.into_iter(), &self.kept_members(installation).await?)
            || self.by_hand(installation).await?.iter().any(|link| link.user == job.user)
            || self.sought_as(installation, &job.user).await?.is_some()
            || self.noted(installation, &job.user).await?.is_some())
    }

    /// The member who was there until a change switched the account off.
    async fn left_by(&self, installation: &InstallationId, change: &ProfileChange) -> Result<Option<Owner>, Fault> {
        if change.now.account != Account::Deactivated {
            return Ok(None);
        }
        let (members, by_hand) = (self.team(installation).await?, self.by_hand(installation).await?);
        let profiles = [change.before.as_ref(), Some(&change.now)];
        let linked = profiles.into_iter().flatten().find_map(|profile| linked_before(profile, &members, &by_hand));
        let member = match linked {
            Some(member) => Some(member),
            None => self.sought_as(installation, &change.now.user).await?,
        };
        Ok(member.map(|id| Owner { id, name: change.now.name.clone() }))
    }

    /// A person who was looked for by an address may be found by it now, or not any more.
    async fn seek_anew_if_changed(
        &self,
        installation: &InstallationId,
        before: Option<&Profile>,
        now: Option<&Profile>,
    ) -> Result<(), Fault> {
        let address = |profile: Option<&Profile>| Some(folded(profile?.email.as_deref()?));
        let both = before.into_iter().chain(now);
        if address(before) == address(now) || !is_a_members(both, &self.kept_members(installation).await?) {
            return Ok(());
        }
        self.seek_anew(installation).await
    }
}
