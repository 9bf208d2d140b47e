//! The window that shows what the settings in a form would have done in the last seven days.

use serde::{Deserialize, Serialize};

use crate::channels::routes;
use crate::core::conversation::Owner;
use crate::core::error::Fault;
use crate::core::ids::{ChannelId, SlackUserId, ViewId};
use crate::core::refusal::Refusal;
use crate::core::request_context::RequestContext;
use crate::core::route::{Route, RouteSettings};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::message::Message;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::rate_limits;
use crate::people::directory;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Claim, Queue};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::codes;
use crate::settings::preview_view::Previewed;
use crate::settings::{preview_view, routes as route_settings};
use crate::waiting::preview::PreviewCounts;
use crate::waiting::preview_facts;

/// A request for a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PreviewJob {
    /// The requester.
    pub requester: RequestContext,
    /// The window in which the preview is shown.
    pub view: ViewId,
    /// The channel.
    pub channel: ChannelId,
    /// The settings in the form.
    pub settings: RouteSettings,
}

/// A window with a preview, to draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DrawPreview {
    /// The person who has the window open.
    user: SlackUserId,
    /// The window's view.
    view: ViewId,
    /// The preview, or the reason why there is none.
    preview: Result<Box<Previewed>, Refusal>,
}

impl JobKind for PreviewJob {
    const KIND: &'static str = "preview.v1";

    fn key(&self) -> String {
        format!("preview:{}", self.view)
    }

    fn requester(&self) -> Option<&RequestContext> {
        Some(&self.requester)
    }
}

/// The handler that makes previews.
pub(crate) struct Previews;

impl Handler for Previews {
    type Job = PreviewJob;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &PreviewJob) -> Result<Outcome, Stop> {
        let preview = match previewed(ctx, job).await {
            Ok(preview) => Ok(Box::new(preview)),
            Err(Stop::Refused(why)) => Err(why),
            Err(Stop::Fault(fault)) => return Err(fault.into()),
        };
        let drawn = DrawPreview { user: job.requester.user.clone(), view: job.view.clone(), preview };
        Ok(Outcome::done(vec![ctx.say(&drawn)]))
    }
}

async fn previewed(ctx: &TenantCtx, job: &PreviewJob) -> Result<Previewed, Stop> {
    let Some(route) = routes::route_of(ctx, &job.channel).await? else {
        return Err(Refusal::NoRoute(job.channel.clone()).into());
    };
    let route = Route { settings: job.settings.clone(), ..route };
    let counts = preview_facts::of_route(ctx, &route, job.requester.team.as_ref()).await?;
    let people = named(ctx, &counts).await?;
    let does = route_settings::described(ctx, &route).await?.words();
    Ok(Previewed { line: routes::called_of(&route), does, settings: route.settings, counts, people })
}

async fn named(ctx: &TenantCtx, counts: &PreviewCounts) -> Result<Vec<(String, usize)>, Fault> {
    let mut people = Vec::with_capacity(counts.given.len());
    for (member, given) in &counts.given {
        let name = directory::participant(ctx, &Owner::new(member.clone(), String::new())).await?.name;
        people.push((name, *given));
    }
    Ok(people)
}

impl JobKind for DrawPreview {
    const KIND: &'static str = "draw_preview.v1";
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

impl Message for DrawPreview {
    async fn deliver(&self, ctx: &TenantCtx, _claim: &Claim) -> Result<Outcome, SlackError> {
        let window = match &self.preview {
            Ok(preview) => preview_view::window(preview),
            Err(why) => preview_view::refused(why),
        };
        ctx.slack.update_view(&self.view, &window).await?;
        Ok(Outcome::done(Vec::new()))
    }

    fn is_dispensable(code: &str) -> bool {
        codes::is_view_gone(code)
    }
}
