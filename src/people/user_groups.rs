//! Follow-up of user groups whose people changed in Slack.

use crate::core::group_change::GroupChange;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::emit;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outcome::{Outcome, Stop};
use crate::platform::db::Claim;

impl JobKind for GroupChange {
    const KIND: &'static str = "group.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        format!("group:{}", self.group)
    }

    fn is_from_slack(&self) -> bool {
        true
    }
}

/// The handler of changed user groups.
pub(crate) struct UserGroups;

impl Handler for UserGroups {
    type Job = GroupChange;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &GroupChange) -> Result<Outcome, Stop> {
        Ok(Outcome::done(emit::group_changed(ctx, job).await?))
    }
}
