//! Who is who: reads Slack profiles and dialnote members, keeps them for a while, and links the two.
//! Nobody is refused on what was kept: before a "no" both sides are read anew.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::Clock;
use crate::dialnote::client::{CallError as DialnoteError, Denied, Dialnote};
use crate::domain::conversation::Owner;
use crate::domain::people::{Account, Member, Profile, Teammate, Unlinked, link};
use crate::domain::plan::Party;
use crate::error::{Fault, Service};
use crate::ids::{InstallationId, MemberId, SlackUserId};
use crate::slack::answer::CallError as SlackError;
use crate::slack::client::Slack;
use crate::store::{Memo, Store};

/// How long a Slack profile is good for. `user_change` events replace it earlier.
const PROFILE_AGE: Duration = Duration::from_hours(1);

/// How long the list of members is good for. dialnote tells nobody when it changes.
const MEMBERS_AGE: Duration = Duration::from_mins(10);

/// How many members are looked up for that.
const LOOKED_UP: usize = 100;

/// What an owner is called of whom dialnote says no name: who left has none any more.
const SOMEBODY_GONE: &str = "somebody who left";

const UNLINKED: &str = "unlinked";
/// What Slack says about somebody (`store::Memo`), by user and e-mail address.
pub const PROFILE: &str = "profile";
/// Everybody in dialnote (`store::Memo`).
pub const MEMBERS: &str = "members";

/// A Slack user who is no teammate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranger {
    /// What colleagues call them.
    pub name: String,
    /// Why not.
    pub why: Unlinked,
}

/// Links Slack users and dialnote members.
pub struct People {
    store: Arc<dyn Store>,
    slack: Slack,
    dialnote: Dialnote,
    clock: Clock,
}

/// Whether what was kept may be used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Read {
    Kept,
    Anew,
}

impl People {
    pub(super) fn new(store: Arc<dyn Store>, slack: Slack, dialnote: Dialnote, clock: Clock) -> Self {
        Self { store, slack, dialnote, clock }
    }

    /// The teammate that a Slack user is, or why the user is none.
    pub async fn teammate(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
    ) -> Result<Result<Teammate, Stranger>, Fault> {
        match self.linked(installation, user, Read::Kept).await? {
            Ok(teammate) => Ok(Ok(teammate)),
            Err(_) => self.linked(installation, user, Read::Anew).await,
        }
    }

    /// Whether a Slack user is a teammate, as far as that is known; else it is found out.
    pub async fn is_known(&self, installation: &InstallationId, user: &SlackUserId) -> Result<bool, Fault> {
        let kept = self.store.recall(installation, PROFILE, user.as_str()).await?;
        let profile = kept.and_then(|kept| serde_json::from_str::<Profile>(&kept.body).ok());
        let members = self.kept_members(installation).await?;
        if profile.is_some_and(|profile| link(&profile, &members).is_ok()) {
            return Ok(true);
        }
        Ok(self.teammate(installation, user).await?.is_ok())
    }

    /// What colleagues call a Slack user.
    pub async fn name(&self, installation: &InstallationId, user: &SlackUserId) -> Result<Option<String>, Fault> {
        Ok(self.profile(installation, user, Read::Kept).await?.map(|profile| profile.name))
    }

    /// A Slack user's time zone, if Slack knows it.
    pub(super) async fn zone(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
    ) -> Result<Option<String>, Fault> {
        Ok(self.profile(installation, user, Read::Kept).await?.and_then(|profile| profile.zone))
    }

    /// The names of members whose e-mail address nobody in Slack has, as far as was looked. Looked up
    /// once in a while.
    pub(super) async fn unlinked(&self, installation: &InstallationId) -> Result<Vec<String>, Fault> {
        let kept = self.store.recall(installation, UNLINKED, "").await?;
        if let Some(names) = self.usable(kept, PROFILE_AGE, Read::Kept) {
            return Ok(names);
        }
        let mut names = Vec::new();
        for member in self.members(installation, Read::Kept).await?.iter().take(LOOKED_UP) {
            let profile = match &member.email {
                Some(email) => self.profile_by_email(installation, email).await?,
                None => None,
            };
            if profile.is_none() {
                names.push(member.name.clone());
            }
        }
        self.keep(installation, UNLINKED, "", None, &names).await?;
        Ok(names)
    }

