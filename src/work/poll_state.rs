//! How far the poller got, and the last absence.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dialnote::answer::{Denied, DialnoteError};
use crate::domain::absence::Absence;
use crate::error::{Fault, Service};
use crate::work::ctx::TenantCtx;
use crate::work::{documents, times};

/// After how long without a look nobody is told of each change any more.
pub(crate) const LONG_AWAY: Duration = Duration::from_mins(10);

/// How long a conversation that was seen changed is left alone: what happens to it meanwhile becomes one
/// change of its card.
pub(crate) const CHANGE_QUIET_PERIOD: Duration = Duration::from_secs(15);

/// What is kept of looking (`store::Document`).
pub(crate) const POLL_DOCUMENT: &str = "watch";

/// How far looking got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Watched {
    /// Whether the list was once read to its end: from then on only what changes is read.
    pub(crate) whole: bool,
    /// When dialnote last answered.
    pub(crate) at: Option<Timestamp>,
    /// How far the walk through the whole list is.
    #[serde(default)]
    pub(crate) walk: FullScan,
    /// The last long time without a look.
    #[serde(default)]
    pub(crate) away: Option<Absence>,
}

/// A walk through the whole list, over and over, a page at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FullScan {
    pub(crate) offset: usize,
    pub(crate) at: Option<Timestamp>,
}

/// What a look came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PollOutcome {
    /// How many conversations had changed.
    pub changed: usize,
    /// How many of them are left for the next look, because they had changed just before, too.
    pub left: usize,
}

/// Who waits for what a look finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Nobody in particular.
    Nobody,
    /// Somebody who looks at a list.
    Somebody,
}

/// The absence that a look ends, if the last one was so long ago.
pub(crate) fn absence(ctx: &TenantCtx, last: Timestamp, at: Timestamp) -> Option<Absence> {
    let unreachable = is_unreachable(ctx);
    (times::later(last, LONG_AWAY) < at).then_some(Absence { from: last, to: at, unreachable })
}

/// The last absence, at a look.
pub(crate) fn away(ctx: &TenantCtx, before: &Watched, at: Timestamp) -> Option<Absence> {
    let last = before.at.filter(|_| before.whole);
    last.and_then(|last| absence(ctx, last, at)).or(before.away)
}

/// How far looking got.
pub(crate) async fn watched(ctx: &TenantCtx) -> Result<Watched, Fault> {
    Ok(documents::kept(ctx, POLL_DOCUMENT, "").await?.unwrap_or_default())
}

pub(crate) async fn keep_watched(ctx: &TenantCtx, watched: &Watched) -> Result<(), Fault> {
    ctx.db.keep(documents::document(ctx, POLL_DOCUMENT, "", watched, None)).await
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

/// Whether the last look found that dialnote could not be reached.
pub(crate) fn is_unreachable(ctx: &TenantCtx) -> bool {
    ctx.memory.unreachable.load(Ordering::Relaxed)
}

/// Remembers what a look came to.
pub(crate) fn looked(ctx: &TenantCtx, looked: &Result<Option<PollOutcome>, Fault>) {
    match looked {
        Ok(Some(_)) => ctx.memory.unreachable.store(false, Ordering::Relaxed),
        Ok(None) | Err(Fault::Store(_) | Fault::Unreadable { .. }) => {}
        Err(_) => ctx.memory.unreachable.store(true, Ordering::Relaxed),
    }
}

/// How long it takes to read what happened while we were away: until then it is told once.
pub(crate) const CAUGHT_UP: Duration = Duration::from_secs(30);
