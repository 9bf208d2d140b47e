//! Forms that were opened before their content was known.

use serde::{Deserialize, Serialize};

use crate::audit::log;
use crate::core::card_view::CardView;
use crate::core::conversation::Conversation;
use crate::core::error::Fault;
use crate::core::form::FormContext;
use crate::core::ids::{ConversationId, MemberId, SlackUserId, ViewId};
use crate::core::request_context::RequestContext;
use crate::core::seen::Seen;
use crate::core::sweep::Sweep;
use crate::core::verbs;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::newer_blocks::WindowPlace;
use crate::jobs::outbox::message::Message;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, newer_blocks, rate_limits};
use crate::lists::{drawing, forms_view};
use crate::people::{acting, directory, organization};
use crate::platform::db::projection::Conversations;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Audited, Claim, Queue};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::codes;
use crate::sync::{conversations, known};

/// The maximum number of suggested owners of each sort: those chosen recently, and those with the fewest open
/// conversations.
const SUGGESTED: usize = 3;

/// The number of recent commands in which recently chosen owners are looked for.
const RECENT_COMMANDS: usize = 30;

/// The name of an owner who is no longer in dialnote.
const SOMEONE_GONE: &str = "a former member";

/// A form that was opened before its content was known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DrawForm {
    /// The person who has the form open.
    user: SlackUserId,
    /// The form's view.
    view: ViewId,
    /// The conversation's name for people; `None` if there is no conversation.
    title: Option<String>,
    /// The form's context, as JSON (`core::form::FormContext`).
    context: String,
}

impl JobKind for DrawForm {
    const KIND: &'static str = "draw_form.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        rate_limits::view_key(&self.view)
    }

    fn fairness_key(&self) -> String {
        self.user.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::updating_views()]
    }
}

impl Message for DrawForm {
    async fn deliver(&self, ctx: &TenantCtx, _claim: &Claim) -> Result<Outcome, SlackError> {
        show_form(ctx, &self.view, self.title.clone(), &self.context).await?;
        Ok(Outcome::done(Vec::new()))
    }

    fn is_dispensable(code: &str) -> bool {
        codes::is_view_gone(code)
    }
}

/// Looks up the conversation of a form that was opened before it was known.
pub(crate) async fn fill_in(ctx: &TenantCtx, job: &FormJob) -> Result<Outcome, Fault> {
    let teammate = acting::teammate(ctx, &job.requester.user).await?.is_ok();
    let now = match job.context.conversation.as_ref().filter(|_| teammate) {
        Some(id) => match conversations::look_at(ctx, id).await {
            Ok(conversation) => Some(conversation),
            Err(Stop::Refused(_)) => None,
            Err(Stop::Fault(fault)) => return Err(fault),
        },
        None => None,
    };
    let title = now.as_ref().map(Conversation::title);
    let context = job.context.clone().having_shown(now.as_ref().map(Seen::unasked));
    let context = serde_json::to_string(&context).unwrap_or_default();
    let user = job.requester.user.clone();
    let filled = DrawForm { user, view: job.view.clone(), title, context };
    Ok(Outcome::done(vec![ctx.say(&filled)]))
}

/// Shows a form in place of the window that said that it was being prepared.
async fn show_form(ctx: &TenantCtx, view: &ViewId, title: Option<String>, context: &str) -> Result<(), SlackError> {
    let Ok(context) = serde_json::from_str::<FormContext>(context) else { return Ok(()) };
    if title.is_none() {
        return newer_blocks::show(ctx, WindowPlace::InsteadOf(view), &forms_view::gone(&context)).await;
    }
    let known = forms_view::FormFacts { title, ..known_for_form(ctx, &context).await? };
    newer_blocks::show(ctx, WindowPlace::InsteadOf(view), &forms_view::form(&context, &known, &ctx.links)).await
}

/// Returns what is known for a form without a call to Slack or dialnote.
pub(crate) async fn known_for_form(ctx: &TenantCtx, context: &FormContext) -> Result<forms_view::FormFacts, Fault> {
    let known = match &context.conversation {
        Some(id) => known::known(ctx, id).await?,
        None => None,
    };
    let (title, seen) = (known.as_ref().map(Conversation::title), known.as_ref().map(Seen::unasked));
    let verb = context.wanted.verb;
    let needs_note = documents::rules(ctx).await?.needs_note(verb);
    let owner = match &known {
        Some(conversation) => conversations::owner_name(ctx, conversation).await?,
        None => None,
    };
    let to = match &context.wanted.to {
        Some(user) if verbs::spec(verb).takes_person => {
            let name = Box::pin(directory::name(ctx, user)).await?;
            Some((name.unwrap_or_else(|| user.to_string()), user.clone()))
        }
        _ => None,
    };
    let shown = known.map(|conversation| CardView::new(conversation, owner));
    let all_of = match &context.all_of {
        Some(owner) => Some(sweep_of(ctx, owner).await?),
        None => None,
    };
    Ok(forms_view::FormFacts { title, seen, shown, to, needs_note, all_of, ..forms_view::FormFacts::default() })
}

