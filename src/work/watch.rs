//! Looking at what changes in dialnote: it tells nobody, so its list is read again and again, from the
//! most recently active conversation down to where nothing is new.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::dialnote::client::{CallError, Denied, PAGE};
use crate::domain::conversation::Conversation;
use crate::error::{Fault, Service};
use crate::ids::InstallationId;
use crate::store::{Document, Mirrored};
use crate::work::index::seen;
use crate::work::{Work, later};

/// How often it is looked at least and at most.
const INTERVAL: [Duration; 2] = [Duration::from_secs(5), Duration::from_mins(1)];

/// How long whoever looks is the only one who does, without a sign of life.
const LEADS: Duration = Duration::from_secs(90);

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
        let changed = self.read_on(&installation, before.whole).await?;
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
        let page = self.dialnote.conversations(0).await.map_err(fault)?;
        self.note_changes(installation, page.conversations, at).await?;
        let before = self.watched(installation).await?;
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
    async fn read_on(&self, installation: &InstallationId, stop_early: bool) -> Result<usize, Fault> {
        let (mut offset, mut changed) = (0, 0);
        loop {
            let at = self.clock.now();
            let page = self.dialnote.conversations(offset).await.map_err(fault)?;
            let new = self.note_changes(installation, page.conversations, at).await?;
            changed += new;
            offset += PAGE;
            if page.last || (stop_early && new == 0) {
                return Ok(changed);
            }
        }
    }

    /// Stores what is not as it was seen last. Answers how much that is.
    async fn note_changes(
        &self,
        installation: &InstallationId,
        page: Vec<Conversation>,
        at: Timestamp,
    ) -> Result<usize, Fault> {
        let changed: Vec<Mirrored> = self
            .index
            .look(self.store.as_ref(), installation, |known| {
                let news = page.into_iter().filter_map(|conversation| {
                    let before = known.get(&conversation.id).map(|sight| &sight.known.conversation);
                    let shown = before.and_then(|before| before.last_activity.as_ref());
                    let conversation = conversation.past_notes(shown);
                    (before != Some(&conversation)).then(|| seen(&conversation, at))
                });
                news.collect()
            })
            .await?;
        let count = changed.len();
        if count > 0 {
            self.store.mirror(installation, changed).await?;
        }
        Ok(count)
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

fn fault(error: CallError) -> Fault {
    let unusable = |cause: String| Fault::Unusable { service: Service::Dialnote, cause };
    match error {
        CallError::Fault(fault) => fault,
        CallError::Denied(Denied::Words(words)) => unusable(words),
        CallError::Denied(denied) => unusable(format!("{denied:?}")),
    }
}
