//! A group cannot own a conversation, but it can be asked for somebody: the one who is there and has
//! the fewest open conversations, and of several the one whose last pick is longest ago.

use crate::dialnote::client::CallError as DialnoteError;
use crate::domain::command::UserGroup;
use crate::domain::people::Teammate;
use crate::domain::refusal::Refusal;
use crate::domain::say::Picked;
use crate::error::Fault;
use crate::ids::{InstallationId, TeamId};
use crate::slack::answer::CallError as SlackError;
use crate::store::{Claim, Memo};
use crate::work::Work;
use crate::work::inbox::{Stop, denied};

/// How many members of a group are considered.
const MOST_CONSIDERED: usize = 30;

/// The kind of memo that says when somebody was picked last.
const LAST_PICK: &str = "last_pick";

impl Work {
    /// Picks somebody of the group.
    pub(super) async fn pick(
        &self,
        claim: &Claim,
        group: &UserGroup,
        team: Option<&TeamId>,
    ) -> Result<(Teammate, Picked), Stop> {
        let mut considered = Vec::new();
        for teammate in self.available(claim, group, team).await? {
            self.hold(claim).await?;
            let refused = |error: DialnoteError| denied(error, None);
            let open = self.dialnote.open_of(&teammate.member).await.map_err(refused)?;
            let picked_at = self.last_pick(&claim.installation, &teammate).await?;
            considered.push((open, picked_at, teammate));
        }
        considered.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        let Some((open, _, teammate)) = considered.into_iter().next() else {
            return Err(Refusal::NobodyAvailable { group: group.name.clone() }.into());
        };
        self.remember_pick(&claim.installation, &teammate).await?;
        Ok((teammate, Picked { group: group.name.clone(), open }))
    }

    /// Who of the group is a teammate and there.
    async fn available(&self, claim: &Claim, group: &UserGroup, team: Option<&TeamId>) -> Result<Vec<Teammate>, Stop> {
        let unreadable = || Refusal::GroupUnreadable { group: group.name.clone() };
        let users = match self.slack.group(&group.id, team).await {
            Ok(users) => users,
            Err(SlackError::Refused(_) | SlackError::Fault(Fault::Unauthorized { .. })) => {
                return Err(unreadable().into());
            }
            Err(SlackError::Fault(fault)) => return Err(fault.into()),
        };
        let resting = self.slack.undisturbed(&users, self.clock.now()).await?;
        let mut there = Vec::new();
        for user in users.iter().filter(|user| !resting.contains(user)).take(MOST_CONSIDERED) {
            if let Ok(teammate) = self.people.teammate(&claim.installation, user).await?
                && !self.people.is_away(&claim.installation, &teammate).await?
            {
                there.push(teammate);
            }
        }
        Ok(there)
    }

    async fn last_pick(
        &self,
        installation: &InstallationId,
        teammate: &Teammate,
    ) -> Result<Option<jiff::Timestamp>, Fault> {
        Ok(self.store.recall(installation, LAST_PICK, teammate.member.as_str()).await?.map(|memo| memo.at))
    }

    async fn remember_pick(&self, installation: &InstallationId, teammate: &Teammate) -> Result<(), Fault> {
        let memo = Memo {
            kind: LAST_PICK.to_owned(),
            id: teammate.member.to_string(),
            alias: None,
            at: self.clock.now(),
            body: "{}".to_owned(),
        };
        self.store.remember(installation, memo).await
    }
}
