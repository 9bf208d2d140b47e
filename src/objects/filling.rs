//! The content of a pane: everything for a linked teammate, and for others how they get linked.

use jiff::tz::TimeZone;
use tracing::warn;

use crate::cards::entity_view;
use crate::cards::entity_view::Details;
use crate::channels::waits;
use crate::core::card_view::CardView;
use crate::core::conversation::{Activity, Conversation};
use crate::core::error::Fault;
use crate::core::ids::ConversationId;
use crate::core::pane::PaneTab;
use crate::core::seen::Seen;
use crate::core::teammate::Teammate;
use crate::core::working_hours;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::outbox::pane::{FillPane, PaneOutcome};
use crate::jobs::outcome::{Outcome, Stop};
use crate::objects::comments;
use crate::objects::failures;
use crate::objects::pane_words;
use crate::objects::showing::{PaneContent, ShowPane};
use crate::people::acting;
use crate::platform::db::Claim;
use crate::platform::db::projection::Conversations;
use crate::platform::slack::entity::{Entity, PaneFailure, Presented};
use crate::sync::conversations;

/// The most activities in a pane.
const TIMELINE: usize = 10;

/// The most other conversations of the same contact in a pane.
const RELATED: usize = 5;

/// The handler that fills panes.
pub(crate) struct Panes;

impl Handler for Panes {
    type Job = FillPane;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &FillPane) -> Result<Outcome, Stop> {
        let (content, shown) = match content(ctx, job).await {
            Ok(content) => content,
            Err(Stop::Refused(why)) => (failed(job, pane_words::refused(&why)), None),
            // Slack waits 30 s: later tries would come too late.
            Err(Stop::Fault(cause)) => {
                warn!(%cause, "pane not filled");
                (failed(job, pane_words::no_answer()), None)
            }
        };
        let (user, trigger) = (job.requester.user.clone(), job.pane.trigger.clone());
        Ok(Outcome::done(vec![ctx.say(&ShowPane { user, trigger, content, shown })]))
    }
}

fn failed(job: &FillPane, failure: PaneFailure) -> PaneContent {
    match job.pane.tab {
        PaneTab::Details | PaneTab::Edited => PaneContent::Details(Presented::Failure(failure)),
        PaneTab::Comments | PaneTab::Replies => PaneContent::Comments(Vec::new(), false),
        PaneTab::Posted => PaneContent::NotPosted(failure.message().to_owned()),
    }
}

/// Returns the content of a pane, and the conversation as it shows it.
async fn content(ctx: &TenantCtx, job: &FillPane) -> Result<(PaneContent, Option<Seen>), Stop> {
    let pane = &job.pane;
    match (&job.outcome, pane.tab) {
        (Some(PaneOutcome::Refused(why)), PaneTab::Posted) => return Ok((PaneContent::NotPosted(why.clone()), None)),
        (Some(PaneOutcome::Refused(why)), PaneTab::Edited) => {
            let reasons = failures::add(ctx, &job.requester.user, pane, why).await?;
            return Ok((not_saved(&reasons), None));
        }
        (Some(PaneOutcome::Made { .. }), PaneTab::Edited) => {
            let reasons = failures::of(ctx, &job.requester.user, pane).await?;
            if !reasons.is_empty() {
                return Ok((not_saved(&reasons), None));
            }
        }
        (Some(PaneOutcome::Made { reference: Some(reference), note }), PaneTab::Posted) => {
            let comment = comments::posted(&job.requester.user, reference, note, ctx.clock.now());
            return Ok((PaneContent::Posted(Box::new(comment)), None));
        }
        _ => {}
    }
    let requester = match acting::reader(ctx, &job.requester.user).await? {
        Ok(requester) => requester,
        Err(stranger) => return Ok((failed(job, pane_words::not_linked(stranger.why)), None)),
    };
    match pane.tab {
        PaneTab::Details | PaneTab::Edited => {
            let (entity, shown) = details(ctx, &requester, &pane.conversation).await?;
            Ok((PaneContent::Details(Presented::Entity(Box::new(entity))), Some(shown)))
        }
        PaneTab::Replies => Ok((PaneContent::Comments(Vec::new(), false), None)),
        PaneTab::Comments | PaneTab::Posted => {
            Ok((PaneContent::Comments(comments::of(ctx, &pane.conversation).await?, true), None))
        }
    }
}

fn not_saved(reasons: &[String]) -> PaneContent {
    PaneContent::Details(Presented::Failure(PaneFailure::of_edit(&reasons.join(" "))))
}

async fn details(ctx: &TenantCtx, requester: &Teammate, id: &ConversationId) -> Result<(Entity, Seen), Stop> {
    let conversation = conversations::look_at(ctx, id).await?;
    let refused = |error| conversations::denied(error, Some(id));
    let timeline = ctx.dialnote.activities_but_notes(id).await.map_err(refused)?;
    let notes = ctx.dialnote.notes(id).await.map_err(refused)?.len();
    let owner = conversations::owner_user(ctx, &conversation).await?;
    let called = conversations::owner_name(ctx, &conversation).await?;
    let related = related(ctx, &conversation).await?;
    let zone = working_hours::zone(requester.zone.as_deref());
    let timeline: Vec<_> = timeline.into_iter().take(TIMELINE).map(|activity| dated(activity, &zone)).collect();
    let shown = Seen::unasked(&conversation);
    let card_view = &waits::with_limit(ctx, CardView::new(conversation, called)).await?;
    let (owner, timeline, related) = (owner.as_ref(), timeline.as_slice(), related.as_slice());
    let details = Details { card_view, owner, timeline, related, notes };
    Ok((entity_view::pane(&details, &ctx.links), shown))
}

/// Returns an activity with the words of its time in a person's zone.
fn dated(activity: Activity, zone: &TimeZone) -> (Activity, String) {
    let at = zone.to_datetime(activity.at).strftime("%b %-d, %-H:%M").to_string();
    (activity, at)
}

/// Returns the contact's other conversations, with their addresses and titles.
async fn related(ctx: &TenantCtx, conversation: &Conversation) -> Result<Vec<(ConversationId, String, String)>, Fault> {
    let phone = &conversation.contact.phone;
    let is_other = |other: &Conversation| other.id != conversation.id && other.contact.phone == *phone;
    let read = |known: &Conversations| {
        let others = known.values().map(|sight| &sight.known.conversation).filter(|other| is_other(other));
        let mut others: Vec<_> =
            others.map(|other| (other.last_activity.as_ref().map(|last| last.at), other)).collect();
        others.sort_by_key(|(last, _)| std::cmp::Reverse(*last));
        let named = others.into_iter().take(RELATED).map(|(_, other)| {
            let on = other.line.as_ref().and_then(|line| line.name.clone());
            let title = on.map_or_else(|| other.title(), |on| format!("{} · {on}", other.title()));
            (other.id.clone(), ctx.links.to(&other.id), title)
        });
        named.collect()
    };
    ctx.memory.projection.look(&ctx.db, read).await
}
