//! Removal of the app from a workspace, which deletes its data.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tracing::{error, info, warn};

use crate::core::error::Fault;
use crate::jobs::ctx::{TenantCtx, TenantRecord};
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::lease;
use crate::jobs::outcome::{Outcome, Stop};
use crate::platform::db::{Claim, Store};
use crate::tenants::installations::{INSTALLATION_PAGE_SIZE, Installations};

/// Handles the removal of the app from a workspace, which Slack reported by an event at `at`. Deletes the tokens and
/// everything else stored of the installation, except the audit log. An event from before the current installation is
/// ignored, because the app was installed again since (§19.2).
pub(crate) async fn removed(
    ctx: &TenantCtx,
    claim: &Claim,
    at: Timestamp,
    everybody: Option<&Arc<Installations>>,
) -> Result<Outcome, Fault> {
    let id = &claim.installation;
    let Some(TenantRecord { installation, .. }) = &ctx.record else {
        error!("app removed from its workspace; reinstall it and replace SLACK_BOT_TOKEN");
        return Ok(Outcome::done(Vec::new()));
    };
    if installation.at.as_second() >= at.as_second() {
        info!("removal ignored: app installed again since");
        return Ok(Outcome::done(Vec::new()));
    }
    lease::ensure(ctx, claim).await?;
    clear(ctx.store.as_ref(), claim).await?;
    if let Some(everybody) = everybody {
        everybody.known().remove(id);
    }
    warn!("app removed; its data was deleted, except the audit log");
    Ok(Outcome::done(Vec::new()))
}

/// Deletes everything stored of a removed installation, except the audit log and the job that does so.
pub(crate) async fn clear(store: &dyn Store, claim: &Claim) -> Result<(), Fault> {
    while store.clear(&claim.installation, claim.id, INSTALLATION_PAGE_SIZE).await? > 0 {}
    Ok(())
}

impl JobKind for Removed {
    const KIND: &'static str = "removed.v1";
    const RUNS_WITHOUT_SLACK: bool = true;

    fn key(&self) -> String {
        "installation".to_owned()
    }

    fn is_from_slack(&self) -> bool {
        true
    }
}

/// The handler that deletes the stored data of a removed app.
pub(crate) struct Removals(pub(crate) Option<Arc<Installations>>);

impl Handler for Removals {
    type Job = Removed;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &Removed) -> Result<Outcome, Stop> {
        Ok(removed(ctx, claim, job.0, self.0.as_ref()).await?)
    }
}

/// The removal of the app from the workspace, with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Removed(pub Timestamp);
