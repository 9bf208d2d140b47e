//! Digests and reminders: lists that a channel gets instead of single messages. They come each working morning, after
//! an absence, and when conversations are overdue.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::channels::routes;
use crate::channels::routes::MOST_ROUTES;
use crate::core::absence::Absence;
use crate::core::card_view::{CardView, Digest, PartOfDay};
use crate::core::conversation::Owner;
use crate::core::error::Fault;
use crate::core::ids::ChannelId;
use crate::core::route::{Morning, Route};
use crate::core::rules::Rules;
use crate::core::{times, working_hours};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::events::WaitsForOwner;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::cards::PostCard;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, enqueue};
use crate::notifications::posted_digest::PostDigest;
use crate::notifications::summary::{Overdue, Summary};
use crate::notifications::{posted_digest, report, summary};
use crate::people::directory;
use crate::platform::db::projection::Conversations;
use crate::platform::db::{Claim, Class, Document, DocumentKind, Effect, NewJob, StoredDocument, Verdict};
use crate::sync::poll_state;
use crate::sync::poll_state::{CAUGHT_UP, Watched};

/// The working time between two reminders of a channel, at least.
const AT_MOST_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// The time after an absence in which its summary replaces other digests.
const STANDS: Duration = Duration::from_secs(10 * 60);

/// The reminder of a channel. Its due time is the time of the next check.
#[derive(Serialize, Deserialize)]
struct ReminderCheck;

impl StoredDocument for ReminderCheck {
    const KIND: DocumentKind = DocumentKind::Overdue;
}

/// The time of a channel's last summary.
#[derive(Serialize, Deserialize)]
struct LastSummary(Timestamp);

impl StoredDocument for LastSummary {
    const KIND: DocumentKind = DocumentKind::LastSummary;
}

/// The relation of a digest to an absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// There was no recent absence.
    Nothing,
    /// The changes during the absence are not all read.
    StillAway,
    /// The summary of the absence may still follow.
    JustBack(Absence),
    /// The summary of the absence was posted.
    Told,
}

/// Posts a channel's digest, and schedules the next one for the next working morning. Sends a reminder instead if the
/// job asks for one.
pub(crate) async fn digest(ctx: &TenantCtx, claim: &Claim, job: &DigestJob) -> Result<Outcome, Fault> {
    let Some(route) = routes::route_of(ctx, &job.channel).await? else {
        return Ok(Outcome::done(Vec::new()));
    };
    if job.overdue {
        return remind(ctx, claim, &job.channel, &route).await;
    }
    let (after, now) = (after_absence(ctx, &job.channel).await?, ctx.clock.now());
    if !job.caught_up && claim.attempt == 1 && matches!(after, After::StillAway | After::JustBack(_)) {
        return Ok(put_off(now));
    }
    let mut effects = Vec::new();
    if !job.caught_up {
        effects.push(keep_route(ctx, &job.channel, &route, &documents::rules(ctx).await?));
    }
    let is_told = after == After::Told && (!job.caught_up || job.away.is_some());
    if is_told || route.paused {
        return Ok(Outcome::done(effects));
    }
    let sum = |all: &Conversations| Summary::of(all.pending(), &route, now);
    let summary = ctx.memory.projection.look(&ctx.db, sum).await?;
    if summary.is_worth_telling(job.caught_up) {
        let recent = if let After::JustBack(away) = after { Some(away) } else { None };
        let away = job.away.or(recent);
        let digest = worded(ctx, summary, now).await?;
        let part = PartOfDay::at(now.to_zoned_datetime(working_hours::zone(route.zone.as_deref())).hour());
        let digest = Digest { part, caught_up: job.caught_up || away.is_some(), away, ..digest };
        let message = PostDigest { channel: job.channel.clone(), digest: Box::new(digest) };
        let told = documents::put(ctx, job.channel.as_str(), &LastSummary(now));
        effects.extend([enqueue::say_unasked(ctx, &message), told]);
    }
    Ok(Outcome::done(effects))
}

/// Returns the relation of a channel's digest to an absence, so that no list is sent twice.
async fn after_absence(ctx: &TenantCtx, channel: &ChannelId) -> Result<After, Fault> {
    let (watched, now) = (poll_state::watched(ctx).await?, ctx.clock.now());
    if is_still_away(ctx, &watched) {
        return Ok(After::StillAway);
    }
    let Some(away) = watched.away.filter(|away| times::later(away.to, STANDS) > now) else { return Ok(After::Nothing) };
    let told = documents::get(ctx, channel.as_str()).await?.map(|LastSummary(at)| at);
    Ok(if told.is_some_and(|told| told >= away.to) { After::Told } else { After::JustBack(away) })
}

