//! Signs of life, so that it is known afterwards when the app did not run.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::awake::Awake;
use crate::error::Fault;
use crate::ids::InstallationId;
use crate::work::Work;

impl Work {
    /// Gives a sign of life.
    pub(super) async fn give_sign_of_life(&self, installation: &InstallationId) -> Result<(), Fault> {
        let mut awake: Awake = self.kept(installation, Awake::KIND, "").await?.unwrap_or_default();
        if awake.is_alive(self.clock.now()) {
            self.store.keep(installation, self.document(Awake::KIND, "", &awake, None)).await?;
        }
        Ok(())
    }

    /// How long the app did not run since then. If that cannot be read, it ran.
    pub(super) async fn asleep_since(&self, installation: &InstallationId, from: Timestamp) -> Duration {
        let awake = self.kept::<Awake>(installation, Awake::KIND, "").await;
        awake.ok().flatten().map_or(Duration::ZERO, |awake| awake.asleep_since(from, self.clock.now()))
    }
}
