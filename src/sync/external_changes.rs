//! Applies changes detected in dialnote to cards, threads and direct messages. The app's own changes are detected like
//! any others. The audit log records each of those, so it shows whether people already know.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::audit::log;
use crate::audit::log::Detail;
use crate::channels::routes;
use crate::core::card_view::CardView;
use crate::core::conversation::{Activity, ActivityContext, ActivityKind, Conversation, State};
use crate::core::error::Fault;
use crate::core::event::{Event, SOMEBODY, ThreadEntry};
use crate::core::external_change_job::ExternalChangeJob;
use crate::core::ids::SlackUserId;
use crate::core::refusal::Refusal;
use crate::core::request_context::Via;
use crate::core::{job_keys, note, times};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::events::{ContactHeard, ConversationChanged, FoundLate, WaitsForOwner};
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::redraw;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{awaiting_pick, documents, emit, enqueue, rate_limits};
use crate::people::directory;
use crate::platform::db::projection::seen;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Card, Claim, DocumentKind, Effect, Entry, StoredDocument};
use crate::sync::conversations::{Heard, PAST_ENTRIES};
use crate::sync::external_change::ExternalChange;
use crate::sync::{conversations, known, poll_state};

/// The tolerated difference between the clocks of two instances.
const CLOCKS_DIFFER: Duration = Duration::from_secs(5);

/// The age up to which a note is announced, if no record says which notes were.
const MAX_NOTE_AGE: Duration = Duration::from_secs(15 * 60);

/// The actor in the audit log for a change made in dialnote itself.
const DIALNOTE_ACTOR: &str = "dialnote";

/// The time up to which a conversation's notes were announced.
#[derive(Serialize, Deserialize)]
struct NotesTold(Timestamp);

impl StoredDocument for NotesTold {
    const KIND: DocumentKind = DocumentKind::NotesTold;
}

/// Looks at a conversation that was found changed, and notifies the people concerned.
pub(crate) async fn external_change(ctx: &TenantCtx, claim: &Claim, job: &ExternalChangeJob) -> Result<Outcome, Stop> {
    let at = ctx.clock.now();
    let now = match conversations::look_at(ctx, &job.conversation).await {
        Ok(now) => now,
        Err(Stop::Refused(Refusal::NoConversation { id })) => {
            return Ok(Outcome::done(known::forget(ctx, &id).await?.into_iter().collect()));
        }
        Err(stop) => return Err(stop),
    };
    let SeenInContext { now, earlier, heard } = put_in_context(ctx, job, now).await?;
    let (notes, told) = new_notes(ctx, job, &now).await?;
    let found = ExternalChange { notes, ..found_out(ctx, job, now, earlier).await? };
    let mut effects = vec![Effect::PutSnapshot(seen(&found.now, at))];
    effects.extend(heard.into_iter().chain(told));
    effects.extend(tell_of(ctx, claim, job, &found).await?);
    Ok(Outcome::done(effects))
}

/// Announces a change in dialnote that the poller has not seen yet. A command is about to change the conversation as
/// well, and the next snapshot would hide that it was ever different.
pub(crate) async fn not_seen_yet(
    ctx: &TenantCtx,
    claim: &Claim,
    now: &Conversation,
    at: Timestamp,
) -> Result<Option<Vec<Effect>>, Stop> {
    let sight = ctx.db.snapshot(&now.id).await?;
    if sight.as_ref().is_some_and(|sight| sight.at > at) {
        return Ok(None);
    }
    let before: Option<Conversation> = sight.and_then(|sight| serde_json::from_str(&sight.body).ok());
    if before.as_ref().is_some_and(|before| !now.is_news_after(before)) {
        return Ok(None);
    }
    // If a conversation was never seen, only its existence is news, and only for the channels that get its cards.
    if before.is_none() && routes::taking(ctx, now.line.as_ref()).await?.is_empty() {
        return Ok(None);
    }
    let watched = poll_state::watched(ctx).await?;
    let Some(looked) = watched.at.filter(|_| watched.whole) else { return Ok(None) };
    let away = poll_state::absence(ctx, looked, at);
    let (conversation, before, quiet) = (now.id.clone(), before.map(Box::new), away.is_some());
    let job = ExternalChangeJob { conversation, before, at, quiet, away };
    Ok(Some(external_change(ctx, claim, &job).await?.effects))
}

/// A conversation after a look at its timeline.
struct SeenInContext {
    now: Conversation,
    /// The activities before its last one, newest first, if that is new.
    earlier: Vec<Activity>,
    /// The effect that keeps the meaning of the last activity.
    heard: Option<Effect>,
}

