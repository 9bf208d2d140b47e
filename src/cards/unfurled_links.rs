//! Redraws the unfurled links of a channel, because it shows more or less from now on.

use serde::{Deserialize, Serialize};

use crate::cards::unfurls;
use crate::core::card_view::CardView;
use crate::core::ids::{ChannelId, ConversationId};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::enqueue;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outcome::{Outcome, Stop};
use crate::platform::db::projection::Conversations;
use crate::platform::db::{Claim, Effect};
use crate::sync::conversations;

/// The number of conversations whose links one job looks for.
const CONVERSATIONS_PER_JOB: usize = 500;

/// The unfurled links of a channel, to be redrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RedrawLinks {
    /// The channel.
    channel: ChannelId,
    /// The last conversation whose links were looked for; `None` at the beginning.
    after: Option<ConversationId>,
}

impl RedrawLinks {
    /// Returns the job that redraws all links of a channel.
    pub(crate) fn of(channel: ChannelId) -> Self {
        Self { channel, after: None }
    }
}

impl JobKind for RedrawLinks {
    const KIND: &'static str = "redraw_links.v1";

    fn key(&self) -> String {
        format!("redraw_links:{}", self.channel)
    }

    fn fairness_key(&self) -> String {
        self.channel.to_string()
    }
}

/// The handler that redraws the unfurled links of a channel.
pub(crate) struct ChannelLinks;

impl Handler for ChannelLinks {
    type Job = RedrawLinks;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &RedrawLinks) -> Result<Outcome, Stop> {
        let next = |all: &Conversations| {
            let mut ids: Vec<_> = all.keys().filter(|id| job.after.as_ref().is_none_or(|after| *id > after)).collect();
            ids.sort_unstable();
            let some = ids.into_iter().take(CONVERSATIONS_PER_JOB);
            some.filter_map(|id| Some(all.get(id)?.known.conversation.clone())).collect::<Vec<_>>()
        };
        let some = ctx.memory.projection.look(&ctx.db, next).await?;
        let last = some.last().filter(|_| some.len() == CONVERSATIONS_PER_JOB).map(|last| last.id.clone());
        let mut effects = Vec::new();
        for conversation in some {
            let owner = conversations::owner_name(ctx, &conversation).await?;
            let link = unfurls::again(ctx, &job.channel, CardView::new(conversation, owner)).await?;
            effects.extend(link.map(|link| enqueue::say_unasked(ctx, &link)));
        }
        effects.extend(last.map(|last| {
            let rest = RedrawLinks { after: Some(last), ..job.clone() };
            Effect::Enqueue(ctx.following(claim, &rest))
        }));
        Ok(Outcome::done(effects))
    }
}