/// Returns everything that a member owns, as far as it is known.
async fn sweep_of(ctx: &TenantCtx, owner: &MemberId) -> Result<Sweep, Fault> {
    let count = |known: &Conversations| known.pending().filter(|one| one.is_owned_by(owner)).count();
    let of = ctx.memory.projection.look(&ctx.db, count).await?;
    let name = if let Some((_, name)) = directory::known_teammate(ctx, owner).await? {
        Some(name)
    } else {
        let members = directory::kept_members(ctx).await?;
        members.iter().find(|member| member.id == *owner).map(|member| member.name.clone())
    };
    Ok(Sweep { owner: owner.clone(), name: name.unwrap_or_else(|| SOMEONE_GONE.to_owned()), of })
}

/// Returns the conversations with these ids, as far as they are known.
pub(crate) async fn titles(ctx: &TenantCtx, ids: &[ConversationId]) -> Result<Vec<Conversation>, Fault> {
    let those = |known: &Conversations| {
        ids.iter().filter_map(|id| known.get(id)).map(|sight| sight.known.conversation.clone()).collect()
    };
    ctx.memory.projection.look(&ctx.db, those).await
}

/// Returns the suggested owners: those with the fewest open conversations, then those chosen recently.
pub(crate) async fn suggested(
    ctx: &TenantCtx,
    conversation: Option<&ConversationId>,
) -> Result<Vec<(String, SlackUserId)>, Fault> {
    let owner = match conversation {
        Some(id) => known::known(ctx, id).await?.and_then(|known| known.owner).map(|owner| owner.id),
        None => None,
    };
    let loads = drawing::loads(ctx).await?;
    let load = |member: &MemberId| loads.iter().find(|(one, _)| one == member).map_or(0, |(_, load)| *load);
    let mut idle = directory::known_members(ctx).await?;
    idle.sort_by_key(|member| load(member));
    let recent = recently_chosen(ctx).await?.into_iter().take(SUGGESTED);
    let members: Vec<_> = idle.into_iter().take(SUGGESTED).chain(recent).collect();
    let mut suggested: Vec<(String, SlackUserId)> = Vec::new();
    for member in members.into_iter().filter(|member| Some(member) != owner.as_ref()) {
        let Some((user, name)) = directory::known_teammate(ctx, &member).await? else { continue };
        if suggested.iter().all(|(_, other)| *other != user) {
            suggested.push((format!("{name} · {} open", load(&member)), user));
        }
    }
    Ok(suggested)
}

/// Returns the members who were recently made owners, the latest first.
async fn recently_chosen(ctx: &TenantCtx) -> Result<Vec<MemberId>, Fault> {
    let mut chosen: Vec<MemberId> = Vec::new();
    let latest = ctx.db.latest(None, RECENT_COMMANDS).await?;
    let since = organization::organization_since(ctx);
    for Audited { entry, .. } in latest.into_iter().filter(|latest| latest.entry.at >= since) {
        let owner = log::change(&entry).and_then(|change| change.after.owner);
        if let Some(owner) = owner.filter(|owner| !chosen.contains(owner)) {
            chosen.push(owner);
        }
    }
    Ok(chosen)
}

impl JobKind for FormJob {
    const KIND: &'static str = "form.v1";

    fn key(&self) -> String {
        format!("form:{}", self.view)
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::unlimited(rate_limits::DIALNOTE)]
    }

    fn requester(&self) -> Option<&RequestContext> {
        Some(&self.requester)
    }
}

/// The handler that fills in forms that were opened before their content was known.
pub(crate) struct Forms;

impl Handler for Forms {
    type Job = FormJob;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &FormJob) -> Result<Outcome, Stop> {
        Ok(fill_in(ctx, job).await?)
    }
}

/// A form to fill in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FormJob {
    /// The person who has the form open.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The form's view.
    pub view: ViewId,
    /// The context that the form keeps.
    pub context: FormContext,
}
