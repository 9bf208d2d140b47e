//! What could not be done because somebody was not linked is kept for a day, and done once they are: by hand, or
//! because their addresses in Slack and dialnote have become the same. It is asked anew then, with everything as
//! it is by then.

use crate::store::Claim;
use crate::work::handler::Handler;
use crate::work::job::JobKind;
use crate::work::outcome::Stop;
use crate::work::strangers::ONE_AT_A_TIME;
use std::cmp::Reverse;
use std::time::Duration;
use tracing::info;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::command_job::CommandJob;
use crate::domain::direct_message::DirectMessage;
use crate::domain::job::LinkedJob;
use crate::domain::message::Message;
use crate::domain::question::StoredQuestion;
use crate::domain::refusal::Refusal;
use crate::domain::request_context::{RequestContext, Via};
use crate::error::Fault;
use crate::ids::{ConversationId, DraftId, SlackUserId};
use crate::store::{Class, Delivery, Document, Effect, NewJob};
use crate::work::conversations::PAST_ENTRIES;
use crate::work::ctx::TenantCtx;
use crate::work::documents::{read, read_draft};
use crate::work::outcome::Outcome;
use crate::work::{acting, audit, documents, drafts, homes, people, strangers, times};

/// For how long it is kept.
const DEFERRED_LIFETIME: Duration = Duration::from_hours(24);

/// How much is kept for one person who is not linked.
const MAX_DEFERRED_PER_PERSON: usize = 10;

/// How much of it is looked at; more than that is only there while much is asked for at the same moment.
const MOST_LOOKED_AT: usize = 100;

/// When it was looked who is linked by now (`store::Document`).
const LOOKED: &str = "looked_who_is_linked";

/// How often that is looked at: dialnote's members are read as often.
const LINK_CHECK_INTERVAL: Duration = Duration::from_mins(10);

/// A command that waits until somebody is linked (`store::Document`, by whoever asked and conversation). The
/// command itself is a draft, so that it can be taken up once.
#[derive(Serialize, Deserialize)]
struct DeferredCommand {
    draft: DraftId,
    #[serde(alias = "asker")]
    requester: RequestContext,
    at: Timestamp,
    /// The message that its note is.
    quoted: Option<String>,
}

impl DeferredCommand {
    /// The kind under which is kept what waits for this person.
    fn kind(user: &SlackUserId) -> String {
        format!("postponed:{user}")
    }
}

/// What is to be stored so that a command is done as soon as whom it needs is linked; nothing, if that would
/// not help. Of several about the same conversation the last one counts.
pub(crate) async fn postpone(ctx: &TenantCtx, job: &CommandJob, why: &Refusal) -> Result<Vec<Effect>, Fault> {
    let Some(user) = waits_for(job, why) else { return Ok(Vec::new()) };
    let draft = drafts::draft(ctx, job, job.seen.clone());
    let postponed = DeferredCommand {
        draft: draft.id.clone(),
        requester: job.requester.clone(),
        at: job.asked.unwrap_or(ctx.clock.now()),
        quoted: job.quoted.clone(),
    };
    let (kind, id) = (DeferredCommand::kind(user), format!("{}:{}", job.requester.user, job.command.which));
    let mut others = ctx.db.documents(&kind, MOST_LOOKED_AT).await?;
    others.retain(|other| other.id != id);
    others.sort_by_key(|other| Reverse(other.at));
    let mut effects = vec![Effect::PutDraft(draft), documents::put(ctx, &kind, &id, &postponed)];
    for other in others.into_iter().skip(MAX_DEFERRED_PER_PERSON - 1) {
        effects.extend(taken_up(&other, &read(&other)?));
    }
    Ok(effects)
}

