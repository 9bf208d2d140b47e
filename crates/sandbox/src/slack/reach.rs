//! The channels that the app can see and write in.

use super::failure::Failure;
use super::scopes::require_scope;
use crate::channels::{Channel, ChannelKind};
use crate::world::World;

/// Returns the channel for a new message: by id, or the id of a person, which opens the direct message.
pub(super) fn writable(world: &mut World, id: &str) -> Result<Channel, Failure> {
    let reachable = world.person(id).is_some_and(|p| p.id == id && !p.deleted && !p.bot && !p.stranger);
    let id = if reachable { world.direct_message(id) } else { id.to_owned() };
    let channel = visible(world, &id)?;
    if channel.kind == ChannelKind::Direct && !world.messages_tab {
        return Err("messages_tab_disabled".into());
    }
    if channel.archived {
        return Err("is_archived".into());
    }
    if !world.bot_is_in(&channel) && require_scope(world, "chat:write.public").is_err() {
        return Err("not_in_channel".into());
    }
    Ok(channel)
}

/// Returns a channel that the bot can see, by its id, never by its name.
pub(super) fn visible(world: &World, id: &str) -> Result<Channel, Failure> {
    let channel = world.channel(id).filter(|channel| channel.id == id).ok_or("channel_not_found")?;
    if channel.kind == ChannelKind::Private && !world.bot_is_in(channel) {
        return Err("channel_not_found".into());
    }
    Ok(channel.clone())
}
