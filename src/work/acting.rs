//! Who may act. What was kept of both sides serves for the work on conversations, if it is not old. Who changes
//! what holds for everybody is asked about again at that moment: events that tell of a demotion get lost.

use std::time::Duration;

use tokio::time::timeout;
use tracing::info;

use crate::domain::people::{Profile, Teammate, link};
use crate::domain::refusal::Refusal;
use crate::error::Fault;
use crate::ids::{InstallationId, SlackUserId};
use crate::work::people::{Freshness, PROFILE, People, UnlinkedUser};

/// How long the two services may take to say who a person is.
const IDENTITY_TIMEOUT: Duration = Duration::from_secs(5);

impl People {
    /// The teammate that a Slack user is, or why the user is none: so that they may act.
    pub async fn teammate(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
    ) -> Result<Result<Teammate, UnlinkedUser>, Fault> {
        self.recognized(installation, user, Freshness::Lately).await
    }

    /// The same, so that they are shown something: that does not wait for dialnote.
    pub(super) async fn reader(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
    ) -> Result<Result<Teammate, UnlinkedUser>, Fault> {
        self.recognized(installation, user, Freshness::Kept).await
    }

    /// The same by what both services say now, for what holds for everybody. If they do not, the refusal says so.
    pub(super) async fn teammate_now(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
    ) -> Result<Result<Result<Teammate, UnlinkedUser>, Refusal>, Fault> {
        match timeout(IDENTITY_TIMEOUT, self.recognized(installation, user, Freshness::Anew)).await {
            Ok(Ok(recognized)) => Ok(Ok(recognized)),
            Ok(Err(fault @ (Fault::Store(_) | Fault::Unreadable { .. } | Fault::Sealed(_)))) => Err(fault),
            Ok(Err(cause)) => {
                info!(%cause, "it could not be asked who a person is");
                Ok(Err(Refusal::WhoIsUnknown))
            }
            Err(_) => Ok(Err(Refusal::WhoIsUnknown)),
        }
    }

    async fn recognized(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
        read: Freshness,
    ) -> Result<Result<Teammate, UnlinkedUser>, Fault> {
        let linked = match self.linked(installation, user, read).await? {
            Ok(teammate) => return Ok(Ok(teammate)),
            Err(stranger) if read == Freshness::Anew => Err(stranger),
            Err(_) => self.linked(installation, user, Freshness::Anew).await?,
        };
        if let Err(stranger) = &linked {
            self.remember_stranger(installation, user, stranger.why).await?;
        }
        Ok(linked)
    }

    /// Whether a Slack user is a teammate, by the members as they were last read; else it is found out.
    pub async fn is_known(&self, installation: &InstallationId, user: &SlackUserId) -> Result<bool, Fault> {
        if let Some(profile) = self.look_up(installation, user).await?
            && self.who(installation, &profile).await?.is_ok()
        {
            return Ok(true);
        }
        Ok(self.teammate(installation, user).await?.is_ok())
    }

    /// Whether a Slack user is a teammate by what was read last of both sides.
    pub(super) async fn is_kept_as_teammate(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
    ) -> Result<bool, Fault> {
        let kept = self.store.cache_get(installation, PROFILE, user.as_str()).await?;
        let profile = kept.and_then(|kept| serde_json::from_str::<Profile>(&kept.body).ok());
        let (members, by_hand) = (self.kept_members(installation).await?, self.by_hand(installation).await?);
        Ok(profile.is_some_and(|profile| link(&profile, &members, &by_hand).is_ok()))
    }
}
