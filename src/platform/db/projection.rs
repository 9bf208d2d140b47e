//! The projection: all conversations of an installation in memory. It answers lists and searches at once, also with
//! 50,000 conversations and while dialnote is down. It follows the snapshots in the store, which this instance and
//! others write.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::core::conversation::Conversation;
use crate::core::error::Fault;
use crate::core::ids::ConversationId;
use crate::core::known_conversation::KnownConversation;
use crate::core::times;
use crate::platform::db::{Since, Snapshot, TenantDb};

/// The time before the latest snapshot from which on snapshots are read again. A snapshot that is stored late has an
/// earlier time.
const OVERLAP: Duration = Duration::from_secs(15);

/// The number of snapshots read at a time.
const SNAPSHOTS_PER_READ: usize = 5_000;

/// The conversations by their ids.
#[derive(Default)]
pub(crate) struct Conversations {
    all: HashMap<ConversationId, ProjectedConversation>,
    /// Those that are open or snoozed. Nearly all others are history, which most looks have no use for.
    pending: HashSet<ConversationId>,
}

/// A conversation with the hash of its snapshot. A snapshot with the same hash is not decoded again.
pub(crate) struct ProjectedConversation {
    pub(crate) known: KnownConversation,
    /// The time when it was first seen in this state.
    pub(crate) at: Timestamp,
    hash: u64,
}

impl Conversations {
    /// Returns a conversation.
    pub(crate) fn get(&self, id: &ConversationId) -> Option<&ProjectedConversation> {
        self.all.get(id)
    }

    /// Answers whether a conversation is known.
    pub(crate) fn contains_key(&self, id: &ConversationId) -> bool {
        self.all.contains_key(id)
    }

    /// Returns the ids of all conversations.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &ConversationId> {
        self.all.keys()
    }

    /// Returns all conversations. The cost grows with the history.
    pub(crate) fn values(&self) -> impl Iterator<Item = &ProjectedConversation> {
        self.all.values()
    }

    /// Returns the conversations that are open or snoozed.
    pub(crate) fn pending(&self) -> impl Iterator<Item = &Conversation> {
        self.pending.iter().filter_map(|id| Some(&self.all.get(id)?.known.conversation))
    }

    fn insert(&mut self, id: ConversationId, sight: ProjectedConversation) {
        if sight.known.conversation.is_pending() {
            self.pending.insert(id.clone());
        } else {
            self.pending.remove(&id);
        }
        self.all.insert(id, sight);
    }

    fn remove(&mut self, id: &ConversationId) {
        self.pending.remove(id);
        self.all.remove(id);
    }
}

/// A counter of how often the clock was set back. Times from before cannot be compared with times from after.
#[derive(Clone, Default)]
pub struct Epoch(Arc<AtomicU64>);

impl Epoch {
    /// Begins the next epoch.
    pub fn begin(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The conversations of one installation.
pub(crate) struct Projection {
    followed: Mutex<Followed>,
    epoch: Epoch,
}

#[derive(Default)]
struct Followed {
    conversations: Conversations,
    latest: Option<Timestamp>,
    epoch: u64,
    hasher: RandomState,
}

impl Projection {
    /// Creates a projection that reads everything again when the clock was set back.
    pub(crate) fn following(epoch: Epoch) -> Self {
        Self { followed: Mutex::default(), epoch }
    }

    /// Returns the epochs that it follows.
    pub(crate) fn epoch(&self) -> Epoch {
        self.epoch.clone()
    }

    /// Calls `look` with the conversations as the store has them now.
    pub(crate) async fn look<T>(&self, db: &TenantDb, look: impl FnOnce(&Conversations) -> T) -> Result<T, Fault> {
        let mut followed = self.followed.lock().await;
        let epoch = self.epoch.now();
        if followed.epoch != epoch {
            (followed.epoch, followed.latest) = (epoch, None);
        }
        followed.catch_up(db).await?;
        Ok(look(&followed.conversations))
    }

    /// Calls `look` with the conversations as they were last read here. Costs no read, however much is being written.
    pub(crate) async fn look_back<T>(&self, look: impl FnOnce(&Conversations) -> T) -> T {
        look(&self.followed.lock().await.conversations)
    }
}

impl Followed {
    async fn catch_up(&mut self, db: &TenantDb) -> Result<(), Fault> {
        let at = self.latest.map_or(Timestamp::MIN, |latest| times::earlier(latest, OVERLAP));
        let mut since = Since { at, conversation: String::new() };
        loop {
            let piece = db.snapshots(&since, SNAPSHOTS_PER_READ).await?;
            let Some(last) = piece.last() else { return Ok(()) };
            since = Since { at: last.at, conversation: last.conversation.to_string() };
            self.latest = self.latest.max(Some(last.at));
            let full = piece.len() == SNAPSHOTS_PER_READ;
            for seen in piece {
                self.take(seen);
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// Takes a snapshot in. One that cannot be decoded removes its conversation: it is gone, or will be seen again.
    fn take(&mut self, seen: Snapshot) {
        let hash = self.hasher.hash_one(&seen.body);
        if self.conversations.get(&seen.conversation).is_some_and(|sight| sight.hash == hash) {
            return;
        }
        match serde_json::from_str(&seen.body) {
            Ok(conversation) => {
                let sight = ProjectedConversation { known: KnownConversation::of(conversation), at: seen.at, hash };
                self.conversations.insert(seen.conversation, sight);
            }
            Err(_) => self.conversations.remove(&seen.conversation),
        }
    }
}

/// Returns the snapshot of a conversation.
pub(crate) fn seen(conversation: &Conversation, at: Timestamp) -> Snapshot {
    let body = serde_json::to_string(conversation).unwrap_or_default();
    Snapshot { conversation: conversation.id.clone(), at, body }
}

/// Returns the snapshot of a conversation that dialnote no longer has. Its body is empty.
pub(crate) fn gone(id: &ConversationId, at: Timestamp) -> Snapshot {
    Snapshot { conversation: id.clone(), at, body: String::new() }
}
