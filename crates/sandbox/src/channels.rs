//! Channels, direct messages, and the messages in them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::ids::{APP, BOT, BOT_USER, SLACKBOT};

/// The visibility of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Visible to everyone of the workspace.
    Public,
    /// Visible to its members only.
    Private,
    /// One person and the app.
    Direct,
}

/// A channel or a direct message.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Channel {
    /// `C…`, or `D…` for a direct message.
    pub id: String,
    /// The name without `#`; Slack calls every direct message `directmessage`.
    pub name: String,
    /// The visibility.
    pub kind: ChannelKind,
    /// The ids of its people, and the bot's if the app was added.
    pub members: BTreeSet<String>,
    /// Archived: to be read, not to be written.
    pub archived: bool,
    /// Shared with another workspace (Slack Connect).
    pub shared: bool,
}

impl Channel {
    /// Returns a public channel with these members.
    pub fn public(id: &str, name: &str, members: &[&str]) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            kind: ChannelKind::Public,
            members: members.iter().map(|id| (*id).to_owned()).collect(),
            archived: false,
            shared: false,
        }
    }

    /// Answers whether `channel` (an id, or a name with `#` or without) means this one. Direct messages go by id only.
    pub(super) fn is_called(&self, channel: &str) -> bool {
        let name = channel.strip_prefix('#').unwrap_or(channel);
        self.id == channel || (self.kind != ChannelKind::Direct && self.name == name)
    }

    /// Returns the id of the person in a direct message.
    pub(super) fn partner(&self) -> Option<&String> {
        let direct = self.kind == ChannelKind::Direct;
        self.members.iter().find(|member| direct && *member != BOT_USER)
    }

    /// Returns the channel object of `conversations.info`.
    pub(super) fn object(&self, team: &str) -> Value {
        if self.kind == ChannelKind::Direct {
            return json!({
                "id": self.id, "is_im": true, "is_org_shared": false, "is_archived": self.archived,
                "user": self.partner(), "is_open": true, "priority": 0,
            });
        }
        let private = self.kind == ChannelKind::Private;
        json!({
            "id": self.id, "name": self.name, "name_normalized": self.name,
            "is_channel": !private, "is_group": private, "is_im": false, "is_mpim": false,
            "is_private": private, "is_archived": self.archived, "is_general": false,
            "is_member": self.members.contains(BOT_USER),
            "is_shared": self.shared, "is_ext_shared": self.shared, "is_org_shared": false,
            "context_team_id": team, "shared_team_ids": [team], "previous_names": [],
        })
    }
}

/// A message, or an ephemeral one if it is `to` a person.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Message {
    /// The channel's id.
    pub channel: String,
    /// The message's name, unique in the channel.
    pub ts: String,
    /// The user id of the author; the app writes as its bot user.
    pub author: String,
    /// The text as it was sent.
    pub text: String,
    /// True if Slack finds no markup in the text: it was sent with `mrkdwn` off.
    #[serde(default)]
    pub literal: bool,
    /// The blocks as Slack keeps them: with a `block_id` each.
    pub blocks: Vec<Value>,
    /// The message it answers.
    pub thread_ts: Option<String>,
    /// A thread reply that is shown in the channel too.
    pub broadcast: bool,
    /// The only person who sees it.
    pub to: Option<String>,
    /// `{event_type, event_payload}`.
    pub metadata: Option<Value>,
    /// The time of the last edit, as a `ts`.
    pub edited: Option<String>,
    /// The choices and inputs of each person in its elements: person → block → action → state.
    pub chosen: BTreeMap<String, Map<String, Value>>,
    /// The app's unfurls of the links in it: `{url, blocks}` each.
    pub unfurls: Vec<Value>,
    /// The Work Objects in it, as the app sent them; those with an `app_unfurl_url` are unfurls of its links.
    #[serde(default)]
    pub entities: Vec<Value>,
    /// The pictures in it: `{id, title, alt_txt, url}` each.
    #[serde(default)]
    pub files: Vec<Value>,
    /// The emoji on it, in the order in which they were first added.
    #[serde(default)]
    pub reactions: Vec<Reaction>,
    /// The world's revision at the last change of this message.
    #[serde(skip)]
    pub changed: u64,
}

