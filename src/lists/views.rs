//! Delivery of homes, and of lists in windows.

use serde::{Deserialize, Serialize};

use crate::core::ids::{SlackUserId, ViewId};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::job::JobKind;
use crate::jobs::lease;
use crate::jobs::outbox::message::Message;
use crate::jobs::outbox::redraw;
use crate::jobs::outbox::redraw::Opened;
use crate::jobs::outcome::Outcome;
use crate::jobs::{documents, rate_limits};
use crate::lists::content::{HomeView, ListView};
use crate::lists::{forms_view, home_view};
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Claim, Effect, Queue};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::codes;

/// Slack's error code for a home that was drawn later than the one we know (docs/contracts/slack.md §21.2).
const OTHER_HOME: &str = "hash_conflict";

/// A person's Home tab, to draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DrawHome {
    /// The person.
    pub(crate) user: SlackUserId,
    /// The content of the tab.
    pub(crate) card_view: Box<HomeView>,
}

/// A list in a window, to draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DrawList {
    /// The person who has the window open.
    pub(crate) user: SlackUserId,
    /// The window's view.
    pub(crate) view: ViewId,
    /// The content of the list.
    pub(crate) card_view: Box<ListView>,
}

impl JobKind for DrawHome {
    const KIND: &'static str = "draw_home.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        format!("home:{}", self.user)
    }

    fn fairness_key(&self) -> String {
        self.user.to_string()
    }

    /// Returns one key for all updates of the home: of several that wait, only the last matters.
    fn coalesce_key(&self) -> Option<String> {
        Some("home".to_owned())
    }

    /// Tier 4: 100 a minute.
    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::limited("views.publish", 600, 100)]
    }
}

impl JobKind for DrawList {
    const KIND: &'static str = "draw_list.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        rate_limits::view_key(&self.view)
    }

    fn fairness_key(&self) -> String {
        self.user.to_string()
    }

    /// Returns one key for all updates of the window: of several that wait, only the last matters.
    fn coalesce_key(&self) -> Option<String> {
        Some("window".to_owned())
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::updating_views()]
    }
}

impl Message for DrawHome {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        publish(ctx, claim, &self.user, &self.card_view).await.map(Outcome::done)
    }

    /// Nothing is lost: the home is drawn again when it is opened.
    fn is_dispensable(_code: &str) -> bool {
        true
    }
}

impl Message for DrawList {
    async fn deliver(&self, ctx: &TenantCtx, _claim: &Claim) -> Result<Outcome, SlackError> {
        let window = forms_view::window(Some(&self.card_view), &self.card_view.query, &ctx.links);
        ctx.slack.update_view(&self.view, &window).await?;
        Ok(Outcome::done(Vec::new()))
    }

    fn is_dispensable(code: &str) -> bool {
        codes::is_view_gone(code)
    }
}

/// Shows a person's home. If Slack already shows a later home than the stored one, that one stays, and the home is
/// drawn again from the current state.
async fn publish(
    ctx: &TenantCtx,
    claim: &Claim,
    user: &SlackUserId,
    card_view: &HomeView,
) -> Result<Vec<Effect>, SlackError> {
    let kept = documents::stored::<Opened>(ctx, user.as_str()).await?;
    let opened = kept.as_ref().and_then(documents::readable::<Opened>);
    let hash = opened.and_then(|opened| opened.hash);
    let drawn = home_view::home(card_view, &ctx.links);
    let by = lease::ensure(ctx, claim).await?;
    let published = ctx.slack.with_deadline(by).publish(user, &drawn, hash.as_deref()).await;
    let Ok(list) = &card_view.list else { return published.map(|_| Vec::new()) };
    let query = list.query.clone();
    let opened = |hash| documents::put(ctx, user.as_str(), &Opened { query: query.clone(), hash });
    match published {
        Ok(hash) => Ok(vec![opened(hash)]),
        Err(SlackError::Refused(code)) if code == OTHER_HOME => {
            Ok(vec![opened(None), redraw::draw_home(ctx, user.clone(), query.clone())])
        }
        Err(error) => Err(error),
    }
}