/// Does what waits for somebody, if they are linked by now.
pub(crate) async fn linked(ctx: &TenantCtx, job: &LinkedJob) -> Result<Outcome, Fault> {
    let Ok(teammate) = acting::teammate(ctx, &job.user).await? else {
        return Ok(Outcome::done(Vec::new()));
    };
    let mut waiting = ctx.db.documents(&DeferredCommand::kind(&job.user), MOST_LOOKED_AT).await?;
    waiting.sort_by_key(|kept| kept.at);
    let (mut effects, mut theirs) = (vec![strangers::drop_stranger(&job.user)], 0);
    for kept in waiting {
        let postponed = read(&kept)?;
        effects.extend(taken_up(&kept, &postponed));
        let Some(command) = asked_anew(ctx, postponed).await? else { continue };
        theirs += usize::from(command.requester.user == job.user);
        effects.push(Effect::Enqueue(ctx.new_job(&command)));
    }
    if let Some(by) = job.by.clone() {
        let members = people::team(ctx).await?;
        let member = members.iter().find(|member| member.id == teammate.member).map(|member| member.name.clone());
        let notice = DirectMessage::Linked { by, member: member.unwrap_or(teammate.name), waiting: theirs };
        effects.push(ctx.say(&Message::direct(job.user.clone(), notice)));
    }
    effects.extend(homes::refresh_homes(ctx, std::iter::once(job.user.clone())).await?);
    Ok(Outcome::done(effects))
}

/// A kept command as if it were asked anew, if it is not too old and was not taken up.
async fn asked_anew(ctx: &TenantCtx, kept: DeferredCommand) -> Result<Option<CommandJob>, Fault> {
    if times::later(kept.at, DEFERRED_LIFETIME) <= ctx.clock.now() {
        return Ok(None);
    }
    let draft = ctx.db.draft(&kept.draft).await?;
    let waiting = draft.as_ref().map(read_draft::<StoredQuestion>).transpose()?;
    // Where they asked is not where they look by now.
    let requester = RequestContext { via: Via::Postponed, reply: None, list: None, message: None, ..kept.requester };
    Ok(waiting.map(|StoredQuestion { command, seen }| CommandJob {
        seen,
        quoted: kept.quoted,
        asked: Some(kept.at),
        ..CommandJob::new(requester, command)
    }))
}

/// Whether whoever asked for what had to wait did something else about the conversation meanwhile, so that it
/// is not wanted any more.
pub(crate) async fn was_done_since(ctx: &TenantCtx, job: &CommandJob, id: &ConversationId) -> Result<bool, Fault> {
    let Some(asked) = job.asked else { return Ok(false) };
    let entries = ctx.db.entries(id, PAST_ENTRIES).await?;
    Ok(audit::has_done(&entries, &job.requester.user, asked))
}

/// Looks who is linked by now, at each regular look at dialnote. Where that fails it is tried again with the next.
pub(crate) async fn follow_poll(ctx: &TenantCtx) -> Result<(), Fault> {
    if let Err(cause) = look_who_is_linked_now(ctx).await {
        info!(%cause, "could not look who is linked by now; will try again");
    }
    Ok(())
}

/// Looks once in a while who was not linked and is by now, because somebody invited them to dialnote: of what
/// changes in Slack we are told.
async fn look_who_is_linked_now(ctx: &TenantCtx) -> Result<(), Fault> {
    let now = ctx.clock.now();
    let looked: Option<Timestamp> = documents::kept(ctx, LOOKED, "").await?;
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
    ctx.db.keep(documents::document(ctx, LOOKED, "", &now, None)).await
}

/// For whose link a command waits, if a link would help.
fn waits_for<'a>(job: &'a CommandJob, why: &Refusal) -> Option<&'a SlackUserId> {
    let may_wait = why.waits_for_a_link() && job.requester.via != Via::Timer;
    match why {
        Refusal::YouAreNotLinked(_) if may_wait => Some(&job.requester.user),
        Refusal::NotLinked { .. } if may_wait => job.command.act.assignee(),
        _ => None,
    }
}

/// A kept command cannot be taken up again.
fn taken_up(kept: &Document, postponed: &DeferredCommand) -> [Effect; 2] {
    let drop = Effect::DropDocument { kind: kept.kind.clone(), id: kept.id.clone() };
    [drop, Effect::DropDraft(postponed.draft.clone())]
}

impl JobKind for LinkedJob {
    const KIND: &'static str = "linked.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        ONE_AT_A_TIME.to_owned()
    }
}

/// Runs the commands that waited for a link.
pub(crate) struct NewlyLinked;

impl Handler for NewlyLinked {
    type Job = LinkedJob;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &LinkedJob) -> Result<Outcome, Stop> {
        Ok(linked(ctx, job).await?)
    }
}
