//! Delivery of cards and their thread entries to Slack.

use crate::cards::{photo, view};
use crate::channels::{privacy, waits};
use crate::core::card_view::CardView;
use crate::core::error::Fault;
use crate::core::ids::{ChannelId, ConversationId, MessageTs};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::events::ChannelClosed;
use crate::jobs::lease;
use crate::jobs::outbox::cards::{PostCard, PostEntry, RedrawCard, RepostCard, RetireCard, ShowDelay};
use crate::jobs::outbox::message::Message;
use crate::jobs::outbox::posting;
use crate::jobs::outbox::private::answer;
use crate::jobs::outcome::Outcome;
use crate::jobs::{emit, enqueue};
use crate::platform::db::{Card, Claim, Effect};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::blocks::words;
use crate::platform::slack::client::Thread;
use crate::platform::slack::codes;

/// The answer to a requester whose card cannot be posted.
const NOT_POSTED: &str = "Saved in dialnote, but the app can't post the card here. Type /invite @dialnote, or ask an admin \
                          who can post in this channel.";

impl Message for PostCard {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        put_card(ctx, claim, &self.channel, &self.card_view).await.map(Outcome::done)
    }

    async fn refused(&self, ctx: &TenantCtx, code: &str) -> Result<Vec<Effect>, Fault> {
        let mut effects = vec![self.not_posted()];
        match &self.requester {
            _ if !codes::is_unwelcome(code) => {}
            Some(requester) => {
                effects.push(answer(ctx, requester.clone(), words::sentence(NOT_POSTED)));
            }
            None => effects.extend(closed(ctx, &self.channel, code).await?),
        }
        Ok(effects)
    }

    fn given_up(&self, _ctx: &TenantCtx) -> Vec<Effect> {
        vec![self.not_posted()]
    }
}

impl PostCard {
    /// Returns the effect to store if the card will never be posted.
    fn not_posted(&self) -> Effect {
        Effect::DropCard { channel: self.channel.clone(), conversation: self.card_view.conversation.id.clone() }
    }
}

impl Message for RedrawCard {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        draw_again(ctx, claim, &self.channel, &self.conversation).await.map(Outcome::done)
    }
}

impl Message for ShowDelay {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        show_delay(ctx, claim, self).await.map(Outcome::done)
    }
}

impl Message for RepostCard {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        post_again(ctx, claim, &self.channel, &self.card_view).await.map(Outcome::done)
    }

    async fn refused(&self, ctx: &TenantCtx, code: &str) -> Result<Vec<Effect>, Fault> {
        if codes::is_unwelcome(code) { closed(ctx, &self.channel, code).await } else { Ok(Vec::new()) }
    }
}

impl Message for RetireCard {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        let link = ctx.slack.permalink(&self.channel, &self.new).await?;
        let pointer = view::moved(&self.title, &link);
        posting::bring_up_to_date(ctx, claim, &self.channel, &self.old, &pointer).await?;
        Ok(Outcome::done(Vec::new()))
    }
}

impl Message for PostEntry {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        // Without a card there is no thread, and nothing is posted.
        if let Some(card) = posted_card(ctx, &self.channel, &self.conversation).await? {
            post_entry(ctx, claim, self, &card).await?;
        }
        Ok(Outcome::done(Vec::new()))
    }
}

/// Returns the effects of a channel in which the app may no longer post.
async fn closed(ctx: &TenantCtx, channel: &ChannelId, code: &str) -> Result<Vec<Effect>, Fault> {
    let event = ChannelClosed { channel: channel.clone(), archived: code == codes::ARCHIVED };
    emit::channel_closed(ctx, &event).await
}

/// Redraws a card with the view that it shows already, at the present privacy of the channel, and with the present limit
/// of its conversation. An update of the card that waits comes after this one. Returns the effect that stores the view.
async fn draw_again(
    ctx: &TenantCtx,
    claim: &Claim,
    channel: &ChannelId,
    conversation: &ConversationId,
) -> Result<Vec<Effect>, SlackError> {
    let Some(card) = ctx.db.card(channel, conversation).await? else { return Ok(Vec::new()) };
    // A view that cannot be read is redrawn when its conversation changes.
    let Some((ts, card_view)) = card.ts.zip(serde_json::from_str::<CardView>(&card.card_view).ok()) else {
        return Ok(Vec::new());
    };
    let card_view = waits::with_limit(ctx, card_view).await?;
    let content = view::card(&card_view, &ctx.links, privacy::privacy(ctx, channel).await?);
    posting::bring_up_to_date(ctx, claim, channel, &ts, &content).await?;
    Ok(vec![put(channel, &card_view, ts)])
}

/// Shows on a card why its conversation is not assigned yet. Rests on the view that the card shows, because a change of
/// the conversation may have come first.
async fn show_delay(ctx: &TenantCtx, claim: &Claim, wanted: &ShowDelay) -> Result<Vec<Effect>, SlackError> {
    let ShowDelay { channel, conversation, delay } = wanted;
    let Some(card) = ctx.db.card(channel, conversation).await? else { return Ok(Vec::new()) };
    let Some((ts, before)) = card.ts.zip(serde_json::from_str::<CardView>(&card.card_view).ok()) else {
        return Ok(Vec::new());
    };
    if !before.is_unassigned() || before.delay == *delay {
        return Ok(Vec::new());
    }
    let card_view = CardView { delay: delay.clone(), ..before };
    let content = view::card(&card_view, &ctx.links, privacy::privacy(ctx, channel).await?);
    posting::bring_up_to_date(ctx, claim, channel, &ts, &content).await?;
    Ok(vec![put(channel, &card_view, ts)])
}