/// An emoji on a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// The name, without colons; a skin tone follows after `::`.
    pub name: String,
    /// The ids of the people who added it, in that order.
    pub users: Vec<String>,
}

impl Message {
    /// Adds a person's emoji. Answers whether it is new.
    pub(super) fn add_reaction(&mut self, person: &str, name: &str) -> bool {
        let Some(known) = self.reactions.iter_mut().find(|reaction| reaction.name == name) else {
            self.reactions.push(Reaction { name: name.to_owned(), users: vec![person.to_owned()] });
            return true;
        };
        let is_new = known.users.iter().all(|user| user != person);
        if is_new {
            known.users.push(person.to_owned());
        }
        is_new
    }

    /// Removes a person's emoji. Answers whether it was there.
    pub(super) fn remove_reaction(&mut self, person: &str, name: &str) -> bool {
        let Some(known) = self.reactions.iter_mut().find(|reaction| reaction.name == name) else { return false };
        let before = known.users.len();
        known.users.retain(|user| user != person);
        let was_there = known.users.len() < before;
        self.reactions.retain(|reaction| !reaction.users.is_empty());
        was_there
    }

    /// Answers whether it is in a thread.
    pub fn is_reply(&self) -> bool {
        self.thread_ts.as_ref().is_some_and(|parent| *parent != self.ts)
    }

    /// Answers whether `person` (an id), a member of the channel, may see it.
    pub fn visible_to(&self, person: &str) -> bool {
        self.to.as_ref().is_none_or(|to| to == person)
    }

    /// Returns the unfurls that a client shows: where it shows an object, it leaves the unfurl of the same link out.
    pub(super) fn unfurls_seen(&self, sees_objects: bool) -> Vec<&Value> {
        let is_object = |url: &Value| sees_objects && self.entities.iter().any(|one| one["app_unfurl_url"] == *url);
        self.unfurls.iter().filter(|unfurl| !is_object(&unfurl["url"])).collect()
    }

    /// Returns the message object of payloads and answers, with the metadata's payload only if `all_metadata` is set.
    pub(super) fn object(&self, team: &str, all_metadata: bool) -> Value {
        let mut message = json!({
            "type": "message", "user": self.author, "ts": self.ts, "text": self.text, "team": team,
        });
        if self.author == BOT_USER {
            message["bot_id"] = json!(BOT);
            message["app_id"] = json!(APP);
        }
        if self.author == SLACKBOT {
            message["bot_id"] = json!("B01");
        }
        if !self.blocks.is_empty() {
            message["blocks"] = json!(self.blocks);
        }
        if !self.files.is_empty() {
            message["files"] = json!(self.files);
        }
        if !self.reactions.is_empty() {
            message["reactions"] = self.reactions.iter().map(Reaction::object).collect();
        }
        if let Some(thread) = &self.thread_ts {
            message["thread_ts"] = json!(thread);
        }
        if self.broadcast {
            message["subtype"] = json!("thread_broadcast");
        }
        if let Some(edited) = &self.edited {
            message["edited"] = json!({"user": self.author, "ts": edited});
        }
        if let Some(metadata) = &self.metadata {
            let mut shown = json!({"event_type": metadata["event_type"]});
            if all_metadata {
                shown["event_payload"] = metadata["event_payload"].clone();
            }
            message["metadata"] = shown;
        }
        message
    }
}

impl Reaction {
    /// Returns the object that a message has for it.
    fn object(&self) -> Value {
        json!({"name": self.name, "users": self.users, "count": self.users.len()})
    }
}
