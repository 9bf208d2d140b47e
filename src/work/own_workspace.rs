//! The one workspace whose token the operator has set. Only Slack knows which workspace that is, so it is asked once.

use std::sync::{Arc, OnceLock};

use crate::error::Fault;
use crate::ids::InstallationId;
use crate::work::ctx::TenantCtx;

/// The workspace whose token is set.
pub struct OwnWorkspace {
    /// The services, scoped to no installation.
    services: TenantCtx,
    at_home: OnceLock<Arc<TenantCtx>>,
}

impl OwnWorkspace {
    /// Creates the workspace that these services belong to.
    pub fn new(services: TenantCtx) -> Self {
        Self { services, at_home: OnceLock::new() }
    }

    /// Returns its services, scoped to no installation.
    pub fn services(&self) -> &TenantCtx {
        &self.services
    }

    /// Returns its services, scoped to `installation`. The worker refuses jobs for another workspace.
    pub fn of(&self, installation: &InstallationId) -> Arc<TenantCtx> {
        match self.at_home.get().filter(|home| home.installation() == installation) {
            Some(home) => home.clone(),
            None => Arc::new(self.services.scoped_to(installation.clone())),
        }
    }

    /// Answers whether this workspace may be `installation`. An acknowledgement does not wait until Slack names the
    /// workspace: until then the answer is yes, and the worker finds out.
    pub fn may_be(&self, installation: &InstallationId) -> bool {
        self.services.known_home().is_none_or(|home| home == installation)
    }

    /// Returns its services, scoped to its own installation. Asks Slack once which workspace it is.
    pub async fn at_home(&self) -> Result<Arc<TenantCtx>, Fault> {
        let home = self.services.home().await?;
        Ok(self.at_home.get_or_init(|| Arc::new(self.services.scoped_to(home.clone()))).clone())
    }
}