/// Finds out what the last activity means after earlier activity.
async fn put_in_context(
    ctx: &TenantCtx,
    job: &ExternalChangeJob,
    mut now: Conversation,
) -> Result<SeenInContext, Stop> {
    let before = job.before.as_ref().and_then(|before| before.last_activity.as_ref());
    let phone = now.contact.phone.clone();
    let Some(last) = now.last_activity.as_mut().filter(|last| before.is_none_or(|before| before.at < last.at)) else {
        return Ok(SeenInContext { now, earlier: Vec::new(), heard: None });
    };
    let refused = |error| conversations::denied(error, Some(&job.conversation));
    let mut earlier = ctx.dialnote.activities_but_notes(&job.conversation).await.map_err(refused)?;
    earlier.retain(|one| one.at < last.at);
    last.activity_context = last.activity_context(earlier.iter());
    if let (ActivityContext::Answer { by }, ActivityKind::Call) = (&mut last.activity_context, last.kind) {
        let caller = ctx.dialnote.caller(&phone, last.at).await.map_err(refused)?;
        *by = match caller {
            Some(caller) => Some(directory::participant(ctx, &caller).await?.name),
            None => None,
        };
    }
    let heard = (last.activity_context != ActivityContext::Nothing)
        .then(|| documents::put(ctx, now.id.as_str(), &Heard(last.clone())));
    Ok(SeenInContext { now, earlier, heard })
}

/// Returns the notes written in dialnote itself since the last announced ones, and the effect that keeps the new time.
async fn new_notes(
    ctx: &TenantCtx,
    job: &ExternalChangeJob,
    now: &Conversation,
) -> Result<(Vec<String>, Option<Effect>), Stop> {
    let (Some(before), Some(last)) = (&job.before, now.last_note) else { return Ok((Vec::new(), None)) };
    let id = &job.conversation;
    let told = documents::get(ctx, id.as_str()).await?.map(|NotesTold(told)| told);
    let since = before.last_note.max(told).unwrap_or_else(|| times::earlier(job.at, MAX_NOTE_AGE));
    if last <= since {
        return Ok((Vec::new(), None));
    }
    let notes = ctx.dialnote.notes(id).await.map_err(|error| conversations::denied(error, Some(id)))?;
    let entries = ctx.db.entries(id, PAST_ENTRIES).await?;
    Ok((theirs(notes, &entries, since), Some(documents::put(ctx, id.as_str(), &NotesTold(last)))))
}

async fn found_out(
    ctx: &TenantCtx,
    job: &ExternalChangeJob,
    now: Conversation,
    earlier: Vec<Activity>,
) -> Result<ExternalChange, Fault> {
    let entries = ctx.db.entries(&job.conversation, PAST_ENTRIES).await?;
    let last = entries.iter().find_map(log::change);
    let known = last.filter(|change| times::later(change.at, CLOCKS_DIFFER) >= job.at).map(|change| change.after);
    // A conversation that began while the app was offline counts as unassigned at first.
    let new = (job.quiet && now.owner.is_some()).then(|| State { owner: None, ..State::from(&now) });
    let before = known.or_else(|| job.before.as_deref().map(State::from)).or(new);
    let owner_before = before.as_ref().and_then(|before| before.owner.as_ref());
    // Two polls at a time find the same activity, and the first of their jobs has told of it.
    let told = documents::get::<Heard>(ctx, job.conversation.as_str()).await?.map(|Heard(last)| last);
    let heard_before = job.before.as_ref().and_then(|before| before.last_activity.clone());
    Ok(ExternalChange {
        from: conversations::member(ctx, owner_before).await?,
        to: conversations::owner(ctx, &now).await?,
        news: news(job, &now, earlier, heard_before.into_iter().chain(told).max_by_key(|last| last.at)),
        at: ctx.clock.now(),
        notes: Vec::new(),
        before,
        now,
    })
}

/// Returns what happened since the last known activity, oldest first. Of a conversation that was never seen, what was
/// there before the last poll is none of it, except the last activity.
fn news(job: &ExternalChangeJob, now: &Conversation, earlier: Vec<Activity>, known: Option<Activity>) -> Vec<Activity> {
    let known = known.map(|known| known.at);
    let Some(last) = now.last_activity.clone().filter(|last| known.is_none_or(|known| known < last.at)) else {
        return Vec::new();
    };
    let before_poll = || job.away.map_or(times::earlier(job.at, poll_state::LONG_AWAY), |away| away.from);
    let since = known.unwrap_or_else(before_poll);
    earlier.into_iter().rev().filter(|one| one.at > since).chain([last]).collect()
}

