//! Unfurls: a posted link to a conversation becomes its card, once in a while.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::cards::{entity_view, view};
use crate::channels::privacy;
use crate::core::card_view::CardView;
use crate::core::error::Fault;
use crate::core::ids::{ChannelId, ConversationId, MessageTs};
use crate::core::links_job::LinksJob;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::message::Message;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, rate_limits};
use crate::people::acting;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Claim, DocumentKind, NewJob, Queue, StoredDocument};
use crate::platform::slack::answer::SlackError;
use crate::sync::conversations;

/// The time for which the same link is not unfurled again in a channel.
const REPEAT_UNFURL_AFTER: Duration = Duration::from_secs(30 * 60);

/// The maximum number of links of one message that are unfurled.
const MAX_UNFURLS: usize = 5;

/// The maximum number of channels in which the unfurled links to a conversation are kept up to date.
const CHANNELS: usize = 20;

/// A link to a conversation, to unfurl as its card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnfurlLink {
    /// The channel with the link.
    channel: ChannelId,
    /// The message with the link in it.
    ts: MessageTs,
    /// The link, exactly as Slack gave it.
    url: String,
    /// The content of the card.
    card_view: CardView,
}

impl JobKind for UnfurlLink {
    const KIND: &'static str = "unfurl_link.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        links_key(&self.channel, &self.ts)
    }

    fn fairness_key(&self) -> String {
        self.channel.to_string()
    }

    /// Returns one key for all updates of the card: of several that wait, only the last matters.
    fn coalesce_key(&self) -> Option<String> {
        Some(format!("link {}", self.card_view.conversation.id))
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::limited("chat.unfurl", 1200, 50)]
    }
}

impl Message for UnfurlLink {
    async fn deliver(&self, ctx: &TenantCtx, _claim: &Claim) -> Result<Outcome, SlackError> {
        let privacy = privacy::privacy(ctx, &self.channel).await?;
        let content = view::unfurled(&self.card_view, &ctx.links, privacy);
        let owner = conversations::owner_user(ctx, &self.card_view.conversation).await?;
        let (card, link) = ((&self.card_view, owner.as_ref()), (self.url.as_str(), ctx.clock.now()));
        let entity = entity_view::below_link(card, &ctx.links, privacy, link);
        let message = (&self.channel, &self.ts);
        match ctx.slack.unfurl(message, &self.url, &content, Some(&entity)).await {
            // Workspaces without Work Objects take the blocks alone.
            Err(error) if error.is_about_metadata() => ctx.slack.unfurl(message, &self.url, &content, None).await?,
            other => other?,
        }
        Ok(Outcome::done(Vec::new()))
    }

    /// Nothing is lost without the card: the link stays.
    fn is_dispensable(_code: &str) -> bool {
        true
    }
}

/// Returns the partition key of the links in a message.
fn links_key(channel: &ChannelId, ts: &MessageTs) -> String {
    format!("links:{channel}:{ts}")
}

/// The last link to a conversation that became its card in a channel.
#[derive(Serialize, Deserialize)]
struct LastUnfurl {
    /// The message that contains the link.
    ts: MessageTs,
    /// The link exactly as Slack sent it.
    url: String,
}

impl StoredDocument for LastUnfurl {
    const KIND: DocumentKind = DocumentKind::Unfurl;
}

/// Unfurls the links of a message, if a teammate posted it. Skips links that were unfurled in the channel just now.
pub(crate) async fn links(ctx: &TenantCtx, job: &LinksJob) -> Result<Outcome, Stop> {
    let poster = acting::reader(ctx, &job.user).await?;
    if poster.is_err() {
        return Ok(Outcome::done(Vec::new()));
    }
    let mut linked: Vec<_> = job.urls.iter().filter_map(|url| Some((ctx.links.parse(url)?, url))).collect();
    linked.sort();
    linked.dedup_by(|a, b| a.0 == b.0);
    let mut effects = Vec::new();
    for (id, url) in linked.into_iter().take(MAX_UNFURLS) {
        let kept = documents::stored_within::<LastUnfurl>(ctx, id.as_str(), job.channel.as_str()).await?;
        if kept.is_some_and(|kept| times::later(kept.at, REPEAT_UNFURL_AFTER) > ctx.clock.now()) {
            continue;
        }
        let Some(card_view) = face_of(ctx, &id).await? else { continue };
        let shown = LastUnfurl { ts: job.ts.clone(), url: url.clone() };
        effects.push(documents::put_within(ctx, id.as_str(), job.channel.as_str(), &shown));
        effects.push(ctx.say(&unfurl(job.channel.clone(), shown, card_view)));
    }
    Ok(Outcome::done(effects))
}

/// Returns the jobs that update the unfurled cards of a conversation.
pub(crate) async fn shown_links(ctx: &TenantCtx, card_view: &CardView) -> Result<Vec<NewJob>, Fault> {
    let kept = documents::all_stored_within::<LastUnfurl>(ctx, card_view.conversation.id.as_str(), CHANNELS).await?;
    let shown = kept.into_iter().filter_map(|kept| documents::readable(&kept).map(|shown| (kept.id, shown)));
    let unfurls = shown.map(|(channel, shown)| unfurl(ChannelId::new(channel), shown, card_view.clone()));
    Ok(unfurls.map(|unfurl| ctx.new_job(&unfurl)).collect())
}

/// Returns the card view of a conversation as it is now, or none if dialnote has no conversation with this id.
async fn face_of(ctx: &TenantCtx, id: &ConversationId) -> Result<Option<CardView>, Stop> {
    let conversation = match conversations::look_at(ctx, id).await {
        Ok(conversation) => conversation,
        Err(Stop::Refused(_)) => return Ok(None),
        Err(stop) => return Err(stop),
    };
    let owner = conversations::owner(ctx, &conversation).await?.map(|owner| owner.name);
    Ok(Some(CardView::new(conversation, owner)))
}

fn unfurl(channel: ChannelId, shown: LastUnfurl, card_view: CardView) -> UnfurlLink {
    UnfurlLink { channel, ts: shown.ts, url: shown.url, card_view }
}

/// Returns the job that draws the last unfurled link to a conversation in a channel again, with `card_view`. None if no
/// link was unfurled there.
pub(crate) async fn again(
    ctx: &TenantCtx,
    channel: &ChannelId,
    card_view: CardView,
) -> Result<Option<UnfurlLink>, Fault> {
    let id = &card_view.conversation.id;
    let kept = documents::stored_within::<LastUnfurl>(ctx, id.as_str(), channel.as_str()).await?;
    let shown = kept.as_ref().and_then(documents::readable);
    Ok(shown.map(|shown| unfurl(channel.clone(), shown, card_view)))
}

/// The handler that unfurls links to conversations.
pub(crate) struct Unfurls;

impl Handler for Unfurls {
    type Job = LinksJob;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &LinksJob) -> Result<Outcome, Stop> {
        links(ctx, job).await
    }
}

impl JobKind for LinksJob {
    const KIND: &'static str = "links.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        links_key(&self.channel, &self.ts)
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::unlimited(rate_limits::DIALNOTE)]
    }

    fn is_from_slack(&self) -> bool {
        true
    }
}
