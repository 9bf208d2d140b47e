//! Who is who: reads Slack profiles and dialnote members, keeps them for a while, and links the two.
//! Nobody is refused on what was kept: before a "no" both sides are read anew.

use std::cmp::Reverse;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::dialnote::client::{CallError as DialnoteError, Denied, Dialnote};
use crate::domain::conversation::Owner;
use crate::domain::naming;
use crate::domain::people::{Account, ByHand, Member, Profile, Teammate, Unlinked, link};
use crate::domain::plan::Party;
use crate::error::{Fault, Service};
use crate::ids::{InstallationId, MemberId, SlackUserId};
use crate::slack::answer::CallError as SlackError;
use crate::slack::client::Slack;
use crate::store::{Document, Memo, Store};

/// How long a Slack profile is good for. `user_change` events replace it earlier.
const PROFILE_AGE: Duration = Duration::from_hours(1);

/// How long the list of members is good for. dialnote tells nobody when it changes.
const MEMBERS_AGE: Duration = Duration::from_mins(10);

/// How many members are looked up for that.
const LOOKED_UP: usize = 100;

/// What an owner is called of whom dialnote says no name: who left has none any more.
const SOMEBODY_GONE: &str = "somebody who left";

/// How many links made by hand count.
const MOST_BY_HAND: usize = 10_000;

/// How many Slack users are remembered who wanted something and are no members, and for how long it is not
/// written down again that they did.
const MOST_STRANGERS: usize = 1_000;
const REMEMBERED: Duration = Duration::from_hours(24);

/// Who wanted something, or was to be given something, and is no member (`store::Document`), by Slack user.
pub(super) const STRANGER: &str = "stranger";

const SOUGHT: &str = "sought";
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

/// A Slack user who wanted something and was no member, as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Noted {
    profile: Profile,
    why: Unlinked,
}

/// A Slack user who wanted something and was no member then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tried {
    /// Who.
    pub(super) profile: Profile,
    /// When.
    pub(super) at: Timestamp,
    /// Why they are none; nothing, if they are one by now.
    pub(super) why: Option<Unlinked>,
}

/// A member who was looked for in Slack by an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sought {
    member: MemberId,
    email: Option<String>,
    /// Who has that address there, and is nobody else.
    user: Option<SlackUserId>,
}

/// Links Slack users and dialnote members.
pub struct People {
    pub(super) store: Arc<dyn Store>,
    slack: Slack,
    dialnote: Dialnote,
    clock: Clock,
    /// The list of members that was last read, and what was kept of it. It may have hundreds, and is
    /// needed for every command.
    members: Mutex<Option<(String, Arc<[Member]>)>>,
}

/// Whether what was kept may be used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Read {
    Kept,
    Anew,
}

impl People {
    pub(super) fn new(store: Arc<dyn Store>, slack: Slack, dialnote: Dialnote, clock: Clock) -> Self {
        Self { store, slack, dialnote, clock, members: Mutex::default() }
    }

    /// The teammate that a Slack user is, or why the user is none.
    pub async fn teammate(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
    ) -> Result<Result<Teammate, Stranger>, Fault> {
        let linked = match self.linked(installation, user, Read::Kept).await? {
            Ok(teammate) => return Ok(Ok(teammate)),
            Err(_) => self.linked(installation, user, Read::Anew).await?,
        };
        if let Err(stranger) = &linked {
            self.remember_stranger(installation, user, stranger.why).await?;
        }
        Ok(linked)
    }

    /// Writes down that somebody wanted something and is no member, for admins to see who may be whom.
    async fn remember_stranger(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
        why: Unlinked,
    ) -> Result<(), Fault> {
        let profile = self.profile(installation, user, Read::Kept).await?;
        let Some(profile) = profile.filter(|_| why.can_be_linked()) else { return Ok(()) };
        let body = serde_json::to_string(&Noted { profile, why }).unwrap_or_default();
        let kept = self.store.document(installation, STRANGER, user.as_str()).await?;
        let (kind, id, at) = (STRANGER.to_owned(), user.to_string(), self.clock.now());
        if kept.is_some_and(|kept| kept.body == body && super::later(kept.at, REMEMBERED) > at) {
            return Ok(());
        }
        self.store.keep(installation, Document { kind, id, at, due: None, body }).await
    }

