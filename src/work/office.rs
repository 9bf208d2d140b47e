//! One program works for many installations. Here is what they share, and whose work a job is: each job, each
//! request and each look goes to the [`Work`] of its installation, which knows that one's tokens and nobody
//! else's.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use tracing::{Instrument, info_span};
use url::Url;

use crate::clock::Clock;
use crate::domain::conversation::Links;
use crate::domain::job::Job;
use crate::error::Fault;
use crate::ids::InstallationId;
use crate::metrics::Metrics;
use crate::slack::socket::Dialer;
use crate::store::{Claim, Lane, Memo, NewJob, Store};
use crate::work::{Settings, Work, new_job};

/// How much a large command and all that is kept of it take up, in bytes.
const LARGE_COMMAND: usize = 32 * 1024;

/// How long a store that is well may take.
const IN_TIME: Duration = Duration::from_secs(2);

/// What all work has in common.
#[derive(Clone)]
pub struct Common {
    /// The durable core.
    pub store: Arc<dyn Store>,
    /// dialnote's addresses on the web.
    pub links: Links,
    /// The clock.
    pub clock: Clock,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What can be set about the work.
    pub settings: Settings,
    /// Where Slack and dialnote reach us.
    pub door: Door,
    /// This process among others on the same store.
    pub instance: String,
}

/// Where Slack and dialnote reach us, and how we know Slack.
#[derive(Clone)]
pub struct Door {
    /// Where we are on the web, if that is known.
    pub public: Option<Url>,
    /// The signing secrets, of which one must have signed a request of Slack's.
    pub secrets: Arc<[SecretString]>,
    /// What opens connections to Slack, if it is to deliver by those.
    pub dialer: Option<Dialer>,
    /// How many of them are kept.
    pub sockets: usize,
}

impl Common {
    /// What a process that has just started has.
    pub fn new(store: Arc<dyn Store>, links: Links, clock: Clock, settings: Settings, door: Door) -> Self {
        let instance = format!("{:016x}", rand::random::<u64>());
        Self { store, links, clock, metrics: Arc::default(), settings, door, instance }
    }
}

/// Everybody's work.
pub struct Office {
    /// What all of it has in common.
    pub common: Common,
    /// The work of the workspace whose token stands in the environment.
    own: Arc<Work>,
}

impl Office {
    /// An office for one workspace.
    pub fn new(common: Common, own: Arc<Work>) -> Self {
        Self { common, own }
    }

    /// The work of the workspace whose token stands in the environment.
    pub fn own(&self) -> &Arc<Work> {
        &self.own
    }

    /// Whose work this is. Work for an installation that is not ours is refused by whoever gets it.
    pub fn of(&self, _: &InstallationId) -> Arc<Work> {
        self.own.clone()
    }

    /// All that is to be watched.
    pub fn all(&self) -> Vec<Arc<Work>> {
        vec![self.own.clone()]
    }

    /// Claims one job of the lane, if one is due, and works on it until it is finished or has to
    /// wait. Answers whether there was one.
    pub async fn step(&self, lane: Lane) -> Result<bool, Fault> {
        let Common { store, clock, settings, .. } = &self.common;
        let claims = store.claim(lane, 1, clock.now(), settings.lease).await?;
        let Some(claim) = claims.into_iter().next() else { return Ok(false) };
        self.work_on(claim).await?;
        Ok(true)
    }

    /// Works on a claimed job until it is finished or has to wait.
    pub(super) async fn work_on(&self, claim: Claim) -> Result<(), Fault> {
        let work = self.of(&claim.installation);
        // The time at which it was accepted goes along with everything that follows from a request.
        let span = info_span!("job", id = %claim.id, request = claim.accepted.as_millisecond());
        Box::pin(work.work_on(claim)).instrument(span).await
    }

    /// A job to be stored, asked for at `now` and due at once.
    pub fn new_job(&self, installation: &InstallationId, job: &Job, now: Timestamp) -> NewJob {
        new_job(installation, job, now, self.common.settings.pacing)
    }
}

/// Stores something of no consequence and of a large command's size, to see whether the store
/// takes one in: on a disk that is nearly full there may be room for less.
pub async fn try_store(store: &dyn Store, clock: &Clock, instance: &str) -> Result<(), Fault> {
    let memo = Memo {
        kind: "readiness".to_owned(),
        id: instance.to_owned(),
        alias: None,
        at: clock.now(),
        body: "?".repeat(LARGE_COMMAND),
    };
    let nobody = InstallationId::new("readiness");
    let stored = store.remember(&nobody, memo);
    let late = |_| Fault::Store("it took nothing in in time".into());
    tokio::time::timeout(IN_TIME, stored).await.map_err(late)?
}
