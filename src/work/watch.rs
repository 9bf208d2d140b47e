//! Looking at what changes in dialnote: it tells nobody, so its list is read again and again, from the
//! most recently active conversation down to where nothing is new.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::dialnote::client::{CallError, Denied, PAGE};
use crate::domain::conversation::Conversation;
use crate::domain::job::{Job, NoticedJob};
use crate::error::{Fault, Service};
use crate::ids::InstallationId;
use crate::store::{Class, Delivery, Document, Mirrored, NewJob};
use crate::work::index::seen;
use crate::work::{Work, later};

/// How often it is looked at least and at most.
const INTERVAL: [Duration; 2] = [Duration::from_secs(5), Duration::from_mins(1)];

/// How long whoever looks is the only one who does, without a sign of life.
const LEADS: Duration = Duration::from_secs(90);

/// After how long without a look nobody is told of each change any more.
const LONG_AWAY: Duration = Duration::from_mins(10);

/// What is kept of looking (`store::Document`).
const KIND: &str = "watch";

/// How far looking got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Watched {
    /// Whether the list was once read to its end: from then on only what changes is read.
    pub(super) whole: bool,
    /// When dialnote last answered.
    pub(super) at: Option<Timestamp>,
}

impl Work {
    /// Looks once, if no other instance does. Answers how many conversations had changed.
    pub async fn watch(&self) -> Result<usize, Fault> {
        let installation = self.home().await?.clone();
        let now = self.clock.now();
        let name = format!("watch:{installation}");
        if !self.store.lead(&name, &self.instance, now, later(now, LEADS)).await? {
            return Ok(0);
        }
        let before = self.watched(&installation).await?;
        let changed = self.read_on(&installation, &before).await?;
        let watched = Watched { whole: true, at: Some(now) };
        if !before.whole {
            info!(conversations = changed, "all conversations are read");
        }
        self.keep_watched(&installation, &watched).await?;
        Ok(changed)
    }

    /// Looks at the top of the list, whoever else does: somebody waits for a list of their own.
    pub(super) async fn glance(&self, installation: &InstallationId) -> Result<(), Fault> {
        let at = self.clock.now();
        let before = self.watched(installation).await?;
        let page = self.dialnote.conversations(0).await.map_err(fault)?;
        self.note_changes(installation, page.conversations, at, &before).await?;
        self.keep_watched(installation, &Watched { at: Some(at), ..before }).await
    }

    /// How far looking got.
    pub(super) async fn watched(&self, installation: &InstallationId) -> Result<Watched, Fault> {
        let kept = self.store.document(installation, KIND, "").await?;
        Ok(kept.and_then(|kept| serde_json::from_str(&kept.body).ok()).unwrap_or_default())
    }

    async fn keep_watched(&self, installation: &InstallationId, watched: &Watched) -> Result<(), Fault> {
        let body = serde_json::to_string(watched).unwrap_or_default();
        let document = Document { kind: KIND.to_owned(), id: String::new(), at: self.clock.now(), due: None, body };
        self.store.keep(installation, document).await
    }

    /// Reads the list to the first page without news, or to its end. What becomes active meanwhile
    /// moves to the top and is found the next time.
    async fn read_on(&self, installation: &InstallationId, watched: &Watched) -> Result<usize, Fault> {
        let (mut offset, mut changed) = (0, 0);
        loop {
            let at = self.clock.now();
            let page = self.dialnote.conversations(offset).await.map_err(fault)?;
            let new = self.note_changes(installation, page.conversations, at, watched).await?;
            changed += new;
            offset += PAGE;
            if page.last || (watched.whole && new == 0) {
                return Ok(changed);
            }
        }
    }

    /// Stores what is not as it was seen last, and before that, what is to be done about it: whoever dies
    /// in between finds it once more. Answers how much that is.
    async fn note_changes(
        &self,
        installation: &InstallationId,
        page: Vec<Conversation>,
        at: Timestamp,
        watched: &Watched,
    ) -> Result<usize, Fault> {
        let changed: Vec<Changed> = self
            .index
            .look(self.store.as_ref(), installation, |known| {
                let news = page.into_iter().filter_map(|conversation| {
                    let before = known.get(&conversation.id).map(|sight| &sight.known.conversation);
                    let shown = before.and_then(|before| before.last_activity.as_ref());
                    let now = conversation.past_notes(shown);
                    (before != Some(&now)).then(|| Changed { before: before.cloned().map(Box::new), now })
                });
                news.collect()
            })
            .await?;
        let count = changed.len();
        if count > 0 {
            if let Some(last) = watched.at.filter(|_| watched.whole) {
                self.have_noticed(installation, &changed, at, later(last, LONG_AWAY) < at).await?;
            }
            let seen: Vec<Mirrored> = changed.iter().map(|changed| seen(&changed.now, at)).collect();
            self.store.mirror(installation, seen).await?;
        }
        Ok(count)
    }

    /// Has done what follows from changes.
    async fn have_noticed(
        &self,
        installation: &InstallationId,
        changed: &[Changed],
        at: Timestamp,
        quiet: bool,
    ) -> Result<(), Fault> {
        let jobs = changed.iter().filter(|changed| changed.concerns_anybody()).map(|changed| {
            let (conversation, before) = (changed.now.id.clone(), changed.before.clone());
            let job = self.new_job(installation, &Job::Noticed(NoticedJob { conversation, before, at, quiet }));
            NewJob { class: Class::Machine, ..job }
        });
        let mut jobs: Vec<_> = jobs.collect();
        if jobs.is_empty() {
            return Ok(());
        }
        if quiet {
            jobs.extend(self.catch_up(installation).await?);
        }
        let delivery =
            Delivery { installation: installation.clone(), key: format!("watch:{:032x}", rand::random::<u128>()) };
        self.store.accept(delivery, jobs, self.clock.now()).await.map(drop)
    }
}

/// A conversation that is not as it was seen before.
struct Changed {
    before: Option<Box<Conversation>>,
    now: Conversation,
}

impl Changed {
    /// That somebody has read it is nobody's news.
    fn concerns_anybody(&self) -> bool {
        let before = self.before.as_ref();
        before.is_none_or(|before| Conversation { read: self.now.read, ..(**before).clone() } != self.now)
    }
}

/// How long to wait until the next look: less when much happens.
pub(super) fn pause(before: Duration, looked: &Result<usize, Fault>) -> Duration {
    let [least, most] = INTERVAL;
    match looked {
        Ok(0) => before.mul_f64(1.5).clamp(least, most),
        Ok(_) => least,
        Err(Fault::RateLimited { wait, .. }) => (*wait).max(least),
        Err(_) => most,
    }
}

pub(super) fn fault(error: CallError) -> Fault {
    let unusable = |cause: String| Fault::Unusable { service: Service::Dialnote, cause };
    match error {
        CallError::Fault(fault) => fault,
        CallError::Denied(Denied::Words(words)) => unusable(words),
        CallError::Denied(denied) => unusable(format!("{denied:?}")),
    }
}
