//! The one workspace whose token the operator has set. Which workspace that is only Slack knows: it is asked once.

use std::sync::{Arc, OnceLock};

use crate::error::Fault;
use crate::ids::InstallationId;
use crate::work::ctx::TenantCtx;

/// The workspace whose token is set.
pub struct OwnWorkspace {
    /// Its services, for the rows of no installation.
    services: TenantCtx,
    at_home: OnceLock<Arc<TenantCtx>>,
}

impl OwnWorkspace {
    /// The workspace that these services belong to.
    pub fn new(services: TenantCtx) -> Self {
        Self { services, at_home: OnceLock::new() }
    }

    /// Its services, for the rows of no installation.
    pub fn services(&self) -> &TenantCtx {
        &self.services
    }

    /// Its services for the rows of `installation`. Work for another workspace is refused by the one who gets it.
    pub fn of(&self, installation: &InstallationId) -> Arc<TenantCtx> {
        match self.at_home.get().filter(|home| home.installation() == installation) {
            Some(home) => home.clone(),
            None => Arc::new(self.services.scoped_to(installation.clone())),
        }
    }

    /// Whether it may be `installation`. No acknowledgement waits for Slack to say so: until that is known, the one
    /// who works on the request finds out.
    pub fn may_be(&self, installation: &InstallationId) -> bool {
        self.services.known_home().is_none_or(|home| home == installation)
    }

    /// Its services for its own rows. Asks Slack which workspace it is, once.
    pub async fn at_home(&self) -> Result<Arc<TenantCtx>, Fault> {
        let home = self.services.home().await?;
        Ok(self.at_home.get_or_init(|| Arc::new(self.services.scoped_to(home.clone()))).clone())
    }
}
