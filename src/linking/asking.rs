//! Users who are not linked: they ask the admins for a link, or have their link checked again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::commands::refusal_view;
use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::core::linking::LinkedJob;
use crate::core::refusal::Refusal;
use crate::core::request_context::{Addressee, RequestContext};
use crate::core::teammate::Teammate;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::private::answer;
use crate::jobs::outbox::redraw;
use crate::jobs::outcome::{Outcome, Stop};
use crate::people::directory::UnlinkedUser;
use crate::people::people_words::NotLinked;
use crate::people::strangers::ONE_AT_A_TIME;
use crate::people::{acting, admins, directory, people_words, strangers};
use crate::platform::db::{Claim, Effect};

/// The time for which the admins are not asked again about the same user.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// A request of a user who is not linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AskForLink {
    /// The requester.
    pub requester: RequestContext,
    /// True if the admins are asked. False if the link is only checked again.
    pub asks: bool,
}

async fn ask_for_link(ctx: &TenantCtx, claim: &Claim, job: &AskForLink) -> Result<Outcome, Fault> {
    let to = job.requester.addressee();
    let stranger = match acting::teammate_now(ctx, &job.requester.user).await? {
        Ok(Ok(teammate)) => return linked(ctx, claim, job, &teammate).await,
        Ok(Err(stranger)) => stranger,
        Err(why) => return Ok(Outcome::done(vec![answer(ctx, to, refusal_view::refusal(&why))])),
    };
    let mut effects = if job.asks && stranger.why.can_be_linked() {
        ask_admins(ctx, job, &stranger).await?
    } else {
        vec![answer(ctx, to, refusal_view::refusal(&Refusal::YouAreNotLinked(stranger.why)))]
    };
    effects.extend(redraw::refresh_homes(ctx, std::iter::once(job.requester.user.clone())).await?);
    Ok(Outcome::done(effects))
}

/// Tells the requester that they are linked, and runs the commands that waited for it.
async fn linked(ctx: &TenantCtx, claim: &Claim, job: &AskForLink, teammate: &Teammate) -> Result<Outcome, Fault> {
    let members = directory::team(ctx).await?;
    let member = members.iter().find(|member| member.id == teammate.member).map(|member| member.name.as_str());
    let content = people_words::you_are_linked(member.unwrap_or(&teammate.name));
    let waiting = LinkedJob { user: teammate.user.clone(), by: None };
    let run = Effect::Enqueue(ctx.following(claim, &waiting));
    Ok(Outcome::done(vec![answer(ctx, job.requester.addressee(), content), run]))
}

/// Sends the admins one message about the requester, at most once a day.
async fn ask_admins(ctx: &TenantCtx, job: &AskForLink, stranger: &UnlinkedUser) -> Result<Vec<Effect>, Fault> {
    let user = &job.requester.user;
    let mut admins = admins::who_can_link(ctx).await?;
    admins.remove(user);
    let names = admins::names(ctx, &admins).await?;
    let now = ctx.clock.now();
    let asked = strangers::asked_at(ctx, user).await?;
    if let Some(asked) = asked.filter(|asked| times::later(*asked, ASK_AGAIN_AFTER) > now) {
        let ago = now.duration_since(asked).as_secs();
        return Ok(vec![answer(ctx, job.requester.addressee(), people_words::asked(&names, Some(ago)))]);
    }
    let email = directory::look_up(ctx, user).await?.and_then(|profile| profile.email);
    let person = NotLinked { name: stranger.name.clone(), email, why: stranger.why, admins: names };
    let content = people_words::asks_for_link(&person);
    let message = |admin: SlackUserId| {
        let to = Addressee::directly(admin);
        answer(ctx, to, content.clone())
    };
    let noted = if admins.is_empty() { None } else { strangers::note_asked(ctx, user).await? };
    let reply = answer(ctx, job.requester.addressee(), people_words::asked(&person.admins, None));
    Ok(admins.into_iter().map(message).chain(noted).chain([reply]).collect())
}

impl JobKind for AskForLink {
    const KIND: &'static str = "ask_for_link.v1";

    fn key(&self) -> String {
        ONE_AT_A_TIME.to_owned()
    }

    fn requester(&self) -> Option<&RequestContext> {
        Some(&self.requester)
    }
}

/// The handler of requests for a link.
pub(crate) struct LinkRequests;

impl Handler for LinkRequests {
    type Job = AskForLink;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &AskForLink) -> Result<Outcome, Stop> {
        Ok(ask_for_link(ctx, claim, job).await?)
    }
}
