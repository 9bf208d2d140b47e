//! How much a channel shows, and what happens when another company begins to read it. Slack tells of that by an
//! event; since events get lost, it is also asked before anything is posted, unless that was done a moment ago.

use crate::work::changes;
use crate::work::documents;
use crate::work::external_changes;
use crate::work::outbox;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::info;

use crate::domain::card_view::CardView;
use crate::domain::job::{ChangeJob, Job, SharedJob};
use crate::domain::message::Message;
use crate::domain::reply::Reply;
use crate::error::Fault;
use crate::ids::{ChannelId, ConversationId, MessageTs};
use crate::slack::answer::SlackError;
use crate::store::{CacheEntry, Claim, Class, Delivery, Effect, NewJob};
use crate::view::card::{self, Privacy};
use crate::work::documents::CHANNEL;
use crate::work::outcome::Outcome;
use crate::work::{TenantCtx, later};

/// Whether a channel is shared with another organization (a cache entry), by channel.
const SHARED: &str = "shared";

/// How long that is good for.
const SHARED_AGE: Duration = Duration::from_mins(1);

/// A channel whose cards were drawn again because it is shared (`store::Document`), by channel.
const DRAWN: &str = "drawn_shared";

/// How many cards are drawn again by one job.
const CARDS_PER_JOB: usize = 100;

/// What is set about a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct ChannelSettings {
    /// Whether it shows less, if somebody has said so.
    #[serde(default)]
    masked: Option<bool>,
    /// Whether that was said of a channel that was shared then. What was said before another company came is not
    /// about that company.
    #[serde(default)]
    although_shared: bool,
    /// Whether changes are shown to everybody there, and not only in threads.
    #[serde(default)]
    aloud: bool,
}

/// What people see of that in the form: whether it shows less, and whether changes are shown to everybody.
type PrivacyShown = (bool, bool);

/// How much a channel shows: what was set; else, of one that outsiders read, less. One of which we
/// may not know who reads it is taken for such a one.
pub(crate) async fn privacy(ctx: &TenantCtx, channel: &ChannelId) -> Result<Privacy, Fault> {
    let settings = channel_settings(ctx, channel).await?;
    let masked = match settings.masked {
        Some(true) => true,
        Some(false) if settings.although_shared => false,
        _ => is_shared(ctx, channel).await?,
    };
    Ok(if masked { Privacy::Masked } else { Privacy::Full })
}

/// Whether everybody in a channel is shown that a conversation has another owner or status.
pub(crate) async fn is_told_aloud(ctx: &TenantCtx, channel: &ChannelId) -> Result<bool, Fault> {
    Ok(channel_settings(ctx, channel).await?.aloud)
}

async fn channel_settings(ctx: &TenantCtx, channel: &ChannelId) -> Result<ChannelSettings, Fault> {
    Ok(documents::kept(ctx, CHANNEL, channel.as_str()).await?.unwrap_or_default())
}

pub(super) async fn is_shared(ctx: &TenantCtx, channel: &ChannelId) -> Result<bool, Fault> {
    let kept = ctx.db.cache_get(SHARED, channel.as_str()).await?;
    let fresh = kept.filter(|kept| later(kept.at, SHARED_AGE) > ctx.clock.now());
    if let Some(kept) = fresh {
        return Ok(kept.body != "false");
    }
    let known = ctx.slack.is_shared(channel).await?;
    if known == Some(true) {
        have_drawn_again(ctx, channel).await?;
    }
    let shared = known.unwrap_or(true);
    ctx.db.cache_put(shared_memo(ctx, channel, shared)).await?;
    Ok(shared)
}

fn shared_memo(ctx: &TenantCtx, channel: &ChannelId, shared: bool) -> CacheEntry {
    let (kind, id, at) = (SHARED.to_owned(), channel.to_string(), ctx.clock.now());
    CacheEntry { kind, id, alias: None, at, body: shared.to_string() }
}

/// Of a channel that is found shared, the cards are drawn again, once.
async fn have_drawn_again(ctx: &TenantCtx, channel: &ChannelId) -> Result<(), Fault> {
    if ctx.db.document(DRAWN, channel.as_str()).await?.is_some() {
        return Ok(());
    }
    let now = ctx.clock.now();
    let job = Job::Shared(SharedJob { channel: channel.clone(), told: false, after: None });
    let job = NewJob { class: Class::Machine, ..ctx.new_job(&job) };
    let key = format!("shared:{channel}:{}", now.as_second());
    ctx.store.accept(Delivery { installation: ctx.installation().clone(), key }, vec![job], now).await?;
    Ok(())
}