    /// Who wanted something and was no member then, whether they are one by now or not, latest first.
    pub(super) async fn strangers(&self, installation: &InstallationId) -> Result<Vec<Tried>, Fault> {
        let kept = self.store.documents(installation, STRANGER, MOST_STRANGERS).await?;
        let (members, by_hand) = (self.members(installation, Read::Kept).await?, self.by_hand(installation).await?);
        let tried = kept.into_iter().filter_map(|kept| {
            let Noted { profile, .. } = serde_json::from_str(&kept.body).ok()?;
            Some(Tried { at: kept.at, why: link(&profile, &members, &by_hand).err(), profile })
        });
        let mut tried: Vec<_> = tried.collect();
        tried.sort_by_key(|tried| Reverse(tried.at));
        Ok(tried)
    }

    /// The links that were made by hand.
    pub(super) async fn by_hand(&self, installation: &InstallationId) -> Result<Vec<ByHand>, Fault> {
        let kept = self.store.documents(installation, ByHand::KIND, MOST_BY_HAND).await?;
        Ok(kept.into_iter().filter_map(|kept| serde_json::from_str(&kept.body).ok()).collect())
    }

    /// A Slack user as they are.
    pub(super) async fn read_profile(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
    ) -> Result<Option<Profile>, Fault> {
        self.profile(installation, user, Read::Anew).await
    }

    /// A Slack user as they are or were a moment ago.
    pub(super) async fn look_up(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
    ) -> Result<Option<Profile>, Fault> {
        self.profile(installation, user, Read::Kept).await
    }

    /// Whether a Slack user is a teammate, as far as that is known; else it is found out.
    pub async fn is_known(&self, installation: &InstallationId, user: &SlackUserId) -> Result<bool, Fault> {
        let kept = self.store.recall(installation, PROFILE, user.as_str()).await?;
        let profile = kept.and_then(|kept| serde_json::from_str::<Profile>(&kept.body).ok());
        let (members, by_hand) = (self.kept_members(installation).await?, self.by_hand(installation).await?);
        if profile.is_some_and(|profile| link(&profile, &members, &by_hand).is_ok()) {
            return Ok(true);
        }
        Ok(self.teammate(installation, user).await?.is_ok())
    }

    /// What colleagues call a Slack user.
    pub async fn name(&self, installation: &InstallationId, user: &SlackUserId) -> Result<Option<String>, Fault> {
        let Some(profile) = self.profile(installation, user, Read::Kept).await? else { return Ok(None) };
        let members = self.kept_members(installation).await?;
        Ok(Some(naming::name(&profile, None, &members)))
    }

    /// A Slack user's time zone, if Slack knows it.
    pub(super) async fn zone(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
    ) -> Result<Option<String>, Fault> {
        Ok(self.profile(installation, user, Read::Kept).await?.and_then(|profile| profile.zone))
    }

