//! Conversations whose contact gets in touch while the owner is away. They are unassigned, so that someone else can take
//! them, and the owner hears of it when they are back (`waiting::while_away`).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::audit::log;
use crate::channels::routes;
use crate::commands::job::CommandJob;
use crate::core::automation::AutomaticReason;
use crate::core::availability::{Availability, Away};
use crate::core::command::{Action, Command};
use crate::core::conversation::{Conversation, ConversationRef};
use crate::core::error::Fault;
use crate::core::ids::{ConversationId, MemberId};
use crate::core::refusal::Refusal;
use crate::core::request_context::RequestContext;
use crate::core::seen::Seen;
use crate::core::{job_keys, working_hours};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::events::ContactHeard;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, enqueue, job, lease, rate_limits};
use crate::people::{availability, directory};
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Claim, DocumentKind, Effect, StoredDocument, Verdict};
use crate::sync::conversations;
use crate::sync::conversations::PAST_ENTRIES;
use crate::waiting::while_away::ReturnedWhileAway;

/// A contact who got in touch with an owner outside working hours. Its due time is their beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct HeardAtNight {
    owner: MemberId,
    at: Timestamp,
}

impl StoredDocument for HeardAtNight {
    const KIND: DocumentKind = DocumentKind::HeardAtNight;
}

/// Has the owner's availability checked: now, or when the working hours of the shared number begin. Many people switch
/// on Do Not Disturb for the night, and are there in the morning.
pub(crate) async fn check(ctx: &TenantCtx, heard: &ContactHeard<'_>) -> Result<Vec<Effect>, Fault> {
    let Some(begins) = begins(ctx, heard.conversation).await? else { return Ok(Vec::new()) };
    let (id, owner) = (&heard.conversation.id, heard.owner.id.clone());
    let night = HeardAtNight { owner: owner.clone(), at: heard.at };
    Ok(vec![if begins > ctx.clock.now() {
        documents::put_due(ctx, id.as_str(), &night, Some(begins))
    } else {
        enqueue::unasked(ctx.new_job(&AbsentOwner { conversation: id.clone(), heard: Some((owner, heard.at)) }))
    }])
}

/// Returns the time from which the app may act on a conversation; none if no route decides on it.
async fn begins(ctx: &TenantCtx, conversation: &Conversation) -> Result<Option<Timestamp>, Fault> {
    let Some((_, route)) = routes::deciding(ctx, conversation.line.as_ref()).await? else { return Ok(None) };
    let working = route.settings.over(&documents::rules(ctx).await?).working;
    let zone = working_hours::zone(route.zone.as_deref());
    Ok(Some(working.after(ctx.clock.now(), SignedDuration::ZERO, &zone)))
}

/// Unassigns a conversation, if its owner is still away and has done nothing since the contact got in touch.
async fn unassign(ctx: &TenantCtx, claim: &Claim, absent: &AbsentOwner) -> Result<Outcome, Stop> {
    let id = &absent.conversation;
    let Some(heard) = heard(ctx, absent).await? else { return Ok(Outcome::done(Vec::new())) };
    let over = || Outcome::done(vec![documents::remove::<HeardAtNight>(id.as_str())]);
    let conversation = match conversations::look_at(ctx, id).await {
        Ok(conversation) => conversation,
        Err(Stop::Refused(Refusal::NoConversation { .. })) => return Ok(over()),
        Err(stop) => return Err(stop),
    };
    let Some(begins) = begins(ctx, &conversation).await?.filter(|_| still_waits(&conversation, &heard)) else {
        return Ok(over());
    };
    if begins > ctx.clock.now() {
        return Ok(Outcome::done(vec![documents::put_due(ctx, id.as_str(), &heard, Some(begins))]));
    }
    let Availability::Away(why) = availability::of_member(ctx, &heard.owner).await? else { return Ok(over()) };
    let user = match &conversation.owner {
        Some(owner) => directory::participant(ctx, owner).await?.user,
        None => None,
    };
    if let Some(user) = &user
        && log::has_done(&ctx.db.entries(id, PAST_ENTRIES).await?, user, heard.at)
    {
        return Ok(over());
    }
    let remember = user.map(|user| ReturnedWhileAway { user, returned: Some((id.clone(), ctx.clock.now())) });
    let remember = remember.map(|remember| enqueue::unasked(ctx.following(claim, &remember)));
    let night = documents::remove::<HeardAtNight>(id.as_str());
    let body = job::encode(&automatic(&conversation, why));
    let verdict = Verdict::Continue { body, until: lease::end(ctx) };
    Ok(Outcome { verdict, effects: remember.into_iter().chain([night]).collect() })
}

/// Returns what is known of the contact's call or message: the job has it, or the document of the night.
async fn heard(ctx: &TenantCtx, absent: &AbsentOwner) -> Result<Option<HeardAtNight>, Fault> {
    match &absent.heard {
        Some((owner, at)) => Ok(Some(HeardAtNight { owner: owner.clone(), at: *at })),
        None => documents::get(ctx, absent.conversation.as_str()).await,
    }
}

/// Answers whether a conversation is open, and has the same owner and no answer since.
fn still_waits(conversation: &Conversation, heard: &HeardAtNight) -> bool {
    let last = conversation.last_activity.as_ref();
    let waits = last.is_some_and(|last| last.wants_an_answer() && last.at >= heard.at);
    waits && conversation.is_open() && conversation.is_owned_by(&heard.owner)
}

/// Returns the command that unassigns the conversation as it was just seen.
fn automatic(conversation: &Conversation, why: Away) -> CommandJob {
    let which = ConversationRef::Id(conversation.id.clone());
    let command = Command { act: Action::Unassign, which, note: String::new() };
    CommandJob {
        seen: vec![Seen::from(conversation)],
        reason: Some(AutomaticReason::OwnerAway(why)),
        ..CommandJob::new(RequestContext::automatic(), command)
    }
}

/// A conversation whose owner may be away while its contact waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AbsentOwner {
    /// The conversation.
    pub conversation: ConversationId,
    /// The owner, and the time at which the contact got in touch; none if a document has them.
    pub heard: Option<(MemberId, Timestamp)>,
}

impl JobKind for AbsentOwner {
    const KIND: &'static str = "absent_owner.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        job_keys::conversation_key(&self.conversation)
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::unlimited(rate_limits::DIALNOTE)]
    }
}

/// The handler of conversations whose owner may be away.
pub(crate) struct AbsentOwners;

impl Handler for AbsentOwners {
    type Job = AbsentOwner;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &AbsentOwner) -> Result<Outcome, Stop> {
        unassign(ctx, claim, job).await
    }
}
