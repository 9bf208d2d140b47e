//! The poller, which looks for changes in dialnote. dialnote need not report changes, so its list is read again and
//! again, from the most recently active conversation down to where nothing is new.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use tracing::info;

use crate::core::absence::Absence;
use crate::core::conversation::{Activity, Conversation};
use crate::core::error::{Fault, Service};
use crate::core::external_change_job::ExternalChangeJob;
use crate::core::ids::ConversationId;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::{awake, emit};
use crate::people::offboarding;
use crate::platform::db::projection::{Conversations, gone, seen};
use crate::platform::db::{Class, Delivery, NewJob, Snapshot};
use crate::platform::dialnote::answer::{Denied, DialnoteError};
use crate::platform::dialnote::pages::Pages;
use crate::sync::poll_state::{CHANGE_QUIET_PERIOD, FullScan, LONG_AWAY, PollOutcome, Urgency, Watched};
use crate::sync::{poll_state, subscriptions};

/// The shortest and the longest time between polls.
const POLL_INTERVAL: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(60)];

/// The time for which an instance is the only one that polls, without a sign of life.
const LEADERSHIP_LEASE: Duration = Duration::from_secs(30);

/// The time between the signs of life of the instance that polls.
pub(crate) const SIGN_OF_LIFE: Duration = Duration::from_secs(10);

/// The number of unchanged conversations in a row after which all below count as unchanged. One is not enough:
/// commands, and jobs that follow a change, store their conversations as seen wherever those are in the list.
const UNCHANGED_IN_A_ROW: usize = 10;

/// The time between steps of the full scan.
const SCAN_INTERVAL: Duration = Duration::from_secs(60);

/// Polls once. Returns none if another instance polls.
pub async fn poll(ctx: &TenantCtx) -> Result<Option<PollOutcome>, Fault> {
    let looked = look_once(ctx).await;
    poll_state::looked(ctx, &looked);
    looked
}

async fn look_once(ctx: &TenantCtx) -> Result<Option<PollOutcome>, Fault> {
    let now = ctx.clock.now();
    if !leads_looking(ctx).await? {
        return Ok(None);
    }
    awake::give_sign_of_life(ctx).await?;
    subscriptions::subscribe(ctx).await?;
    if let Err(cause) = offboarding::look_who_left(ctx).await {
        info!(%cause, "members not checked for departures; will retry");
    }
    emit::polling(ctx).await?;
    let before = poll_state::watched(ctx).await?;
    let looked = read_down(ctx, &before, Urgency::Nobody, !before.whole).await?;
    let walk = if before.whole {
        go_on_scanning(ctx, &before).await?
    } else {
        info!(conversations = looked.changed, "first full scan finished");
        FullScan { offset: 0, at: Some(now) }
    };
    let away = poll_state::away(ctx, &before, now);
    poll_state::keep_watched(ctx, &Watched { whole: true, at: Some(now), walk, away }).await?;
    ctx.metrics.looked(now);
    Ok(Some(looked))
}

/// Reads the next page of the full scan, if it is time. A changed owner or status may not bring a conversation to the
/// top of the list.
async fn go_on_scanning(ctx: &TenantCtx, watched: &Watched) -> Result<FullScan, Fault> {
    let (FullScan { offset, at: last }, at) = (watched.walk, ctx.clock.now());
    if last.is_some_and(|last| times::is_within(last, SCAN_INTERVAL, at)) {
        return Ok(watched.walk);
    }
    let page = ctx.dialnote.conversations(offset).await.map_err(poll_state::fault)?;
    // A dialnote that ignores the offset sends its first page again. The scan then has no further page.
    let next = if page.items == 0 { 0 } else { offset + page.items };
    let news = news(ctx, page.conversations).await?;
    note(ctx, news, at, watched).await?;
    Ok(FullScan { offset: next, at: Some(at) })
}

