//! Deferred commands. A command that a missing link blocks is kept for 24 hours, and runs once the person is linked: by
//! hand, or because their addresses in Slack and dialnote have become the same. It then runs like a new request, on the
//! facts of that time.

use std::cmp::Reverse;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::audit::log;
use crate::commands::drafts;
use crate::commands::job::CommandJob;
use crate::commands::question::StoredQuestion;
use crate::core::direct_message::DirectMessage;
use crate::core::error::Fault;
use crate::core::ids::{ConversationId, DraftId, SlackUserId};
use crate::core::linking::LinkedJob;
use crate::core::refusal::Refusal;
use crate::core::request_context::{RequestContext, Via};
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::documents::read_draft;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::direct::SendDirect;
use crate::jobs::outbox::redraw;
use crate::jobs::outcome::{Outcome, Stop};
use crate::people::strangers::ONE_AT_A_TIME;
use crate::people::{acting, directory, strangers};
use crate::platform::db::{Claim, Class, Delivery, Document, DocumentKind, Effect, NewJob, StoredDocument};
use crate::sync::conversations::PAST_ENTRIES;

/// The time for which a deferred command is kept.
const DEFERRED_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The maximum number of commands kept for one unlinked user.
const MAX_DEFERRED_PER_PERSON: usize = 10;

/// The maximum number of deferred commands that are read. More than `MAX_DEFERRED_PER_PERSON` are there only while many
/// are asked for at the same moment.
const MOST_LOOKED_AT: usize = 100;

/// The time between two link checks: dialnote's members are read as often.
const LINK_CHECK_INTERVAL: Duration = Duration::from_secs(10 * 60);

/// The time of the last link check.
#[derive(Serialize, Deserialize)]
struct LastLinkCheck(Timestamp);

impl StoredDocument for LastLinkCheck {
    const KIND: DocumentKind = DocumentKind::LastLinkCheck;
}

/// A command that waits until a person is linked. The command itself is a draft, so that it can be taken up only once.
#[derive(Serialize, Deserialize)]
struct DeferredCommand {
    draft: DraftId,
    #[serde(alias = "asker")]
    requester: RequestContext,
    at: Timestamp,
    /// The message that its note consists of.
    quoted: Option<String>,
}

impl StoredDocument for DeferredCommand {
    const KIND: DocumentKind = DocumentKind::Deferred;
}

/// Returns the effects that keep a command until the person it needs is linked. Returns none if a link would not help.
/// Of several by one requester about the same conversation, the last one counts.
pub(crate) async fn postpone(ctx: &TenantCtx, job: &CommandJob, why: &Refusal) -> Result<Vec<Effect>, Fault> {
    let Some(user) = waits_for(job, why) else { return Ok(Vec::new()) };
    let draft = drafts::draft(ctx, job, job.seen.clone());
    let postponed = DeferredCommand {
        draft: draft.id.clone(),
        requester: job.requester.clone(),
        at: job.asked.unwrap_or(ctx.clock.now()),
        quoted: job.quoted.clone(),
    };
    let id = format!("{}:{}", job.requester.user, job.command.which);
    let mut others = deferred(ctx, user).await?;
    others.retain(|other| other.id != id);
    others.sort_by_key(|other| Reverse(other.at));
    let mut effects = vec![Effect::PutDraft(draft), documents::put_within(ctx, user.as_str(), &id, &postponed)];
    for other in others.into_iter().skip(MAX_DEFERRED_PER_PERSON - 1) {
        effects.extend(taken_up(&other, &documents::read(&other)?));
    }
    Ok(effects)
}

/// Runs the commands that wait for a person's link, if the person is linked by now.
pub(crate) async fn linked(ctx: &TenantCtx, job: &LinkedJob) -> Result<Outcome, Fault> {
    let Ok(teammate) = acting::teammate(ctx, &job.user).await? else {
        return Ok(Outcome::done(Vec::new()));
    };
    let mut waiting = deferred(ctx, &job.user).await?;
    waiting.sort_by_key(|kept| kept.at);
    let (mut effects, mut theirs) = (vec![strangers::drop_stranger(&job.user)], 0);
    for kept in waiting {
        let postponed = documents::read(&kept)?;
        effects.extend(taken_up(&kept, &postponed));
        let Some(command) = asked_anew(ctx, postponed).await? else { continue };
        theirs += usize::from(command.requester.user == job.user);
        effects.push(Effect::Enqueue(ctx.new_job(&command)));
    }
    if let Some(by) = job.by.clone() {
        let members = directory::team(ctx).await?;
        let member = members.iter().find(|member| member.id == teammate.member).map(|member| member.name.clone());
        let notice = DirectMessage::Linked { by, member: member.unwrap_or(teammate.name), waiting: theirs };
        effects.push(ctx.say(&SendDirect::new(job.user.clone(), notice)));
    }
    effects.extend(redraw::refresh_homes(ctx, std::iter::once(job.user.clone())).await?);
    Ok(Outcome::done(effects))
}

