//! The world as one person sees it, for the page: all of it at first, then only changes. A channel of thousands of
//! messages must not be sent again because one was added.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value, json};

use crate::channels::{Channel, ChannelKind, Message};
use crate::dialnote::model::Entry;
use crate::ids::{APP, BOT_HANDLE};
use crate::installed::Installed;
use crate::people::Person;
use crate::state::pane_state;
use crate::views::View;
use crate::world::World;

/// The number of a channel's messages sent at once; older ones are fetched on demand.
const AT_ONCE: usize = 200;

/// The number of latest executions of steps that are shown.
const EXECUTIONS: usize = 10;

/// The parts that a person was shown already.
#[derive(Default)]
pub(super) struct Shown {
    /// The era that was shown. A new one is shown from its beginning.
    era: u64,
    /// The revision up to which messages were shown; `None` before the first.
    revision: Option<u64>,
    /// The parts of the world by name, as a hash of their shown state.
    parts: BTreeMap<&'static str, u64>,
}

/// The number of a thread's replies, their authors, and the time of the last one.
#[derive(Default)]
struct Answers<'a> {
    count: usize,
    people: BTreeSet<&'a str>,
    latest: &'a str,
}

/// Returns the parts of a person's view that are not `shown` yet; `None` if there is nothing new.
pub(super) fn look(world: &World, person: &Person, shown: &mut Shown) -> Option<Value> {
    if shown.era != world.era {
        *shown = Shown { era: world.era, ..Shown::default() };
    }
    let mut news = Map::new();
    for (name, part) in parts(world, person) {
        let hash = hash(&part);
        if shown.parts.insert(name, hash) != Some(hash) {
            news.insert(name.to_owned(), part);
        }
    }
    let places: Vec<&Channel> = places(world, person).collect();
    match shown.revision.replace(world.revision) {
        None => {
            news.insert("whole".to_owned(), json!(true));
            let pages = places.iter().map(|place| page(world, person, place, None));
            let (messages, more): (Vec<_>, Vec<_>) = pages.unzip();
            news.insert("messages".to_owned(), messages.into_iter().flatten().collect());
            let more = places.iter().zip(more).filter(|(_, more)| *more).map(|(place, _)| place.id.as_str());
            news.insert("more".to_owned(), more.collect());
        }
        Some(since) if since < world.revision => {
            let here = |id: &str| places.iter().any(|place| place.id == id);
            let changed = |m: &&Message| m.changed > since && here(&m.channel) && m.visible_to(&person.id);
            let changed: Vec<&Message> = world.messages.iter().filter(changed).collect();
            news.insert("messages".to_owned(), shown_messages(world, person, &changed));
            let removed = world.removed.iter().filter(|(at, channel, _)| *at > since && here(channel));
            let removed = removed.map(|(_, channel, ts)| json!({"channel": channel, "ts": ts}));
            news.insert("removed".to_owned(), removed.collect());
        }
        Some(_) => {}
    }
    if news.is_empty() {
        return None;
    }
    news.insert("now".to_owned(), json!(world.now()));
    Some(Value::Object(news))
}

/// Returns the messages of a channel before a message of it, and whether there are older ones.
pub(super) fn earlier(world: &World, person: &Person, channel: &str, before: Option<&str>) -> Option<Value> {
    let place = places(world, person).find(|place| place.id == channel)?;
    let (messages, more) = page(world, person, place, before);
    Some(json!({"messages": messages, "more": more}))
}

/// Returns all of a thread.
pub(super) fn thread(world: &World, person: &Person, channel: &str, ts: &str) -> Option<Value> {
    let place = places(world, person).find(|place| place.id == channel)?;
    let in_thread = |m: &&Message| {
        m.channel == place.id && m.visible_to(&person.id) && (m.ts == ts || m.thread_ts.as_deref() == Some(ts))
    };
    let messages: Vec<&Message> = world.messages.iter().filter(in_thread).collect();
    Some(json!({"messages": shown_messages(world, person, &messages)}))
}