/// Answers whether the changes during an absence are not all read.
pub(crate) fn is_still_away(ctx: &TenantCtx, watched: &Watched) -> bool {
    let last = watched.at.filter(|_| watched.whole);
    let is_absence = |last| poll_state::absence(ctx, last, ctx.clock.now()).is_some();
    last.is_some_and(is_absence) && !poll_state::is_unreachable(ctx)
}

/// Reminds a channel of overdue conversations, and schedules the next reminder: an hour of working time later, or when
/// the next conversation becomes overdue.
async fn remind(ctx: &TenantCtx, claim: &Claim, channel: &ChannelId, route: &Route) -> Result<Outcome, Fault> {
    let now = ctx.clock.now();
    let rules = route.settings.over(&documents::rules(ctx).await?);
    let Some(patience) = rules.reminder().filter(|_| !route.paused) else {
        return Ok(Outcome::done(vec![documents::remove::<ReminderCheck>(channel.as_str())]));
    };
    let zone = working_hours::zone(route.zone.as_deref());
    if rules.working.after(now, SignedDuration::ZERO, &zone) > now {
        // The app was offline when the reminder was due, and it is outside working hours now.
        let due = rules.working.after(now, patience, &zone);
        return Ok(Outcome::done(vec![remind_at(ctx, channel, Some(due))]));
    }
    match after_absence(ctx, channel).await? {
        After::StillAway if claim.attempt == 1 => return Ok(put_off(now)),
        // The summary is about to list the same conversations.
        After::JustBack(_) => {
            let due = times::later(now, CAUGHT_UP);
            return Ok(Outcome::done(vec![remind_at(ctx, channel, Some(due))]));
        }
        After::Told => {
            let again = rules.working.after(now, AT_MOST_EVERY, &zone);
            return Ok(Outcome::done(vec![remind_at(ctx, channel, Some(again))]));
        }
        After::StillAway | After::Nothing => {}
    }
    let look = |all: &Conversations| summary::unassigned(all.pending(), route);
    let unassigned = ctx.memory.projection.look(&ctx.db, look).await?;
    let changes = report::changes_since(ctx, rules.working.before(now, patience, &zone)).await?;
    let Overdue { waiting, more, next } = Overdue::of(unassigned, &changes, (rules.working, patience), (now, &zone));
    if waiting.is_empty() {
        return Ok(Outcome::done(vec![remind_at(ctx, channel, next)]));
    }
    let again = rules.working.after(now, AT_MOST_EVERY, &zone);
    let waiting: Vec<_> = waiting.into_iter().map(|conversation| CardView::new(conversation, None)).collect();
    let overdue = Some(rules.remind_within);
    let mut effects = overdue_cards(ctx, channel, &waiting, rules.remind_within).await?;
    let digest = Digest { overdue, waiting, more, ..Digest::at(now) };
    let message = PostDigest { channel: channel.clone(), digest: Box::new(digest) };
    effects.extend([enqueue::say_unasked(ctx, &message), remind_at(ctx, channel, Some(again))]);
    Ok(Outcome::done(effects))
}

/// Returns the jobs that mark a channel's cards of overdue conversations.
async fn overdue_cards(
    ctx: &TenantCtx,
    channel: &ChannelId,
    waiting: &[CardView],
    minutes: u16,
) -> Result<Vec<Effect>, Fault> {
    let mut effects = Vec::new();
    for waiting in waiting {
        if ctx.db.card(channel, &waiting.conversation.id).await?.is_some() {
            let card_view = CardView { overdue: Some(minutes), ..waiting.clone() };
            let card = PostCard { channel: channel.clone(), card_view, requester: None };
            effects.push(enqueue::say_unasked(ctx, &card));
        }
    }
    Ok(effects)
}

/// Schedules reminders in the channels that get the cards of an unassigned conversation.
pub(crate) async fn have_all_reminded(ctx: &TenantCtx, waits: &WaitsForOwner) -> Result<Vec<Effect>, Fault> {
    let (rules, mut effects) = (documents::rules(ctx).await?, Vec::new());
    for (channel, route) in waits.taking.iter().filter(|(_, route)| !route.paused) {
        effects.extend(have_reminded(ctx, channel, route, &rules).await?);
    }
    Ok(effects)
}

/// Schedules a channel's reminder of unassigned conversations, unless one is already scheduled.
pub(crate) async fn have_reminded(
    ctx: &TenantCtx,
    channel: &ChannelId,
    route: &Route,
    rules: &Rules,
) -> Result<Option<Effect>, Fault> {
    let rules = route.settings.over(rules);
    let Some(patience) = rules.reminder() else { return Ok(None) };
    let kept = documents::stored::<ReminderCheck>(ctx, channel.as_str()).await?;
    if kept.is_some_and(|kept| kept.due.is_some()) {
        return Ok(None);
    }
    let due = rules.working.after(ctx.clock.now(), patience, &working_hours::zone(route.zone.as_deref()));
    Ok(Some(remind_at(ctx, channel, Some(due))))
}