/// Reads all conversations from dialnote again, and forgets those that are gone. Returns the number of conversations,
/// and the number that differed from the projection or are gone. Calls `progress` with the number read so far.
pub async fn resync(ctx: &TenantCtx, progress: impl Fn(usize)) -> Result<(usize, usize), Fault> {
    if ctx.home().await? != ctx.installation() {
        return Err(Fault::Unusable {
            service: Service::Slack,
            cause: "the bot token belongs to another workspace".to_owned(),
        });
    }
    let (before, begun) = (poll_state::watched(ctx).await?, ctx.clock.now());
    let (mut pages, mut changed) = (Pages::default(), 0);
    loop {
        let at = ctx.clock.now();
        let page = ctx.dialnote.conversations(pages.offset).await.map_err(poll_state::fault)?;
        let news = news(ctx, pages.take(page)).await?;
        changed += news.len();
        note(ctx, news, at, &before).await?;
        progress(pages.seen().len());
        if !pages.goes_on {
            break;
        }
    }
    changed += forget_all_but(ctx, pages.seen()).await?;
    let walk = FullScan { offset: 0, at: Some(begun) };
    let away = poll_state::away(ctx, &before, begun);
    poll_state::keep_watched(ctx, &Watched { whole: true, at: Some(begun), walk, away }).await?;
    Ok((pages.seen().len(), changed))
}

