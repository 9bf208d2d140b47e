//! Direct messages whose buttons still act on a conversation. When the conversation moves on, the messages say so and
//! lose the buttons.

use serde::{Deserialize, Serialize};

use crate::core::answer::Answer;
use crate::core::error::Fault;
use crate::core::ids::{ChannelId, ConversationId, MessageTs, SlackUserId};
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::notifications::sent::{STANDS_FOR, Sent};
use crate::notifications::{direct_view, sent};
use crate::platform::db::{CacheEntry, CacheKind, CachedFact, Claim, Effect};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::codes;

/// The maximum number of standing messages that are known for each.
const MAX_STANDING: usize = 5;

/// The standing direct messages to one reader about one conversation, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Standing(Vec<(ChannelId, MessageTs)>);

impl CachedFact for Standing {
    const KIND: CacheKind = CacheKind::Standing;
}

/// Returns the effects that remember a message with buttons for these conversations.
pub(crate) async fn stands(
    ctx: &TenantCtx,
    user: &SlackUserId,
    sent: &Sent,
    conversations: &[ConversationId],
) -> Result<Vec<Effect>, Fault> {
    let place = (sent.channel.clone(), sent.ts.clone());
    let mut effects = Vec::new();
    for conversation in sent.told.given().iter().filter(|id| conversations.contains(id)) {
        let Standing(mut places) = standing(ctx, user, conversation).await?;
        places.retain(|other| *other != place);
        places.push(place.clone());
        let oldest = places.len().saturating_sub(MAX_STANDING);
        let places = places.split_off(oldest);
        effects.push(keep_standing(ctx, user, conversation, &Standing(places)));
    }
    Ok(effects)
}

/// Shows what became of a conversation (`answer`) in its standing messages. Returns the effects to store then.
pub(crate) async fn show_mark(
    ctx: &TenantCtx,
    claim: &Claim,
    user: &SlackUserId,
    conversation: &ConversationId,
    answer: &Answer,
) -> Result<Vec<Effect>, SlackError> {
    let Standing(places) = standing(ctx, user, conversation).await?;
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let (mut effects, mut left) = (Vec::new(), Vec::new());
    for (channel, ts) in places {
        let Some(mut sent) = sent::sent(ctx, &channel, &ts).await? else { continue };
        let shown = sent.told.answer(conversation);
        if shown.is_some_and(Answer::is_final) {
            continue;
        }
        let is_new = shown != Some(answer);
        if !answer.is_final() {
            left.push((channel, ts));
        }
        if is_new {
            sent.told.answers.push((conversation.clone(), answer.clone()));
            if is_shown(ctx, claim, &sent).await? {
                effects.push(sent::remember(&sent));
            }
        }
    }
    effects.push(keep_standing(ctx, user, conversation, &Standing(left)));
    Ok(effects)
}

/// Updates a message to its current content, and answers whether it is still there. A message in a channel that is
/// closed to the app counts as gone, because no one can press its buttons.
async fn is_shown(ctx: &TenantCtx, claim: &Claim, sent: &Sent) -> Result<bool, SlackError> {
    match sent::show(ctx, claim, sent, &direct_view::message(&sent.told, &ctx.links)).await {
        Err(SlackError::Refused(code)) if codes::is_final(&code) => Ok(false),
        other => other,
    }
}

async fn standing(ctx: &TenantCtx, user: &SlackUserId, conversation: &ConversationId) -> Result<Standing, Fault> {
    let kept = ctx.db.cache_get(Standing::KIND, &format!("{conversation}:{user}")).await?;
    Ok(kept.and_then(|kept| kept.fact()).unwrap_or_default())
}

fn keep_standing(ctx: &TenantCtx, user: &SlackUserId, conversation: &ConversationId, standing: &Standing) -> Effect {
    let at = times::later(ctx.clock.now(), STANDS_FOR);
    Effect::CachePut(CacheEntry::of(&format!("{conversation}:{user}"), at, standing))
}