/// Returns the commands that wait for this person's link.
async fn deferred(ctx: &TenantCtx, user: &SlackUserId) -> Result<Vec<Document>, Fault> {
    documents::all_stored_within::<DeferredCommand>(ctx, user.as_str(), MOST_LOOKED_AT).await
}

/// Returns a deferred command like a new request, unless it is too old or was already taken up.
async fn asked_anew(ctx: &TenantCtx, kept: DeferredCommand) -> Result<Option<CommandJob>, Fault> {
    if times::later(kept.at, DEFERRED_LIFETIME) <= ctx.clock.now() {
        return Ok(None);
    }
    let draft = ctx.db.draft(&kept.draft).await?;
    let waiting = draft.as_ref().map(read_draft::<StoredQuestion>).transpose()?;
    // The requester may no longer look at the place where they asked.
    let place = RequestContext { reply: None, list: None, message: None, pane: None, call: None, ..kept.requester };
    let requester = RequestContext { via: Via::Postponed, ..place };
    Ok(waiting.map(|StoredQuestion { command, seen, despite }| CommandJob {
        seen,
        despite,
        quoted: kept.quoted,
        asked: Some(kept.at),
        ..CommandJob::new(requester, command)
    }))
}

/// Answers whether the requester of a deferred command has since done something else about the conversation. In that
/// case the command is no longer wanted.
pub(crate) async fn was_done_since(ctx: &TenantCtx, job: &CommandJob, id: &ConversationId) -> Result<bool, Fault> {
    let Some(asked) = job.asked else { return Ok(false) };
    let entries = ctx.db.entries(id, PAST_ENTRIES).await?;
    Ok(log::has_done(&entries, &job.requester.user, asked))
}

/// Checks at each poll of dialnote who is linked by now. A failed check is repeated at the next poll.
pub(crate) async fn follow_poll(ctx: &TenantCtx) -> Result<(), Fault> {
    if let Err(cause) = look_who_is_linked_now(ctx).await {
        info!(%cause, "could not look who is linked by now; will try again");
    }
    Ok(())
}

/// Checks from time to time which unlinked users are linked by now, because someone invited them to dialnote. Changes
/// in Slack need no check, because Slack reports them.
async fn look_who_is_linked_now(ctx: &TenantCtx) -> Result<(), Fault> {
    let now = ctx.clock.now();
    let looked = documents::get(ctx, "").await?.map(|LastLinkCheck(at)| at);
    if looked.is_some_and(|looked| times::later(looked, LINK_CHECK_INTERVAL) > now) {
        return Ok(());
    }
    let strangers = strangers::strangers(ctx).await?;
    for tried in strangers.into_iter().filter(|tried| tried.why.is_none()) {
        let user = tried.profile.user;
        let delivery =
            Delivery { installation: ctx.installation().clone(), key: format!("linked:{user}:{}", now.as_second()) };
        let job = LinkedJob { user, by: None };
        let job = NewJob { class: Class::Machine, ..ctx.new_job(&job) };
        ctx.store.accept(delivery, vec![job], now).await?;
    }
    ctx.db.keep(documents::document(ctx, "", &LastLinkCheck(now), None)).await
}

/// Returns the user whose link a command waits for, if a link would help. An emoji does not wait: it has no effect any
/// more when it is removed or old.
fn waits_for<'a>(job: &'a CommandJob, why: &Refusal) -> Option<&'a SlackUserId> {
    let via = job.requester.via;
    let may_wait = why.waits_for_a_link() && via.has_a_reader() && via != Via::Reacted;
    match why {
        Refusal::YouAreNotLinked(_) if may_wait => Some(&job.requester.user),
        Refusal::NotLinked { .. } if may_wait => job.command.act.assignee(),
        _ => None,
    }
}

/// Returns the effects that drop a deferred command, so that it cannot be taken up again.
fn taken_up(kept: &Document, postponed: &DeferredCommand) -> [Effect; 2] {
    let drop = documents::remove_stored(kept.clone());
    [drop, Effect::DropDraft(postponed.draft.clone())]
}

impl JobKind for LinkedJob {
    const KIND: &'static str = "linked.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        ONE_AT_A_TIME.to_owned()
    }
}

/// The handler that runs the commands that waited for a link.
pub(crate) struct NewlyLinked;

impl Handler for NewlyLinked {
    type Job = LinkedJob;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &LinkedJob) -> Result<Outcome, Stop> {
        Ok(linked(ctx, job).await?)
    }
}
