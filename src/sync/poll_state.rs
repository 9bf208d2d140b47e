//! The progress of the poller, and the last absence.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::absence::Absence;
use crate::core::error::{Fault, Service};
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::platform::db::{DocumentKind, StoredDocument};
use crate::platform::dialnote::answer::{Denied, DialnoteError};

/// The time without a poll after which people are not notified of each single change.
pub(crate) const LONG_AWAY: Duration = Duration::from_secs(10 * 60);

/// The time for which a conversation is left alone after it was seen changed. All that happens to it in that time
/// becomes one change of its card.
pub(crate) const CHANGE_QUIET_PERIOD: Duration = Duration::from_secs(15);

/// The progress of the poller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// True once the list was read to its end. From then on only changes are read.
    pub(crate) whole: bool,
    /// The time when dialnote last answered.
    pub(crate) at: Option<Timestamp>,
    /// The position of the full scan.
    #[serde(default)]
    pub(crate) walk: FullScan,
    /// The last long time without a poll.
    #[serde(default)]
    pub(crate) away: Option<Absence>,
}

impl StoredDocument for Watched {
    const KIND: DocumentKind = DocumentKind::Poll;
}

/// A scan of the whole list, over and over, a page at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FullScan {
    pub(crate) offset: usize,
    pub(crate) at: Option<Timestamp>,
}

/// The result of a poll.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PollOutcome {
    /// The number of conversations that had changed.
    pub changed: usize,
    /// The number of those that are left for the next poll, because they had changed just before, too.
    pub left: usize,
}

/// The urgency of a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// No one waits for the result.
    Nobody,
    /// A person waits for the result.
    Somebody,
}

/// Returns the absence that a poll at `at` ends, if the last poll was more than `LONG_AWAY` earlier.
pub(crate) fn absence(ctx: &TenantCtx, last: Timestamp, at: Timestamp) -> Option<Absence> {
    let unreachable = is_unreachable(ctx);
    (times::later(last, LONG_AWAY) < at).then_some(Absence { from: last, to: at, unreachable })
}

/// Returns the last absence, as of a poll at `at`.
pub fn away(ctx: &TenantCtx, before: &Watched, at: Timestamp) -> Option<Absence> {
    let last = before.at.filter(|_| before.whole);
    last.and_then(|last| absence(ctx, last, at)).or(before.away)
}

/// Returns the progress of the poller.
pub(crate) async fn watched(ctx: &TenantCtx) -> Result<Watched, Fault> {
    Ok(documents::get(ctx, "").await?.unwrap_or_default())
}

pub(crate) async fn keep_watched(ctx: &TenantCtx, watched: &Watched) -> Result<(), Fault> {
    ctx.db.keep(documents::document(ctx, "", watched, None)).await
}

pub(crate) fn fault(error: DialnoteError) -> Fault {
    let unusable = |cause: String| Fault::Unusable { service: Service::Dialnote, cause };
    match error {
        DialnoteError::Fault(fault) => fault,
        DialnoteError::Denied(Denied::NoSuchAddress(setting)) => {
            Fault::NoSuchAddress { service: Service::Dialnote, setting }
        }
        DialnoteError::Denied(Denied::Words(words)) => unusable(words),
        DialnoteError::Denied(denied) => unusable(format!("{denied:?}")),
    }
}

/// Answers whether dialnote could not be reached by the last poll.
pub(crate) fn is_unreachable(ctx: &TenantCtx) -> bool {
    ctx.memory.unreachable.load(Ordering::Relaxed)
}

/// Remembers whether a poll reached dialnote.
pub fn looked(ctx: &TenantCtx, looked: &Result<Option<PollOutcome>, Fault>) {
    match looked {
        Ok(Some(_)) => ctx.memory.unreachable.store(false, Ordering::Relaxed),
        Ok(None) | Err(Fault::Store(_) | Fault::Unreadable { .. }) => {}
        Err(_) => ctx.memory.unreachable.store(true, Ordering::Relaxed),
    }
}

/// The time allowed for reading what changed during an absence. Notices and digests wait for it, so that each is sent
/// once.
pub(crate) const CAUGHT_UP: Duration = Duration::from_secs(30);
