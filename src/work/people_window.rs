//! Delivery of the window that shows the unlinked people.

use serde::{Deserialize, Serialize};

use crate::domain::people_view::PeopleView;
use crate::domain::refusal::Refusal;
use crate::ids::{SlackUserId, ViewId};
use crate::outbox::message::Message;
use crate::slack::answer::SlackError;
use crate::slack::codes;
use crate::store::rate_limit::RateLimit;
use crate::store::{Claim, Queue};
use crate::view::people;
use crate::work::ctx::TenantCtx;
use crate::work::job::JobKind;
use crate::work::outcome::Outcome;
use crate::work::rate_limits;

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
        ctx.slack.update_view(&self.view, &people::window(&self.card_view)).await?;
        Ok(Outcome::done(Vec::new()))
    }

    fn is_dispensable(code: &str) -> bool {
        codes::is_view_gone(code)
    }
}