    /// The members who are nobody in Slack, as far as was looked.
    pub(super) async fn unlinked(&self, installation: &InstallationId) -> Result<Vec<Member>, Fault> {
        let members = self.members(installation, Read::Kept).await?;
        let by_hand = self.by_hand(installation).await?;
        let sought = self.sought(installation, &members).await?;
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
    async fn sought(&self, installation: &InstallationId, members: &[Member]) -> Result<Vec<Sought>, Fault> {
        let kept = self.store.recall(installation, SOUGHT, "").await?;
        let known: Vec<Sought> = self.usable(kept.clone(), PROFILE_AGE, Read::Kept).unwrap_or_default();
        let mut sought = Vec::new();
        for member in members.iter().take(LOOKED_UP) {
            let same = known.iter().find(|known| known.member == member.id && known.email == member.email);
            sought.push(match same {
                Some(known) => known.clone(),
                None => self.seek(installation, member, members).await?,
            });
        }
        if sought != known {
            self.keep(installation, SOUGHT, "", None, &sought).await?;
        }
        Ok(sought)
    }

    async fn seek(&self, installation: &InstallationId, member: &Member, members: &[Member]) -> Result<Sought, Fault> {
        let profile = match &member.email {
            Some(email) => self.profile_by_email(installation, email).await?,
            None => None,
        };
        let teammate = profile.and_then(|profile| link(&profile, members, &[]).ok());
        let user = teammate.filter(|teammate| teammate.member == member.id).map(|teammate| teammate.user);
        Ok(Sought { member: member.id.clone(), email: member.email.clone(), user })
    }

    /// The members as they were last read, without asking anybody.
    pub(super) async fn known_members(&self, installation: &InstallationId) -> Result<Vec<MemberId>, Fault> {
        Ok(self.kept_members(installation).await?.iter().map(|member| member.id.clone()).collect())
    }

    /// The Slack user that a member is, and what colleagues call them, as far as that is known without
    /// asking anybody.
    pub(super) async fn known_teammate(
        &self,
        installation: &InstallationId,
        member: &MemberId,
    ) -> Result<Option<(SlackUserId, String)>, Fault> {
        let (members, by_hand) = (self.kept_members(installation).await?, self.by_hand(installation).await?);
        let email = members.iter().find(|one| one.id == *member).and_then(|member| member.email.as_deref());
        let kept = match (by_hand.iter().find(|link| link.member == *member), email) {
            (Some(link), _) => self.store.recall(installation, PROFILE, link.user.as_str()).await?,
            (None, Some(email)) => self.store.recall_alias(installation, PROFILE, &email.trim().to_lowercase()).await?,
            (None, None) => None,
        };
        let profile = kept.and_then(|kept| serde_json::from_str::<Profile>(&kept.body).ok());
        let teammate = profile.and_then(|profile| link(&profile, &members, &by_hand).ok());
        Ok(teammate.filter(|teammate| teammate.member == *member).map(|teammate| (teammate.user, teammate.name)))
    }

    async fn kept_members(&self, installation: &InstallationId) -> Result<Arc<[Member]>, Fault> {
        let kept = self.store.recall(installation, MEMBERS, "").await?;
        Ok(kept.and_then(|kept| self.listed(kept.body)).unwrap_or_default())
    }

    /// The members of a list that was kept.
    fn listed(&self, kept: String) -> Option<Arc<[Member]>> {
        let mut last = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, members)) = last.as_ref().filter(|(same, _)| *same == kept) {
            return Some(Arc::clone(members));
        }
        let members: Arc<[Member]> = serde_json::from_str::<Vec<_>>(&kept).ok()?.into();
        *last = Some((kept, Arc::clone(&members)));
        Some(members)
    }

    /// An owner as dialnote names them, with the Slack user they are, if they are one.
    pub async fn party(&self, installation: &InstallationId, owner: &Owner) -> Result<Party, Fault> {
        let members = self.members(installation, Read::Kept).await?;
        let member = members.iter().find(|member| member.id == owner.id);
        let known_as = member.filter(|_| owner.name.is_empty()).map_or(&owner.name, |member| &member.name).clone();
        let known_as = if known_as.is_empty() { SOMEBODY_GONE.to_owned() } else { known_as };
        let teammate = match member {
            Some(member) => self.is_in_slack(installation, member, &members).await?,
            None => None,
        };
        Ok(Party {
            member: owner.id.clone(),
            name: teammate.as_ref().map_or(known_as, |teammate| teammate.name.clone()),
            user: teammate.map(|teammate| teammate.user),
        })
    }

    /// Who a member is in Slack: by hand, else by the address.
    pub(super) async fn is_in_slack(
        &self,
        installation: &InstallationId,
        member: &Member,
        members: &[Member],
    ) -> Result<Option<Teammate>, Fault> {
        let by_hand = self.by_hand(installation).await?;
        let profile = match (by_hand.iter().find(|link| link.member == member.id), &member.email) {
            (Some(link), _) => self.profile(installation, &link.user, Read::Kept).await?,
            (None, Some(email)) => self.profile_by_email(installation, email).await?,
            (None, None) => None,
        };
        let teammate = profile.and_then(|profile| link(&profile, members, &by_hand).ok());
        Ok(teammate.filter(|teammate| teammate.member == member.id))
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
        self.seek_anew_if_changed(installation, before.as_ref(), now.as_ref()).await?;
        if now.is_none_or(|now| now.account != Account::Deactivated) {
            return Ok(None);
        }
        let members = self.members(installation, Read::Kept).await?;
        let by_hand = self.by_hand(installation).await?;
        let teammate = before.and_then(|before| link(&before, &members, &by_hand).ok());
        Ok(teammate.map(|teammate| Owner { id: teammate.member, name: teammate.name }))
    }

    /// Who was looked for by an address may be found by it now, or not any more.
    async fn seek_anew_if_changed(
        &self,
        installation: &InstallationId,
        before: Option<&Profile>,
        now: Option<&Profile>,
    ) -> Result<(), Fault> {
        let address = |email: Option<&String>| email.map(|email| email.trim().to_lowercase());
        let [before, now] = [before, now].map(|profile| address(profile.and_then(|profile| profile.email.as_ref())));
        let is_a_members = self.kept_members(installation).await?.iter().any(|member| {
            let email = address(member.email.as_ref());
            email.is_some() && (email == before || email == now)
        });
        if before == now || !is_a_members {
            return Ok(());
        }
        self.keep(installation, SOUGHT, "", None, &Vec::<Sought>::new()).await
    }

    /// The members, as they are or were a moment ago.
    pub(super) async fn team(&self, installation: &InstallationId) -> Result<Arc<[Member]>, Fault> {
        self.members(installation, Read::Kept).await
    }

    /// The members as they are.
    pub(super) async fn team_now(&self, installation: &InstallationId) -> Result<Arc<[Member]>, Fault> {
        self.members(installation, Read::Anew).await
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
        let by_hand = self.by_hand(installation).await?;
        let stranger = |why| Stranger { name: naming::name(&profile, None, &members), why };
        Ok(link(&profile, &members, &by_hand).map_err(stranger))
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
        self.keep_profile(installation, profile).await
    }

    async fn profile_by_email(&self, installation: &InstallationId, email: &str) -> Result<Option<Profile>, Fault> {
        let kept = self.store.recall_alias(installation, PROFILE, &email.trim().to_lowercase()).await?;
        if let Some(profile) = self.usable(kept, PROFILE_AGE, Read::Kept) {
            return Ok(Some(profile));
        }
        let profile = self.slack.profile_by_email(installation, email).await.map_err(slack_fault)?;
        self.keep_profile(installation, profile).await
    }

    async fn keep_profile(
        &self,
        installation: &InstallationId,
        profile: Option<Profile>,
    ) -> Result<Option<Profile>, Fault> {
        let Some(profile) = profile else { return Ok(None) };
        let profile = self.told_apart(installation, profile).await?;
        let email = profile.email.as_ref().map(|email| email.trim().to_lowercase());
        self.keep(installation, PROFILE, profile.user.as_str(), email, &profile).await?;
        Ok(Some(profile))
    }

    pub(super) async fn keep(
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

    async fn members(&self, installation: &InstallationId, read: Read) -> Result<Arc<[Member]>, Fault> {
        let kept = self.store.recall(installation, MEMBERS, "").await?;
        if let Some(members) = self.fresh(kept, MEMBERS_AGE, read).and_then(|kept| self.listed(kept.body)) {
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
        Ok(members.into())
    }

    fn usable<T: DeserializeOwned>(&self, kept: Option<Memo>, age: Duration, read: Read) -> Option<T> {
        serde_json::from_str(&self.fresh(kept, age, read)?.body).ok()
    }

    fn fresh(&self, kept: Option<Memo>, age: Duration, read: Read) -> Option<Memo> {
        kept.filter(|memo| read == Read::Kept && super::later(memo.at, age) > self.clock.now())
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