/// Forgets conversations that dialnote no longer has, and returns their number. Asks dialnote for each unseen one
/// first, because the list moves while it is read.
async fn forget_all_but(ctx: &TenantCtx, seen: &HashSet<ConversationId>) -> Result<usize, Fault> {
    let unseen = |known: &Conversations| known.keys().filter(|id| !seen.contains(*id)).cloned().collect::<Vec<_>>();
    let mut forgotten = 0;
    for id in ctx.memory.projection.look(&ctx.db, unseen).await? {
        let at = ctx.clock.now();
        if let Err(DialnoteError::Denied(Denied::NotFound)) = ctx.dialnote.conversation(&id).await {
            ctx.db.put_snapshots(vec![gone(&id, at)]).await?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}

/// Answers whether this instance is the one that polls, and extends its leadership if it is.
pub(crate) async fn leads_looking(ctx: &TenantCtx) -> Result<bool, Fault> {
    let (name, now) = (format!("watch:{}", ctx.installation()), ctx.clock.now());
    ctx.store.try_acquire_leadership(&name, &ctx.instance, now, times::later(now, LEADERSHIP_LEASE)).await
}

/// Polls the top of the list, whether or not another instance polls. A person waits for a list, or dialnote sent a
/// webhook.
pub(crate) async fn poll_now(ctx: &TenantCtx, who: Urgency) -> Result<PollOutcome, Fault> {
    let (before, at) = (poll_state::watched(ctx).await?, ctx.clock.now());
    let looked = read_down(ctx, &before, who, false).await?;
    let away = poll_state::away(ctx, &before, at);
    poll_state::keep_watched(ctx, &Watched { at: Some(at), away, ..before }).await?;
    Ok(looked)
}

/// Reads the list from its top to a page that ends with nothing new, because all below was active earlier, or else to
/// its end. A conversation that becomes active during the reading moves to the top and is found the next time.
///
/// News is noted from the bottom up. If the instance dies in between, the news that is left is at the top, where the
/// next poll finds it. The other way round, the next poll would stop reading above it. Only the first reading, which
/// goes to the end in any case, notes each page at once.
async fn read_down(ctx: &TenantCtx, watched: &Watched, who: Urgency, to_the_end: bool) -> Result<PollOutcome, Fault> {
    let (mut pages, mut looked, mut unnoted) = (Pages::default(), PollOutcome::default(), Vec::new());
    loop {
        let (at, is_top) = (ctx.clock.now(), pages.offset == 0);
        let page = ctx.dialnote.conversations(pages.offset).await.map_err(poll_state::fault)?;
        let below: Vec<_> =
            page.conversations.iter().rev().take(UNCHANGED_IN_A_ROW).map(|one| one.id.clone()).collect();
        let mut news = news(ctx, pages.take(page)).await?;
        let is_news = |id: &ConversationId| news.iter().any(|changed| changed.now.id == *id);
        let goes_on = to_the_end || watched.whole && below.iter().any(is_news);
        let ends = !pages.goes_on || !goes_on;
        looked.changed += news.len();
        // Only news that the next poll finds again may be left for it.
        if is_top && who == Urgency::Nobody {
            news.retain(|changed| !changed.is_left_alone(at));
            looked.left = looked.changed - news.len();
        }
        unnoted.push((at, news));
        if ends || !watched.whole {
            for (at, news) in std::mem::take(&mut unnoted).into_iter().rev() {
                note(ctx, news, at, watched).await?;
            }
        }
        if ends {
            return Ok(looked);
        }
    }
}

/// Returns the conversations that are not as they were last seen.
async fn news(ctx: &TenantCtx, page: Vec<Conversation>) -> Result<Vec<ChangedConversation>, Fault> {
    let look = |known: &Conversations| {
        let news = page.into_iter().filter_map(|conversation| {
            let sight = known.get(&conversation.id);
            let before = sight.map(|sight| &sight.known.conversation);
            let shown = before.and_then(|before| before.last_activity.as_ref());
            let noted = before.and_then(|before| before.last_note);
            let now = Conversation { last_note: noted, ..conversation }.past_notes(shown);
            let since = sight.map(|sight| sight.at);
            (before != Some(&now)).then(|| ChangedConversation { before: before.cloned().map(Box::new), since, now })
        });
        news.collect()
    };
    ctx.memory.projection.look(&ctx.db, look).await
}

/// Stores the jobs that follow from news, and then the news. An instance that dies in between finds the same news
/// again.
async fn note(ctx: &TenantCtx, news: Vec<ChangedConversation>, at: Timestamp, watched: &Watched) -> Result<(), Fault> {
    if news.is_empty() {
        return Ok(());
    }
    if let Some(last) = watched.at.filter(|_| watched.whole) {
        let told: Vec<_> = news.iter().filter(|changed| !changed.is_old_news(last)).collect();
        have_noticed(ctx, &told, at, poll_state::absence(ctx, last, at)).await?;
    }
    let seen: Vec<Snapshot> = news.iter().map(|changed| seen(&changed.now, at)).collect();
    ctx.db.put_snapshots(seen).await
}

/// Stores the jobs that follow from changes.
async fn have_noticed(
    ctx: &TenantCtx,
    changed: &[&ChangedConversation],
    at: Timestamp,
    away: Option<Absence>,
) -> Result<(), Fault> {
    let jobs = changed.iter().filter(|changed| changed.concerns_anybody()).map(|changed| {
        let (conversation, before) = (changed.now.id.clone(), changed.before.clone());
        let job = ExternalChangeJob { conversation, before, at, quiet: away.is_some(), away };
        let job = ctx.new_job(&job);
        NewJob { class: Class::Machine, ..job }
    });
    let mut jobs: Vec<_> = jobs.collect();
    if jobs.is_empty() {
        return Ok(());
    }
    if let Some(away) = away {
        jobs.extend(emit::absence_ended(ctx, away).await?);
    }
    let delivery =
        Delivery { installation: ctx.installation().clone(), key: format!("watch:{:032x}", rand::random::<u128>()) };
    ctx.store.accept(delivery, jobs, ctx.clock.now()).await.map(drop)
}

/// A conversation that is not as it was last seen.
struct ChangedConversation {
    before: Option<Box<Conversation>>,
    /// The time when its previous state was first seen.
    since: Option<Timestamp>,
    now: Conversation,
}

impl ChangedConversation {
    /// Answers whether its card was redrawn just before, so that it is left for the next poll.
    fn is_left_alone(&self, at: Timestamp) -> bool {
        self.concerns_anybody() && self.since.is_some_and(|since| times::is_within(since, CHANGE_QUIET_PERIOD, at))
    }

    /// Answers whether the conversation is seen for the first time although its last activity was long before the last
    /// poll. An earlier list was incomplete then.
    fn is_old_news(&self, last_look: Timestamp) -> bool {
        let quiet = |activity: &Activity| times::later(activity.at, LONG_AWAY) < last_look;
        self.before.is_none() && self.now.last_activity.as_ref().is_none_or(quiet)
    }

    /// Answers whether anything but the read state has changed. A change of the read state alone is not reported.
    fn concerns_anybody(&self) -> bool {
        let before = self.before.as_ref();
        before.is_none_or(|before| Conversation { read: self.now.read, ..(**before).clone() } != self.now)
    }
}

/// Returns the time to wait until the next poll, which is shorter when much happens.
pub(crate) fn pause(before: Duration, looked: &Result<Option<PollOutcome>, Fault>) -> Duration {
    let [least, most] = POLL_INTERVAL;
    match looked {
        Ok(None) => SIGN_OF_LIFE,
        Ok(Some(PollOutcome { changed: 0, .. })) => before.mul_f64(1.5).clamp(least, most),
        Ok(Some(_)) => least,
        Err(Fault::RateLimited { wait, .. }) => (*wait).max(least),
        Err(_) => most,
    }
}
