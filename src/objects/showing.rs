//! The calls that fill a pane. Nothing is lost if Slack refuses one: the person presses refresh.

use serde::{Deserialize, Serialize};

use crate::core::error::Fault;
use crate::core::ids::{ConversationId, SlackUserId};
use crate::core::seen::Seen;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::job::JobKind;
use crate::jobs::lease;
use crate::jobs::outbox::message::Message;
use crate::jobs::outcome::Outcome;
use crate::jobs::rate_limits;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{CacheEntry, CacheKind, CachedFact, Claim, Effect, Queue};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::entity::{Comment, Presented};

/// The content of a pane, to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShowPane {
    /// The person.
    pub user: SlackUserId,
    /// Slack's permission.
    pub trigger: String,
    /// The content.
    pub content: PaneContent,
    /// The conversation as the content shows it, if it can be edited there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Seen>,
}

/// A conversation as a person's pane shows it. What they save later is compared with it: Slack sends every field, and
/// not only those that they changed.
#[derive(Serialize, Deserialize)]
struct ShownInPane(Seen);

impl CachedFact for ShownInPane {
    const KIND: CacheKind = CacheKind::ShownInPane;
}

/// Returns a conversation as a person's pane shows it; none if that is no longer known.
pub(crate) async fn shown(ctx: &TenantCtx, user: &SlackUserId, id: &ConversationId) -> Result<Option<Seen>, Fault> {
    let kept = ctx.db.cache_get(ShownInPane::KIND, &shown_id(user, id)).await?;
    Ok(kept.and_then(|kept| kept.fact()).map(|ShownInPane(seen)| seen))
}

fn shown_id(user: &SlackUserId, id: &ConversationId) -> String {
    format!("{user}:{id}")
}

/// The content of a pane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaneContent {
    /// The details.
    Details(Presented),
    /// The comments, and whether the person may post one.
    Comments(Vec<Comment>, bool),
    /// The comment that the person posted.
    Posted(Box<Comment>),
    /// The reason why the comment was not posted.
    NotPosted(String),
}

impl JobKind for ShowPane {
    const KIND: &'static str = "show_pane.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        format!("pane:{}", self.user)
    }

    fn fairness_key(&self) -> String {
        self.user.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::limited("entity.presentDetails", 1200, 50)]
    }
}

impl Message for ShowPane {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        let by = lease::ensure(ctx, claim).await?;
        let slack = ctx.slack.with_deadline(by);
        match &self.content {
            PaneContent::Details(shown) => slack.present_details(&self.trigger, shown).await?,
            PaneContent::Comments(comments, can_post) => {
                slack.present_comments(&self.trigger, comments, *can_post).await?;
            }
            PaneContent::Posted(comment) => slack.acknowledge_comment(&self.trigger, Ok(comment)).await?,
            PaneContent::NotPosted(why) => slack.acknowledge_comment(&self.trigger, Err(why)).await?,
        }
        let remembered = self.shown.as_ref().map(|seen| {
            let id = shown_id(&self.user, &seen.conversation);
            Effect::CachePut(CacheEntry::of(&id, ctx.clock.now(), &ShownInPane(seen.clone())))
        });
        Ok(Outcome::done(remembered.into_iter().collect()))
    }

    fn is_dispensable(_code: &str) -> bool {
        true
    }
}
