//! The whole world as one JSON document: what the page draws, what scripts look at, and what a
//! person would see if they could look over everybody's shoulder.

use serde_json::{Value, json};

use crate::channels::{Channel, ChannelKind, Message};
use crate::ids::{APP, BOT, BOT_USER};
use crate::views::View;
use crate::world::World;

/// How many of the latest calls and deliveries are shown unless more are asked for.
pub(super) const CALLS_SHOWN: usize = 200;

impl World {
    /// Everything worth showing, with the latest `calls` calls and deliveries.
    pub(super) fn state(&self, calls: usize) -> Value {
        let direct = |channel: &&Channel| channel.kind == ChannelKind::Direct;
        json!({
            "now": self.now(),
            "workspace": {"id": self.workspace.id, "name": self.workspace.name, "domain": self.workspace.domain},
            "app": {"id": APP, "bot_user_id": BOT_USER, "bot_id": BOT, "scopes": self.scopes, "url": self.bot},
            "people": self.people,
            "user_groups": self.groups,
            "channels": self.channels.iter().filter(|c| !direct(c)).map(|c| self.channel_state(c)).collect::<Vec<_>>(),
            "dms": self.channels.iter().filter(direct).map(|c| self.channel_state(c)).collect::<Vec<_>>(),
            "views": self.modals.iter().map(|view| self.view_state(view)).collect::<Vec<_>>(),
            "homes": self.homes.values().map(|view| self.view_state(view)).collect::<Vec<_>>(),
            "dialnote": self.dialnote_state(),
            "faults": self.faults,
            "sockets": {
                "on": self.sockets.on, "open": self.sockets.open(), "events": self.sockets.events,
                "complaints": self.sockets.complaints,
            },
            "calls_total": self.calls.total(),
            "calls": last(self.calls.iter(), calls),
            "deliveries_total": self.deliveries.total(),
            "deliveries": last(self.deliveries.iter(), calls),
        })
    }

    fn channel_state(&self, channel: &Channel) -> Value {
        let here = self.messages.iter().filter(|m| m.channel == channel.id);
        let (ephemerals, posted): (Vec<&Message>, Vec<&Message>) = here.partition(|m| m.to.is_some());
        let messages = posted.iter().filter(|m| !m.is_reply()).map(|parent| {
            let mut shown = self.message_state(parent);
            let replies = posted.iter().filter(|m| m.is_reply() && m.thread_ts.as_ref() == Some(&parent.ts));
            shown["replies"] = replies.map(|reply| self.message_state(reply)).collect();
            shown
        });
        json!({
            "id": channel.id, "name": channel.name, "kind": channel.kind, "archived": channel.archived,
            "shared": channel.shared, "bot_is_member": self.bot_is_in(channel),
            "members": channel.members.iter().map(|id| self.handle(id)).collect::<Vec<_>>(),
            "with": channel.partner().map(|id| self.handle(id)),
            "messages": messages.collect::<Vec<_>>(),
            "ephemerals": ephemerals.iter().map(|message| self.message_state(message)).collect::<Vec<_>>(),
        })
    }

    fn message_state(&self, message: &Message) -> Value {
        json!({
            "ts": message.ts, "from": self.handle(&message.author), "text": message.text, "blocks": message.blocks,
            "to": message.to.as_ref().map(|id| self.handle(id)), "thread_ts": message.thread_ts,
            "broadcast": message.broadcast, "edited": message.edited, "metadata": message.metadata,
        })
    }

    fn view_state(&self, view: &View) -> Value {
        json!({
            "id": view.id, "as": self.handle(&view.user), "type": view.kind(), "hash": view.hash,
            "title": view.body["title"]["text"], "submit": view.body["submit"]["text"],
            "close": view.body["close"]["text"], "callback_id": view.body["callback_id"],
            "private_metadata": view.body["private_metadata"], "external_id": view.external_id(),
            "blocks": view.blocks(), "values": view.typed, "errors": view.errors, "banner": view.banner,
            "root_view_id": view.root_view_id, "previous_view_id": view.previous_view_id,
        })
    }

    fn dialnote_state(&self) -> Value {
        let mut conversations = self.dialnote.conversations.clone();
        conversations.sort_by_key(|conversation| std::cmp::Reverse(conversation.last_activity()));
        let conversations = conversations.iter().map(|conversation| {
            let mut shown = self.dialnote.conversation_object(conversation);
            shown["notes"] = json!(conversation.notes());
            shown["messages"] = conversation.timeline.iter().map(super::dialnote::Entry::object).collect();
            shown
        });
        json!({
            "members": self.dialnote.members, "numbers": self.dialnote.numbers, "hooks": self.dialnote.webhooks,
            "conversations": conversations.collect::<Vec<_>>(),
            "call_logs": self.dialnote.call_logs.iter().map(|call| call.object(&self.dialnote.members)).collect::<Vec<_>>(),
        })
    }

    /// The handle of a person, or the id where there is none.
    fn handle(&self, id: &str) -> String {
        self.person(id).map_or_else(|| id.to_owned(), |person| person.handle.clone())
    }
}

fn last<'a, T: Clone + 'a>(log: impl ExactSizeIterator<Item = &'a T>, count: usize) -> Vec<T> {
    let skipped = log.len().saturating_sub(count);
    log.skip(skipped).cloned().collect()
}
