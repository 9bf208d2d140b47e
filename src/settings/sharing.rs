//! Privacy of channels, and the follow-up when another company begins to read one. Slack reports that by an event.
//! Since events get lost, Slack is also asked before each post, unless it was asked a moment ago.

use serde::Serialize;
use serde_json::json;
use tracing::info;

use crate::cards::unfurled_links::RedrawLinks;
use crate::channels::privacy;
use crate::channels::privacy::{ChannelSettings, DrawnShared, SharedJob};
use crate::core::error::Fault;
use crate::core::ids::{ChannelId, MessageTs};
use crate::core::privacy::Privacy;
use crate::core::settings_change::ChangeJob;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::cards::RedrawCard;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, enqueue};
use crate::people::organization;
use crate::platform::db::{Claim, Effect};
use crate::platform::slack::blocks::kit::Content;
use crate::settings::view;

/// The number of cards that one job redraws.
const CARDS_PER_JOB: usize = 100;

/// A channel's settings as the form shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ChannelShown {
    /// True if the channel shows less.
    pub(crate) masked: bool,
    /// True if changes are shown to everyone.
    pub(crate) aloud: bool,
    /// True if emoji on cards act.
    pub(crate) emoji: bool,
}

/// Handles a channel that became shared: it shows less at once, and its cards are redrawn.
pub(crate) async fn channel_shared(ctx: &TenantCtx, claim: &Claim, job: &SharedJob) -> Result<Outcome, Fault> {
    let channel = &job.channel;
    let mut effects = Vec::new();
    if job.after.is_none() {
        info!(%channel, told = job.told, "channel shared with another organization");
        effects.push(Effect::CachePut(privacy::shared_memo(ctx, channel, true)));
        effects.push(documents::put(ctx, channel.as_str(), &DrawnShared(true)));
        effects.push(Effect::Enqueue(ctx.following(claim, &RedrawLinks::of(channel.clone()))));
        effects.extend(no_longer_although_shared(ctx, job).await?);
    }
    let after = job.after.clone().unwrap_or_else(|| MessageTs::new(""));
    let cards = ctx.db.cards_in(channel, &after, CARDS_PER_JOB).await?;
    if let Some(last) = cards.last().filter(|_| cards.len() == CARDS_PER_JOB).and_then(|last| last.ts.clone()) {
        let next = SharedJob { after: Some(last), ..job.clone() };
        effects.push(Effect::Enqueue(ctx.following(claim, &next)));
    }
    let again = cards.into_iter().map(|card| RedrawCard { channel: card.channel, conversation: card.conversation });
    effects.extend(again.map(|again| enqueue::say_unasked(ctx, &again)));
    Ok(Outcome::done(effects))
}

async fn no_longer_although_shared(ctx: &TenantCtx, job: &SharedJob) -> Result<Option<Effect>, Fault> {
    let settings = privacy::channel_settings(ctx, &job.channel).await?;
    let ends = job.told && settings.although_shared;
    let settings = ChannelSettings { although_shared: false, ..settings };
    Ok(ends.then(|| documents::put(ctx, job.channel.as_str(), &settings)))
}

/// Returns the effects of a change of what a channel shows, and the reply to it. Returns none if nothing changes.
pub(crate) async fn change_channel(
    ctx: &TenantCtx,
    job: &ChangeJob,
    channel: &ChannelId,
    shown: ChannelShown,
) -> Result<(Vec<Effect>, Option<Content>), Fault> {
    let settings = privacy::channel_settings(ctx, channel).await?;
    let was_masked = privacy::privacy(ctx, channel).await? == Privacy::Masked;
    let before = ChannelShown { masked: was_masked, aloud: settings.aloud, emoji: settings.emoji };
    if before == shown {
        return Ok((Vec::new(), None));
    }
    let ChannelShown { masked, aloud, emoji } = shown;
    let wanted = if was_masked == masked {
        ChannelSettings { aloud, emoji, ..settings }
    } else {
        let although_shared = !masked && privacy::is_shared(ctx, channel).await?;
        ChannelSettings { masked: Some(masked), although_shared, aloud, emoji }
    };
    let kept = documents::put(ctx, channel.as_str(), &wanted);
    let detail = json!({ "channel": { "channel": channel, "before": before, "after": shown } });
    let record = organization::record_change(ctx, job, detail).await?;
    if was_masked == masked {
        return Ok((vec![kept, record], Some(view::channel())));
    }
    // What was posted before shows more or less as well.
    let cards = SharedJob { channel: channel.clone(), told: false, after: Some(MessageTs::new("")) };
    let redrawn = [ctx.new_job(&cards), ctx.new_job(&RedrawLinks::of(channel.clone()))].map(Effect::Enqueue);
    Ok(([kept, record].into_iter().chain(redrawn).collect(), Some(view::privacy(masked))))
}

impl JobKind for SharedJob {
    const KIND: &'static str = "shared.v1";

    fn key(&self) -> String {
        format!("shared:{}", self.channel)
    }

    fn is_from_slack(&self) -> bool {
        true
    }
}

/// The handler that redraws the cards of a channel that another company reads.
pub(crate) struct SharedChannels;

impl Handler for SharedChannels {
    type Job = SharedJob;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &SharedJob) -> Result<Outcome, Stop> {
        Ok(channel_shared(ctx, claim, job).await?)
    }
}
