//! Renewal of tokens that expire.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tracing::info;

use crate::core::error::{Fault, Service};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::handler::Handler;
use crate::jobs::installation::Installation;
use crate::jobs::job::JobKind;
use crate::jobs::lease;
use crate::jobs::outcome::{Outcome, Stop};
use crate::platform::db::Claim;
use crate::platform::slack::answer::SlackError;
use crate::platform::vault::Purpose;
use crate::tenants::installations;
use crate::tenants::installations::Installations;

/// Gets a new Slack token before the current one expires. The next refresh token is stored before the new token is used
/// (docs/contracts/slack.md §18.3).
pub(crate) async fn refresh(
    ctx: &TenantCtx,
    claim: &Claim,
    installations: Option<&Arc<Installations>>,
) -> Result<Outcome, Fault> {
    let (id, now) = (&claim.installation, ctx.clock.now());
    let kept: Option<Installation> = documents::get(ctx, "").await?;
    let kept = kept.filter(|kept| kept.refresh_at().is_some_and(|due| due <= now));
    let Some(((installation, sealed), installations)) =
        kept.and_then(|kept| Some((kept.clone(), kept.refresh?))).zip(installations)
    else {
        return Ok(Outcome::done(Vec::new()));
    };
    let refresh = installations.vault.open(id, Purpose::RefreshToken, &sealed);
    let refresh = refresh.map_err(|cause| installations::closed(id, &cause))?;
    lease::ensure(ctx, claim).await?;
    let tokens = installations.oauth.refresh(&refresh).await.map_err(|error| match error {
        SlackError::Fault(fault) => fault,
        SlackError::Refused(cause) => Fault::Unauthorized { service: Service::Slack, cause },
    })?;
    let (token, next, expires) = installations.sealed(id, &tokens, now);
    let installation = Installation { token, refresh: next.or(installation.refresh), expires, ..installation };
    info!("token renewed");
    let due = installation.refresh_at();
    Ok(Outcome::done(vec![documents::put_due(ctx, "", &installation, due)]))
}

impl JobKind for RefreshToken {
    const KIND: &'static str = "refresh.v1";

    fn key(&self) -> String {
        "installation".to_owned()
    }
}

/// The handler that gets a new Slack token before the current one expires.
pub(crate) struct TokenRefresh(pub(crate) Option<Arc<Installations>>);

impl Handler for TokenRefresh {
    type Job = RefreshToken;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, _job: &RefreshToken) -> Result<Outcome, Stop> {
        Ok(refresh(ctx, claim, self.0.as_ref()).await?)
    }
}

/// A token that is about to expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefreshToken;
