//! Delivery of the window that shows the unlinked people.

use serde::{Deserialize, Serialize};

use crate::core::ids::{SlackUserId, ViewId};
use crate::core::refusal::Refusal;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::message::Message;
use crate::jobs::outcome::Outcome;
use crate::jobs::rate_limits;
use crate::linking::content::PeopleView;
use crate::linking::view;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Claim, Queue};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::codes;

/// The window that shows the unlinked people, to draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DrawPeople {
    /// The person who has the window open.
    pub(crate) user: SlackUserId,
    /// The window's view.
    pub(crate) view: ViewId,
    /// The content of the window, or the reason why there is none.
    pub(crate) card_view: Result<Box<PeopleView>, Refusal>,
}

impl JobKind for DrawPeople {
    const KIND: &'static str = "draw_people.v1";
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

impl Message for DrawPeople {
    async fn deliver(&self, ctx: &TenantCtx, _claim: &Claim) -> Result<Outcome, SlackError> {
        ctx.slack.update_view(&self.view, &view::window(&self.card_view)).await?;
        Ok(Outcome::done(Vec::new()))
    }

    fn is_dispensable(code: &str) -> bool {
        codes::is_view_gone(code)
    }
}
