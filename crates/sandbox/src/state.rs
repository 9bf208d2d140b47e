//! The whole world as one JSON document, for the page and for scripts: everything that all people together see.

use serde_json::{Value, json};

use crate::channels::{Channel, ChannelKind, Message};
use crate::dialnote::model::Entry;
use crate::entities::inputs;
use crate::ids::{APP, BOT, BOT_USER};
use crate::objects::Pane;
use crate::views::View;
use crate::world::World;

/// The number of latest calls and deliveries shown by default.
pub(super) const CALLS_SHOWN: usize = 200;

/// Returns everything worth showing, with the latest `calls` calls and deliveries.
pub(super) fn whole(world: &World, calls: usize) -> Value {
    let direct = |channel: &&Channel| channel.kind == ChannelKind::Direct;
    json!({
        "now": world.now(),
        "workspace": {"id": world.workspace.id, "name": world.workspace.name, "domain": world.workspace.domain},
        "app": {"id": APP, "bot_user_id": BOT_USER, "bot_id": BOT, "scopes": world.scopes, "url": world.bot},
        "people": world.people,
        "user_groups": world.groups,
        "channels": world.channels.iter().filter(|c| !direct(c)).map(|c| channel_state(world, c)).collect::<Vec<_>>(),
        "dms": world.channels.iter().filter(direct).map(|c| channel_state(world, c)).collect::<Vec<_>>(),
        "views": world.modals.iter().map(|view| view_state(world, view)).collect::<Vec<_>>(),
        "homes": world.homes.values().map(|view| view_state(world, view)).collect::<Vec<_>>(),
        "panes": world.objects.panes.iter().filter(|pane| pane.open).map(|pane| pane_state(world, pane)).collect::<Vec<_>>(),
        "entity_faults": world.objects.faults,
        "dialnote": dialnote_state(world),
        "faults": world.faults,
        "functions": world.functions.state(calls),
        "sockets": {
            "on": world.sockets.on, "open": world.sockets.open(), "events": world.sockets.events,
            "complaints": world.sockets.complaints,
        },
        "calls_total": world.calls.total(),
        "calls": last(world.calls.iter(), calls),
        "deliveries_total": world.deliveries.total(),
        "deliveries": last(world.deliveries.iter(), calls),
    })
}

fn channel_state(world: &World, channel: &Channel) -> Value {
    let here = world.messages.iter().filter(|m| m.channel == channel.id);
    let (ephemerals, posted): (Vec<&Message>, Vec<&Message>) = here.partition(|m| m.to.is_some());
    let messages = posted.iter().filter(|m| !m.is_reply()).map(|parent| {
        let mut shown = message_state(world, parent);
        let replies = posted.iter().filter(|m| m.is_reply() && m.thread_ts.as_ref() == Some(&parent.ts));
        shown["replies"] = replies.map(|reply| message_state(world, reply)).collect();
        shown
    });
    json!({
        "id": channel.id, "name": channel.name, "kind": channel.kind, "archived": channel.archived,
        "shared": channel.shared, "bot_is_member": world.bot_is_in(channel),
        "members": channel.members.iter().map(|id| handle(world, id)).collect::<Vec<_>>(),
        "with": channel.partner().map(|id| handle(world, id)),
        "messages": messages.collect::<Vec<_>>(),
        "ephemerals": ephemerals.iter().map(|message| message_state(world, message)).collect::<Vec<_>>(),
    })
}

fn message_state(world: &World, message: &Message) -> Value {
    json!({
        "ts": message.ts, "from": handle(world, &message.author), "text": message.text, "blocks": message.blocks,
        "to": message.to.as_ref().map(|id| handle(world, id)), "thread_ts": message.thread_ts,
        "broadcast": message.broadcast, "edited": message.edited, "metadata": message.metadata,
        "unfurls": message.unfurls, "entities": message.entities, "reactions": reactions_state(world, message),
    })
}

fn reactions_state(world: &World, message: &Message) -> Vec<Value> {
    let people = |users: &[String]| users.iter().map(|id| handle(world, id)).collect::<Vec<_>>();
    let shown = message.reactions.iter().map(|one| json!({"name": one.name, "people": people(&one.users)}));
    shown.collect()
}

fn view_state(world: &World, view: &View) -> Value {
    json!({
        "id": view.id, "as": handle(world, &view.user), "type": view.kind(), "hash": view.hash,
        "title": view.body["title"]["text"], "submit": view.body["submit"]["text"],
        "close": view.body["close"]["text"], "callback_id": view.body["callback_id"],
        "private_metadata": view.body["private_metadata"], "external_id": view.external_id(),
        "blocks": view.blocks(), "values": view.typed, "errors": view.errors, "banner": view.banner,
        "root_view_id": view.root_view_id, "previous_view_id": view.previous_view_id,
    })
}

/// Returns a pane with the inputs of its editable fields.
pub(super) fn pane_state(world: &World, pane: &Pane) -> Value {
    let now = world.now();
    let mut spinning = world.objects.spinning(&pane.user, true, now);
    spinning.retain(|spinner| spinner.entity_url == pane.subject.entity_url);
    let inputs = pane.entity().map(inputs).unwrap_or_default();
    let mut shown = pane.shown(now, &spinning, &inputs);
    shown["as"] = json!(handle(world, &pane.user));
    shown
}

fn dialnote_state(world: &World) -> Value {
    let mut conversations = world.dialnote.conversations.clone();
    conversations.sort_by_key(|conversation| std::cmp::Reverse(conversation.last_activity()));
    let conversations = conversations.iter().map(|conversation| {
        let mut shown = world.dialnote.conversation_object(conversation);
        shown["notes"] = json!(conversation.notes());
        shown["messages"] = conversation.timeline.iter().map(Entry::object).collect();
        shown
    });
    let calls = world.dialnote.call_logs.iter().map(|call| call.object(&world.dialnote.members));
    json!({
        "members": world.dialnote.members, "numbers": world.dialnote.numbers, "hooks": world.dialnote.webhooks,
        "conversations": conversations.collect::<Vec<_>>(),
        "call_logs": calls.collect::<Vec<_>>(),
    })
}

/// Returns the handle of a person, or the id where there is none.
fn handle(world: &World, id: &str) -> String {
    world.person(id).map_or_else(|| id.to_owned(), |person| person.handle.clone())
}

fn last<'a, T: Clone + 'a>(log: impl ExactSizeIterator<Item = &'a T>, count: usize) -> Vec<T> {
    let skipped = log.len().saturating_sub(count);
    log.skip(skipped).cloned().collect()
}