/// Returns the effect that stores when a channel's reminder is checked next.
pub(crate) fn remind_at(ctx: &TenantCtx, channel: &ChannelId, due: Option<Timestamp>) -> Effect {
    documents::put_due(ctx, channel.as_str(), &ReminderCheck, due)
}

/// Returns a digest job for each channel with a route, because the app was offline.
pub(crate) async fn catch_up(ctx: &TenantCtx, away: Absence) -> Result<Vec<NewJob>, Fault> {
    let routes = routes::routes(ctx).await?;
    let jobs = routes.into_iter().map(|(channel, _)| {
        let job = DigestJob { channel, caught_up: true, overdue: false, away: Some(away) };
        let due = times::later(ctx.clock.now(), CAUGHT_UP);
        NewJob { class: Class::Machine, due, ..ctx.new_job(&job) }
    });
    Ok(jobs.collect())
}

/// Returns the effect that stores a route with the time of the channel's next digest.
pub(crate) fn keep_route(ctx: &TenantCtx, channel: &ChannelId, route: &Route, rules: &Rules) -> Effect {
    let rules = route.settings.over(rules);
    let due = route.settings.next_digest(&rules, ctx.clock.now(), &working_hours::zone(route.zone.as_deref()));
    documents::put_due(ctx, channel.as_str(), route, due)
}

/// Schedules digests again for routes whose digest was given up, because nothing worked for a day.
pub(crate) async fn digests_given_up(ctx: &TenantCtx) -> Result<Vec<Effect>, Fault> {
    let rules = documents::rules(ctx).await?;
    let mut effects = Vec::new();
    for kept in documents::all_stored::<Route>(ctx, MOST_ROUTES).await? {
        let route = Some(documents::read::<Route>(&kept)?);
        let route = route.filter(|route| route.settings.digest != Morning::Never && was_given_up(ctx, &kept));
        effects.extend(route.map(|route| keep_route(ctx, &ChannelId::new(kept.id), &route, &rules)));
    }
    Ok(effects)
}

/// Answers whether a document's job was given up: nothing is due, and the time of all tries has passed.
pub(crate) fn was_given_up(ctx: &TenantCtx, document: &Document) -> bool {
    // A weekend may lie between two mornings.
    const LONGEST: Duration = Duration::from_secs(4 * 24 * 60 * 60);
    document.due.is_none() && times::later(document.at, LONGEST + ctx.settings.give_up_after) < ctx.clock.now()
}

/// Returns the effects that store all routes with new times, because the rules changed when mornings begin.
pub(crate) async fn keep_routes(ctx: &TenantCtx, rules: &Rules) -> Result<Vec<Effect>, Fault> {
    let routes = routes::routes(ctx).await?;
    Ok(routes.iter().map(|(channel, route)| keep_route(ctx, channel, route, rules)).collect())
}

async fn worded(ctx: &TenantCtx, summary: Summary, at: Timestamp) -> Result<Digest, Fault> {
    let mut loads = Vec::new();
    for (id, open) in summary.loads {
        let owner = Owner::new(id, String::new());
        loads.push((directory::participant(ctx, &owner).await?.name, open));
    }
    let waiting = summary.waiting.into_iter().map(|conversation| CardView::new(conversation, None)).collect();
    Ok(Digest { waiting, more: summary.more, back: summary.back, loads, ..Digest::at(at) })
}

/// Postpones a digest until everything that happened during the absence is read.
pub(crate) fn put_off(now: Timestamp) -> Outcome {
    let cause = "what happened while we were away is still being read".to_owned();
    Outcome {
        verdict: Verdict::Retry { due: times::later(now, CAUGHT_UP), cause, outcome_unknown: false },
        effects: Vec::new(),
    }
}

impl JobKind for DigestJob {
    const KIND: &'static str = "digest.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        posted_digest::digest_key(&self.channel)
    }

    fn coalesce_key(&self) -> Option<String> {
        self.caught_up.then(|| "digest".to_owned())
    }
}

/// The handler that posts digests and reminders.
pub(crate) struct Digests;

impl Handler for Digests {
    type Job = DigestJob;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &DigestJob) -> Result<Outcome, Stop> {
        Ok(digest(ctx, claim, job).await?)
    }
}

/// A channel that is due for a digest or a reminder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestJob {
    /// The channel.
    pub channel: ChannelId,
    /// True if the digest follows an absence, rather than being the daily one.
    pub caught_up: bool,
    /// True if it lists only overdue conversations.
    #[serde(default)]
    pub overdue: bool,
    /// The absence that it follows, if any.
    #[serde(default)]
    pub away: Option<Absence>,
}