fn parts(world: &World, person: &Person) -> [(&'static str, Value); 14] {
    [
        ("workspace", workspace(world)),
        ("installed", json!(Installed::get())),
        ("people", people_shown(world)),
        ("groups", json!(world.groups)),
        ("channels", places(world, person).map(|place| channel_shown(world, person, place)).collect()),
        ("views", views_shown(world, person)),
        ("objects", objects_shown(world, person)),
        ("pane", world.objects.pane(&person.id).map(|pane| pane_state(world, pane)).into()),
        ("dialnote", inbox(world)),
        ("slackbot", slackbot_shown(world, person)),
        ("weather", json!({"faults": world.faults, "app_runs": world.app_runs, "app_url": world.bot})),
        ("functions", world.functions.state(EXECUTIONS)),
        ("tour", json!({"done": world.tour.shown(), "era": world.era})),
        // The clock's lead over the machine's: a step of the clock is news even if nothing else happened.
        ("clock", json!(world.clock.ahead_ms())),
    ]
}

fn workspace(world: &World) -> Value {
    json!({
        "id": world.workspace.id, "name": world.workspace.name, "app": APP, "base": world.base,
        "is_installed": !world.scopes.is_empty(),
    })
}

fn places<'a>(world: &'a World, person: &'a Person) -> impl Iterator<Item = &'a Channel> {
    world.channels.iter().filter(|channel| channel.members.contains(&person.id))
}

/// Returns all people, with the number of unread direct messages of each.
fn people_shown(world: &World) -> Value {
    let shown = |person: &Person| {
        let direct = places(world, person).filter(|place| place.kind == ChannelKind::Direct);
        let unread: usize = direct.map(|place| unread(world, person, place)).sum();
        json!({
            "id": person.id, "handle": person.handle, "name": person.real_name, "called": person.display_name,
            "bot": person.bot, "admin": person.admin, "guest": person.guest, "deleted": person.deleted,
            "tz": person.tz, "unread": unread, "status": person.status,
        })
    };
    world.people.iter().map(shown).collect()
}

fn channel_shown(world: &World, person: &Person, channel: &Channel) -> Value {
    json!({
        "id": channel.id, "name": channel.name, "kind": channel.kind, "archived": channel.archived,
        "shared": channel.shared, "bot": world.bot_is_in(channel), "members": channel.members.len(),
        "with": channel.partner().map(|_| BOT_HANDLE), "unread": unread(world, person, channel),
    })
}

/// Returns the number of unread messages of others in the channel itself.
fn unread(world: &World, person: &Person, channel: &Channel) -> usize {
    let read = world.read.get(&(person.id.clone(), channel.id.clone())).map_or("", String::as_str);
    let new = world.messages.iter().rev().take_while(|m| m.ts.as_str() > read).filter(|m| m.channel == channel.id);
    new.filter(|m| (!m.is_reply() || m.broadcast) && m.to.is_none() && m.author != person.id).count()
}

fn views_shown(world: &World, person: &Person) -> Value {
    let shown = |view: &View| {
        json!({
            "id": view.id, "body": view.body, "hash": view.hash, "typed": view.typed, "errors": view.errors,
            "banner": view.banner, "previous": view.previous_view_id,
        })
    };
    let stack: Vec<Value> = world.stack(&person.id).into_iter().map(shown).collect();
    json!({"stack": stack, "home": world.homes.get(&person.id).map(shown)})
}

/// Returns whether the person's client shows objects, whether it knows the blocks of 2025 and later, and the buttons
/// below messages that spin.
fn objects_shown(world: &World, person: &Person) -> Value {
    let spinning = world.objects.spinning(&person.id, false, world.now());
    let old = world.faults.slack.has_old_clients();
    json!({"seen": world.clients_show_objects(), "old": old, "spinning": spinning})
}

/// Returns the person's exchanges with Slackbot, if it can call the app.
fn slackbot_shown(world: &World, person: &Person) -> Value {
    let mine: Vec<_> = world.slackbot.exchanges.iter().filter(|one| one.user == person.id).collect();
    json!({"knows_the_app": world.scopes.iter().any(|scope| scope == "mcp:connect"), "exchanges": mine})
}

fn inbox(world: &World) -> Value {
    let mut conversations: Vec<_> = world.dialnote.conversations.iter().collect();
    conversations.sort_by_key(|conversation| std::cmp::Reverse(conversation.last_activity()));
    let shown = conversations.into_iter().map(|conversation| {
        let mut shown = world.dialnote.conversation_object(conversation);
        shown["timeline"] = conversation.timeline.iter().map(Entry::object).collect();
        shown
    });
    json!({
        "members": world.dialnote.members, "numbers": world.dialnote.numbers,
        "conversations": shown.collect::<Vec<_>>(),
    })
}

fn page(world: &World, person: &Person, place: &Channel, before: Option<&str>) -> (Vec<Value>, bool) {
    let here = |m: &&Message| m.channel == place.id && m.visible_to(&person.id);
    let older = |m: &&Message| before.is_none_or(|before| m.ts.as_str() < before);
    let mut found = world.messages.iter().rev().filter(here).filter(older);
    let mut page: Vec<&Message> = found.by_ref().take(AT_ONCE).collect();
    page.reverse();
    let Value::Array(messages) = shown_messages(world, person, &page) else { return (Vec::new(), false) };
    (messages, found.next().is_some())
}

fn shown_messages(world: &World, person: &Person, messages: &[&Message]) -> Value {
    let threads: BTreeSet<(&str, &str)> =
        messages.iter().filter(|m| m.thread_ts.is_some()).map(|m| (m.channel.as_str(), m.ts.as_str())).collect();
    let mut answers: HashMap<(&str, &str), Answers> = HashMap::new();
    for reply in world.messages.iter().filter(|m| !threads.is_empty() && m.is_reply() && m.to.is_none()) {
        let thread = (reply.channel.as_str(), reply.thread_ts.as_deref().unwrap_or_default());
        if threads.contains(&thread) {
            let known = answers.entry(thread).or_default();
            known.count += 1;
            known.people.insert(&reply.author);
            known.latest = &reply.ts;
        }
    }
    messages.iter().map(|m| message_shown(person, m, answers.get(&(m.channel.as_str(), m.ts.as_str())))).collect()
}

fn message_shown(person: &Person, message: &Message, answers: Option<&Answers>) -> Value {
    let mut shown = json!({
        "channel": message.channel, "ts": message.ts, "from": message.author, "text": message.text,
        "blocks": message.blocks, "thread": message.thread_ts, "broadcast": message.broadcast,
        "only": message.to.is_some(), "literal": message.literal, "edited": message.edited,
        "unfurls": message.unfurls, "entities": message.entities, "reactions": message.reactions,
        "chosen": message.chosen.get(&person.id),
    });
    if let Some(Answers { count, people, latest }) = answers {
        shown["answers"] = json!({"count": count, "people": people, "latest": latest});
    }
    shown
}

fn hash(part: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    part.to_string().hash(&mut hasher);
    hasher.finish()
}