    /// The members as they were last read, without asking anybody.
    pub(super) async fn known_members(&self, installation: &InstallationId) -> Result<Vec<MemberId>, Fault> {
        Ok(self.kept_members(installation).await?.into_iter().map(|member| member.id).collect())
    }

    /// The Slack user that a member is, and what colleagues call them, as far as that is known without
    /// asking anybody.
    pub(super) async fn known_teammate(
        &self,
        installation: &InstallationId,
        member: &MemberId,
    ) -> Result<Option<(SlackUserId, String)>, Fault> {
        let members = self.kept_members(installation).await?;
        let email = members.iter().find(|one| one.id == *member).and_then(|member| member.email.clone());
        let Some(email) = email else { return Ok(None) };
        let kept = self.store.recall_alias(installation, PROFILE, &email.trim().to_lowercase()).await?;
        let profile = kept.and_then(|kept| serde_json::from_str::<Profile>(&kept.body).ok());
        let teammate = profile.and_then(|profile| link(&profile, &members).ok());
        Ok(teammate.filter(|teammate| teammate.member == *member).map(|teammate| (teammate.user, teammate.name)))
    }

    async fn kept_members(&self, installation: &InstallationId) -> Result<Vec<Member>, Fault> {
        let kept = self.store.recall(installation, MEMBERS, "").await?;
        Ok(kept.and_then(|kept| serde_json::from_str(&kept.body).ok()).unwrap_or_default())
    }

    /// An owner as dialnote names them, with the Slack user they are, if they are one.
    pub async fn party(&self, installation: &InstallationId, owner: &Owner) -> Result<Party, Fault> {
        let members = self.members(installation, Read::Kept).await?;
        let member = members.iter().find(|member| member.id == owner.id);
        let known_as = member.filter(|_| owner.name.is_empty()).map_or(&owner.name, |member| &member.name).clone();
        let known_as = if known_as.is_empty() { SOMEBODY_GONE.to_owned() } else { known_as };
        let email = member.and_then(|member| member.email.clone());
        let profile = match email {
            Some(email) => self.profile_by_email(installation, &email).await?,
            None => None,
        };
        let teammate = profile.and_then(|profile| link(&profile, &members).ok());
        let teammate = teammate.filter(|teammate| teammate.member == owner.id);
        Ok(Party {
            member: owner.id.clone(),
            name: teammate.as_ref().map_or(known_as, |teammate| teammate.name.clone()),
            user: teammate.map(|teammate| teammate.user),
        })
    }

    /// Whether a teammate says in dialnote to be away.
    pub(super) async fn is_away(&self, installation: &InstallationId, teammate: &Teammate) -> Result<bool, Fault> {
        let members = self.members(installation, Read::Kept).await?;
        Ok(members.iter().any(|member| member.id == teammate.member && member.away))
    }

    /// Reads a Slack profile although one may be kept. If it is switched off, answers which member that was.
    pub(super) async fn read_again(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
    ) -> Result<Option<Owner>, Fault> {
        let before = self.store.recall(installation, PROFILE, user.as_str()).await?;
        let before = before.and_then(|kept| serde_json::from_str::<Profile>(&kept.body).ok());
        let now = self.profile(installation, user, Read::Anew).await?;
        if now.is_none_or(|now| now.account != Account::Deactivated) {
            return Ok(None);
        }
        let members = self.members(installation, Read::Kept).await?;
        let teammate = before.and_then(|before| link(&before, &members).ok());
        Ok(teammate.map(|teammate| Owner { id: teammate.member, name: teammate.name }))
    }

    /// The members, as they are or were a moment ago.
    pub(super) async fn team(&self, installation: &InstallationId) -> Result<Vec<Member>, Fault> {
        self.members(installation, Read::Kept).await
    }

