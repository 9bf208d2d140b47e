//! The one workspace whose token the operator has set. Only Slack knows which workspace that is, so it is asked once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::core::error::Fault;
use crate::core::ids::InstallationId;
use crate::jobs::ctx::TenantCtx;

/// The workspace whose token is set.
pub struct OwnWorkspace {
    /// The services, scoped to no installation.
    services: TenantCtx,
    /// The same services for the rows of the installations that it may be: of one, once Slack has named it.
    scoped: Mutex<HashMap<InstallationId, Arc<TenantCtx>>>,
}

impl OwnWorkspace {
    /// Creates the workspace that these services belong to.
    pub fn new(services: TenantCtx) -> Self {
        Self { services, scoped: Mutex::default() }
    }

    /// Returns its services, scoped to no installation.
    pub fn services(&self) -> &TenantCtx {
        &self.services
    }

    /// Returns its services, scoped to `installation`. The worker refuses jobs for another workspace.
    pub fn of(&self, installation: &InstallationId) -> Arc<TenantCtx> {
        let scoped = || Arc::new(self.services.scoped_to(installation.clone()));
        if !self.may_be(installation) {
            return scoped();
        }
        self.scoped().entry(installation.clone()).or_insert_with(scoped).clone()
    }

    /// Answers whether this workspace may be `installation`. An acknowledgement does not wait until Slack names the
    /// workspace: until then the answer is yes, and the worker finds out.
    pub(crate) fn may_be(&self, installation: &InstallationId) -> bool {
        self.services.known_home().is_none_or(|home| home == installation)
    }

    /// Returns its services, scoped to its own installation. Asks Slack once which workspace it is.
    pub(crate) async fn at_home(&self) -> Result<Arc<TenantCtx>, Fault> {
        let home = self.services.home().await?;
        self.scoped().retain(|installation, _| installation == home);
        Ok(self.of(home))
    }

    fn scoped(&self) -> MutexGuard<'_, HashMap<InstallationId, Arc<TenantCtx>>> {
        // Nothing is done while it is held that could leave it half changed.
        self.scoped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
