//! Emoji that people add to messages and remove from them (docs/contracts/slack-2026.md §6.1).

use serde_json::{Value, json};

use super::acts::Reacting;
use super::event;
use crate::faults::EventOrder;
use crate::impossible::Impossible;
use crate::shared::Shared;
use crate::world::World;

/// Changes the emoji of a message, and sends the app the events that are due.
pub(crate) async fn react(shared: &Shared, reacting: Reacting) -> Result<(), Impossible> {
    let due = shared.world(|world| change(world, &reacting).map(|event| due(world, event)))?;
    shared.turn();
    for event in due {
        event::event(shared, event).await?;
    }
    Ok(())
}

/// Changes the message. Returns the event about it, if the app hears of it.
fn change(world: &mut World, reacting: &Reacting) -> Result<Option<Value>, Impossible> {
    let Reacting { who, channel, message_ts, name, remove } = reacting;
    let person = world.actor(who)?;
    let channel = world.place(&person, channel)?;
    if !is_a_name(name) {
        return Err(Impossible(format!("{name} isn't the name of an emoji")));
    }
    if channel.archived {
        return Err(Impossible(format!("{} is archived", channel.name)));
    }
    let message = world.message_mut(&channel.id, message_ts).filter(|message| message.to.is_none());
    let message = message.ok_or_else(|| Impossible(format!("there is no message {message_ts} to react to")))?;
    let item_user = message.author.clone();
    match remove {
        false if !message.add_reaction(&person.id, name) => {
            return Err(Impossible(format!("{who} has added {name} already")));
        }
        true if !message.remove_reaction(&person.id, name) => {
            return Err(Impossible(format!("{who} has not added {name}")));
        }
        _ => {}
    }
    let kind = if *remove { "reaction_removed" } else { "reaction_added" };
    if !world.is_heard(kind) || !world.bot_is_in(&channel) {
        return Ok(None);
    }
    Ok(Some(json!({
        "type": kind, "user": person.id, "reaction": name, "item_user": item_user,
        "item": {"type": "message", "channel": channel.id, "ts": message_ts}, "event_ts": world.next_ts(),
    })))
}

/// Returns the events to send now. While events about emoji are swapped, each first of two waits for the
/// second, which goes before it.
fn due(world: &mut World, event: Option<Value>) -> Vec<Value> {
    match (event, world.late_reaction.take()) {
        (Some(event), None) if world.faults.slack.reactions == EventOrder::Swapped => {
            world.late_reaction = Some(event);
            Vec::new()
        }
        (event, late) => event.into_iter().chain(late).collect(),
    }
}

/// Answers whether a text can be the name of an emoji: `+1`, `white_check_mark`, `wave::skin-tone-3`.
pub(super) fn is_a_name(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_+-:\'".contains(&byte);
    !name.is_empty() && name.bytes().all(is_allowed) && !name.starts_with(':') && !name.ends_with(':')
}