    async fn linked(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
        read: Read,
    ) -> Result<Result<Teammate, Stranger>, Fault> {
        if !self.dialnote.is_connected() {
            return Ok(Err(Stranger { name: "That person".to_owned(), why: Unlinked::NotConnected }));
        }
        let Some(profile) = self.profile(installation, user, read).await? else {
            return Ok(Err(Stranger { name: "That person".to_owned(), why: Unlinked::NoMember }));
        };
        let members = self.members(installation, read).await?;
        Ok(link(&profile, &members).map_err(|why| Stranger { name: profile.name, why }))
    }

    async fn profile(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
        read: Read,
    ) -> Result<Option<Profile>, Fault> {
        let kept = self.store.recall(installation, PROFILE, user.as_str()).await?;
        if let Some(profile) = self.usable(kept, PROFILE_AGE, read) {
            return Ok(Some(profile));
        }
        let profile = self.slack.profile(installation, user).await.map_err(slack_fault)?;
        self.keep_profile(installation, profile.as_ref()).await?;
        Ok(profile)
    }

    async fn profile_by_email(&self, installation: &InstallationId, email: &str) -> Result<Option<Profile>, Fault> {
        let kept = self.store.recall_alias(installation, PROFILE, &email.trim().to_lowercase()).await?;
        if let Some(profile) = self.usable(kept, PROFILE_AGE, Read::Kept) {
            return Ok(Some(profile));
        }
        let profile = self.slack.profile_by_email(installation, email).await.map_err(slack_fault)?;
        self.keep_profile(installation, profile.as_ref()).await?;
        Ok(profile)
    }

    async fn keep_profile(&self, installation: &InstallationId, profile: Option<&Profile>) -> Result<(), Fault> {
        let Some(profile) = profile else { return Ok(()) };
        let email = profile.email.as_ref().map(|email| email.trim().to_lowercase());
        self.keep(installation, PROFILE, profile.user.as_str(), email, profile).await
    }

    async fn keep(
        &self,
        installation: &InstallationId,
        kind: &str,
        id: &str,
        alias: Option<String>,
        fact: &impl Serialize,
    ) -> Result<(), Fault> {
        let body = serde_json::to_string(fact).unwrap_or_default();
        let memo = Memo { kind: kind.to_owned(), id: id.to_owned(), alias, at: self.clock.now(), body };
        self.store.remember(installation, memo).await
    }

    async fn members(&self, installation: &InstallationId, read: Read) -> Result<Vec<Member>, Fault> {
        let kept = self.store.recall(installation, MEMBERS, "").await?;
        if let Some(members) = self.usable(kept, MEMBERS_AGE, read) {
            return Ok(members);
        }
        let members = match self.dialnote.members().await {
            Ok(members) => members,
            // Who asks for what needs no dialnote is not to wait for it. What needs it will find out.
            Err(DialnoteError::Fault(fault)) if read == Read::Kept => {
                let stale = self.kept_members(installation).await?;
                return if stale.is_empty() { Err(fault) } else { Ok(stale) };
            }
            Err(error) => return Err(dialnote_fault(error)),
        };
        self.keep(installation, MEMBERS, "", None, &members).await?;
        Ok(members)
    }

    fn usable<T: DeserializeOwned>(&self, kept: Option<Memo>, age: Duration, read: Read) -> Option<T> {
        let memo = kept.filter(|_| read == Read::Kept)?;
        let fresh = |at: Timestamp| super::later(at, age) > self.clock.now();
        fresh(memo.at).then(|| serde_json::from_str(&memo.body).ok()).flatten()
    }
}

fn slack_fault(error: SlackError) -> Fault {
    match error {
        SlackError::Fault(fault) => fault,
        SlackError::Refused(cause) => Fault::Unusable { service: Service::Slack, cause },
    }
}

fn dialnote_fault(error: DialnoteError) -> Fault {
    match error {
        DialnoteError::Fault(fault) => fault,
        DialnoteError::Denied(Denied::Words(cause)) => Fault::Unusable { service: Service::Dialnote, cause },
        DialnoteError::Denied(denied) => Fault::Unusable { service: Service::Dialnote, cause: format!("{denied:?}") },
    }
}