/// A channel is shared: it shows less at once, and its cards are drawn again.
pub(super) async fn channel_shared(ctx: &TenantCtx, claim: &Claim, job: &SharedJob) -> Result<Outcome, Fault> {
    let channel = &job.channel;
    let mut effects = Vec::new();
    if job.after.is_none() {
        info!(%channel, told = job.told, "the channel is shared with another company");
        effects.push(Effect::CachePut(shared_memo(ctx, channel, true)));
        effects.push(changes::put(ctx, DRAWN, channel.as_str(), &true));
        effects.extend(no_longer_although_shared(ctx, job).await?);
    }
    let after = job.after.clone().unwrap_or_else(|| MessageTs::new(""));
    let cards = ctx.db.cards_in(channel, &after, CARDS_PER_JOB).await?;
    if let Some(last) = cards.last().filter(|_| cards.len() == CARDS_PER_JOB).and_then(|last| last.ts.clone()) {
        let next = Job::Shared(SharedJob { after: Some(last), ..job.clone() });
        effects.push(Effect::Enqueue(ctx.following(claim, &next)));
    }
    let again =
        cards.into_iter().map(|card| Message::CardAgain { channel: card.channel, conversation: card.conversation });
    effects.extend(again.map(|again| external_changes::say_unasked(ctx, again)));
    Ok(Outcome::done(effects))
}

/// Draws a card again with what it shows already, as much of it as the channel shows by now. One that waits to
/// be drawn otherwise comes after this.
pub(super) async fn draw_again(
    ctx: &TenantCtx,
    claim: &Claim,
    channel: &ChannelId,
    conversation: &ConversationId,
) -> Result<(), SlackError> {
    let Some(card) = ctx.db.card(channel, conversation).await? else { return Ok(()) };
    // What cannot be read is drawn when its conversation changes.
    let Some((ts, card_view)) = card.ts.zip(serde_json::from_str::<CardView>(&card.card_view).ok()) else {
        return Ok(());
    };
    let content = card::card(&card_view, &ctx.links, privacy(ctx, channel).await?);
    outbox::bring_up_to_date(ctx, claim, channel, &ts, &content).await
}

async fn no_longer_although_shared(ctx: &TenantCtx, job: &SharedJob) -> Result<Option<Effect>, Fault> {
    let settings = channel_settings(ctx, &job.channel).await?;
    let ends = job.told && settings.although_shared;
    let settings = ChannelSettings { although_shared: false, ..settings };
    Ok(ends.then(|| changes::put(ctx, CHANNEL, job.channel.as_str(), &settings)))
}

/// The effects of a change of what a channel shows, and the answer to it; none if nothing changes.
pub(super) async fn change_channel(
    ctx: &TenantCtx,
    job: &ChangeJob,
    channel: &ChannelId,
    (masked, aloud): PrivacyShown,
) -> Result<(Vec<Effect>, Option<Reply>), Fault> {
    let settings = channel_settings(ctx, channel).await?;
    let was_masked = privacy(ctx, channel).await? == Privacy::Masked;
    if (was_masked, settings.aloud) == (masked, aloud) {
        return Ok((Vec::new(), None));
    }
    let wanted = if was_masked == masked {
        ChannelSettings { aloud, ..settings }
    } else {
        let although_shared = !masked && is_shared(ctx, channel).await?;
        ChannelSettings { masked: Some(masked), although_shared, aloud }
    };
    let kept = changes::put(ctx, CHANNEL, channel.as_str(), &wanted);
    let before = json!({ "masked": was_masked, "aloud": settings.aloud });
    let after = json!({ "masked": masked, "aloud": aloud });
    let detail = json!({ "channel": { "channel": channel, "before": before, "after": after } });
    let say = if was_masked == masked { Reply::ChannelChanged } else { Reply::PrivacyChanged { masked } };
    Ok((vec![kept, changes::record_change(ctx, job, detail).await?], Some(say)))
}