async fn tell_of(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &ExternalChangeJob,
    found: &ExternalChange,
) -> Result<Vec<Effect>, Fault> {
    let now = found.card_view();
    let cards = ctx.db.cards(&found.now.id).await?;
    let channels: Vec<_> = cards.iter().map(|card| card.channel.clone()).collect();
    let stale = cards.iter().filter(|card| !shows(card, &now)).map(|card| card.channel.clone());
    let mut to_draw: Vec<_> = stale.collect();
    let taking = routes::taking(ctx, found.now.line.as_ref()).await?;
    if let Some(heard) = found.deserves_a_card().filter(|_| !job.quiet) {
        let new = taking.iter().filter(|(channel, route)| !route.paused && !channels.contains(channel));
        let new = new.filter(|(_, route)| route.settings.makes_cards_of(heard.kind));
        to_draw.extend(new.map(|(channel, _)| channel.clone()));
    }
    let mut told_of = found.announcement(&channels, &to_draw);
    let late = FoundLate { claim, job, directs: &told_of.directs };
    let missed = if job.quiet { emit::found_late(ctx, &late) } else { Vec::new() };
    if job.quiet {
        told_of = told_of.silent();
    }
    let changed = changed(found);
    let redrawn = emit::conversation_changed(ctx, &changed).await?;
    let mut effects = told_of.first_cards(&channels);
    effects.extend(emit::stored_with_change(ctx, &changed).await?);
    effects.extend(missed);
    effects.extend(awaiting_pick::wait_is_over(found.before.as_ref(), &found.now));
    // Someone has answered the contact, so there is no one to be found for that.
    effects.extend(found.is_answered().then(|| awaiting_pick::ended(&found.now.id)));
    if let Some(cause) = found.wait_cause().filter(|_| !taking.is_empty()) {
        let waits = WaitsForOwner { taking, now: found.now.clone(), cause };
        effects.extend(emit::waits_for_owner(ctx, &waits).await?);
    }
    if let Some((owner, at)) = found.wants_the_owner() {
        let conversation = &found.now;
        effects.extend(emit::contact_heard(ctx, &ContactHeard { conversation, owner, at }).await?);
    }
    effects.extend(found.events().into_iter().filter_map(|(_, event)| record(found, event)));
    effects.extend(told_of.jobs(ctx).into_iter().chain(redrawn).map(enqueue::unasked));
    let concerned = [&found.from, &found.to].into_iter().flatten().filter_map(|participant| participant.user.clone());
    effects.extend(redraw::refresh_homes(ctx, concerned).await?);
    Ok(effects)
}

/// Answers whether a card shows the conversation as it is now.
fn shows(card: &Card, now: &CardView) -> bool {
    let shown = serde_json::from_str::<CardView>(&card.card_view);
    shown.is_ok_and(|shown| {
        let same = (&shown.conversation, &shown.owner) == (&now.conversation, &now.owner);
        same && (now.note.is_none() || now.note == shown.note)
    })
}

/// Returns the changes that were found, for everything else that shows the conversation.
fn changed(found: &ExternalChange) -> ConversationChanged {
    let events = found.events().into_iter().filter(|(_, event)| event.changes_state());
    let entries = events.map(|(actor, what)| ThreadEntry { actor, what, note: String::new() }).collect();
    let (now, news) = (found.now.clone(), found.news.clone());
    ConversationChanged { card_view: found.card_view(), now, entries, news }
}

/// Returns the notes since that time, without those that were written here. Each reference accounts for one note, the
/// oldest that ends with it, because a later one quotes it. So the notes before `since` are gone through as well.
/// References recorded before the oldest note account for none.
fn theirs(notes: Vec<(String, Timestamp)>, entries: &[Entry], since: Timestamp) -> Vec<String> {
    let Some(oldest) = notes.first().map(|(_, at)| *at) else { return Vec::new() };
    let mut made = log::references(entries.iter().filter(|entry| times::later(entry.at, CLOCKS_DIFFER) >= oldest));
    let mut theirs = Vec::new();
    for (note, at) in notes {
        match made.iter().position(|made| note::ends_with_reference(&note, made)) {
            Some(ours) => drop(made.swap_remove(ours)),
            None if at > since => theirs.push(note),
            None => {}
        }
    }
    theirs
}

fn record(found: &ExternalChange, event: Event) -> Option<Effect> {
    let verb = event.verb()?;
    let detail = Detail {
        verb,
        by: SOMEBODY.to_owned(),
        member: None,
        via: Via::Elsewhere,
        channel: None,
        before: found.before.clone(),
        after: Some(State::from(&found.now)),
        outcome: log::AttemptOutcome::Done,
        event: Some(event),
        heard: found.now.last_inbound_at(),
        act: None,
        noted: false,
        references: Vec::new(),
    };
    Some(Effect::Record(detail.entry(found.at, SlackUserId::new(DIALNOTE_ACTOR), Some(found.now.id.clone()))))
}

impl JobKind for ExternalChangeJob {
    const KIND: &'static str = "noticed.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        job_keys::conversation_key(&self.conversation)
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::unlimited(rate_limits::DIALNOTE)]
    }
}

/// The handler that follows changes made in dialnote.
pub(crate) struct ExternalChanges;

impl Handler for ExternalChanges {
    type Job = ExternalChangeJob;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &ExternalChangeJob) -> Result<Outcome, Stop> {
        external_change(ctx, claim, job).await
    }
}