/// Posts the card, or updates the posted one. Posts it again if someone has deleted it.
async fn put_card(
    ctx: &TenantCtx,
    claim: &Claim,
    channel: &ChannelId,
    card_view: &CardView,
) -> Result<Vec<Effect>, SlackError> {
    let (before, card_view) = completed(ctx, channel, card_view).await?;
    let is_shown = before.as_ref().is_some_and(|before| before.card_view == stored(&card_view));
    match before.and_then(|before| before.ts) {
        Some(_) if is_shown => Ok(Vec::new()),
        ts => {
            let shown = show(ctx, claim, channel, ts.as_ref(), &card_view).await;
            match (shown, &card_view.photo) {
                (Err(refused), Some(photo)) if refused.is_about_blocks() => {
                    let plain = CardView { photo: None, ..card_view.clone() };
                    let ts = show(ctx, claim, channel, ts.as_ref(), &plain).await?;
                    Ok(vec![put(channel, &plain, ts), photo::refused(ctx, photo)])
                }
                (shown, _) => Ok(vec![put(channel, &card_view, shown?)]),
            }
        }
    }
}

/// Returns the stored card, and the new one with the facts that the stored one knew, the limit and the owner's photo.
async fn completed(
    ctx: &TenantCtx,
    channel: &ChannelId,
    card_view: &CardView,
) -> Result<(Option<Card>, CardView), Fault> {
    let conversation = &card_view.conversation;
    let (before, limit) =
        tokio::try_join!(ctx.db.card(channel, &conversation.id), waits::shown_limit(ctx, conversation))?;
    let known = before.as_ref().and_then(|before| serde_json::from_str::<CardView>(&before.card_view).ok());
    let card_view = match known {
        Some(known) => card_view.clone().after(&known),
        None => card_view.clone(),
    };
    let photo = photo::photo(ctx, &card_view.conversation).await?;
    Ok((before, CardView { photo, limit, ..card_view }))
}

/// Updates the message of a card, or posts one. Returns the message.
async fn show(
    ctx: &TenantCtx,
    claim: &Claim,
    channel: &ChannelId,
    ts: Option<&MessageTs>,
    card_view: &CardView,
) -> Result<MessageTs, SlackError> {
    let content = view::card(card_view, &ctx.links, privacy::privacy(ctx, channel).await?);
    if let Some(ts) = ts {
        let by = lease::ensure(ctx, claim).await?;
        match ctx.slack.with_deadline(by).update(channel, ts, &content).await {
            Ok(()) => return Ok(ts.clone()),
            Err(SlackError::Refused(code)) if codes::is_message_gone(&code) => {}
            Err(error) => return Err(error),
        }
    }
    let ts = posting::post_once(ctx, claim, channel.as_str(), None, &content).await?.ts;
    if claim.outcome_unknown {
        posting::bring_up_to_date(ctx, claim, channel, &ts, &content).await?;
    }
    Ok(ts)
}

/// Posts the card again, and has the message that was its card so far point to it.
async fn post_again(
    ctx: &TenantCtx,
    claim: &Claim,
    channel: &ChannelId,
    card_view: &CardView,
) -> Result<Vec<Effect>, SlackError> {
    let (before, card_view) = completed(ctx, channel, card_view).await?;
    let conversation = &card_view.conversation;
    let old = before.and_then(|before| before.ts);
    let privacy = privacy::privacy(ctx, channel).await?;
    let content = view::card(&card_view, &ctx.links, privacy);
    let new = posting::post_once(ctx, claim, channel.as_str(), None, &content).await?.ts;
    let retired = old.map(|old| RetireCard {
        channel: channel.clone(),
        conversation: conversation.id.clone(),
        title: view::title(conversation, privacy),
        old,
        new: new.clone(),
    });
    let retire = retired.map(|retired| enqueue::say_unasked(ctx, &retired));
    Ok([put(channel, &card_view, new)].into_iter().chain(retire).collect())
}

async fn posted_card(
    ctx: &TenantCtx,
    channel: &ChannelId,
    conversation: &ConversationId,
) -> Result<Option<MessageTs>, Fault> {
    Ok(ctx.db.card(channel, conversation).await?.and_then(|card| card.ts))
}

async fn post_entry(ctx: &TenantCtx, claim: &Claim, post: &PostEntry, card: &MessageTs) -> Result<(), SlackError> {
    let PostEntry { channel, entry, .. } = post;
    let content = view::line(entry, privacy::privacy(ctx, channel).await?);
    let aloud = entry.what.changes_state() && privacy::is_told_aloud(ctx, channel).await?;
    posting::post_once(ctx, claim, channel.as_str(), Some(Thread { of: card, aloud }), &content).await.map(drop)
}

/// Returns the effect that stores a card's message and the view it shows.
fn put(channel: &ChannelId, card_view: &CardView, ts: MessageTs) -> Effect {
    let conversation = card_view.conversation.id.clone();
    Effect::PutCard(Card { channel: channel.clone(), conversation, ts: Some(ts), card_view: stored(card_view) })
}

fn stored(card_view: &CardView) -> String {
    serde_json::to_string(card_view).unwrap_or_default()
}
