//! Who is who: reads Slack profiles and dialnote members, keeps them for a while, and links the two.
//! Nobody is refused on what was kept: before a "no" both sides are read anew.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::clock::Clock;
use crate::dialnote::client::{CallError as DialnoteError, Denied, Dialnote};
use crate::domain::conversation::Owner;
use crate::domain::people::{Member, Profile, Teammate, Unlinked, link};
use crate::domain::plan::Party;
use crate::error::{Fault, Service};
use crate::ids::{InstallationId, SlackUserId};
use crate::slack::client::{CallError as SlackError, Slack};
use crate::store::{Memo, Store};

/// How long a Slack profile is good for. `user_change` events replace it earlier.
const PROFILE_AGE: Duration = Duration::from_hours(1);

/// How long the list of members is good for. dialnote tells nobody when it changes.
const MEMBERS_AGE: Duration = Duration::from_mins(10);

const PROFILE: &str = "profile";
const MEMBERS: &str = "members";

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

    /// What colleagues call a Slack user.
    pub async fn name(&self, installation: &InstallationId, user: &SlackUserId) -> Result<Option<String>, Fault> {
        Ok(self.profile(installation, user, Read::Kept).await?.map(|profile| profile.name))
    }

    /// An owner as dialnote names them, with the Slack user they are, if they are one.
    pub async fn party(&self, installation: &InstallationId, owner: &Owner) -> Result<Party, Fault> {
        let members = self.members(installation, Read::Kept).await?;
        let member = members.iter().find(|member| member.id == owner.id);
        let known_as = member.filter(|_| owner.name.is_empty()).map_or(&owner.name, |member| &member.name).clone();
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

    /// Reads a Slack profile although one may be kept.
    pub(super) async fn read_again(&self, installation: &InstallationId, user: &SlackUserId) -> Result<(), Fault> {
        self.profile(installation, user, Read::Anew).await.map(drop)
    }

    async fn linked(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
        read: Read,
    ) -> Result<Result<Teammate, Stranger>, Fault> {
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
        let memo = Memo {
            kind: PROFILE.to_owned(),
            id: profile.user.as_str().to_owned(),
            alias: profile.email.as_ref().map(|email| email.trim().to_lowercase()),
            at: self.clock.now(),
            body: serde_json::to_string(profile).unwrap_or_default(),
        };
        self.store.remember(installation, memo).await
    }

    async fn members(&self, installation: &InstallationId, read: Read) -> Result<Vec<Member>, Fault> {
        let kept = self.store.recall(installation, MEMBERS, "").await?;
        if let Some(members) = self.usable(kept, MEMBERS_AGE, read) {
            return Ok(members);
        }
        let members = self.dialnote.members().await.map_err(dialnote_fault)?;
        let memo = Memo {
            kind: MEMBERS.to_owned(),
            id: String::new(),
            alias: None,
            at: self.clock.now(),
            body: serde_json::to_string(&members).unwrap_or_default(),
        };
        self.store.remember(installation, memo).await?;
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
