//! Messages to be stored with the verdict of a step.

use crate::domain::message::Message;
use crate::ids::ChannelId;
use crate::store::{Card, Class, Effect, NewJob};
use crate::work::ctx::TenantCtx;

/// Returns the effect that sends a message which no one waits for, after messages that people wait for.
pub(crate) fn say_unasked(ctx: &TenantCtx, message: &Message) -> Effect {
    let job = ctx.new_job(message);
    Effect::Enqueue(NewJob { class: Class::Machine, ..job })
}

/// Returns the effect that announces a card, if it is the first in its channel. A job that changes the conversation
/// before the card is posted has to update the card.
pub(crate) fn expected(message: &Message, cards: &[ChannelId]) -> Option<Effect> {
    match message {
        Message::Card { channel, card_view, .. } if !cards.contains(channel) => Some(Effect::PutCard(Card {
            channel: channel.clone(),
            conversation: card_view.conversation.id.clone(),
            ts: None,
            card_view: serde_json::to_string(card_view).unwrap_or_default(),
        })),
        _ => None,
    }
}
