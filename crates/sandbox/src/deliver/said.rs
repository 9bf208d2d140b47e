//! Ordinary messages of people, and the unfurls that the app makes of the links in them (docs/contracts/slack.md §22).

use serde_json::{Value, json};

use super::acts::Saying;
use super::event;
use crate::channels::{Channel, ChannelKind, Message};
use crate::ids::BOT_USER;
use crate::impossible::Impossible;
use crate::installed::Installed;
use crate::shared::Shared;
use crate::typed;
use crate::world::World;

/// Posts it, notifies the app of what it asked to hear, and answers the message's name.
pub(crate) async fn say(shared: &Shared, saying: Saying) -> Result<String, Impossible> {
    let (ts, events) = shared.world(|world| post(world, &saying))?;
    shared.turn();
    for event in events {
        event::event(shared, event).await?;
    }
    Ok(ts)
}

fn post(world: &mut World, saying: &Saying) -> Result<(String, Vec<Value>), Impossible> {
    let person = world.actor(&saying.who)?;
    let channel = world.place(&person, &saying.channel)?;
    if saying.text.trim().is_empty() {
        return Err(Impossible("a message says something".to_owned()));
    }
    if channel.archived {
        return Err(Impossible(format!("{} is archived", channel.name)));
    }
    if channel.kind == ChannelKind::Direct && !Installed::get().takes_messages() {
        return Err(Impossible("sending messages to this app has been turned off".to_owned()));
    }
    if let Some(parent) = &saying.thread_ts {
        let there = world.message(&channel.id, parent).is_some_and(|parent| parent.to.is_none() && !parent.is_reply());
        there.then_some(()).ok_or_else(|| Impossible(format!("there is no message {parent} to answer")))?;
    }
    let text = typed::escaped(world, &saying.text);
    let links = links(&text, &world.base);
    let message = Message {
        channel: channel.id.clone(),
        author: person.id.clone(),
        text,
        thread_ts: saying.thread_ts.clone(),
        ..Message::default()
    };
    let ts = world.post(message.clone());
    let message = Message { ts, ..message };
    let mut events: Vec<_> = to_the_app(world, &channel, &message).into_iter().collect();
    if !links.is_empty() && world.is_heard("link_shared") && channel.kind != ChannelKind::Direct {
        events.push(with_thread(
            json!({
                "type": "link_shared", "channel": channel.id, "user": person.id, "message_ts": message.ts,
                "links": links, "unfurl_id": format!("C.{}.{}", channel.id, message.ts),
                "source": "conversations_history", "is_bot_user_member": world.bot_is_in(&channel),
            }),
            &message,
        ));
    }
    Ok((message.ts, events))
}

/// Returns the event about a message to the app: a direct message, or a mention where the app is a member. Slack sends
/// it only if the app subscribes to it and has its scope (docs/contracts/slack-2026.md §5).
fn to_the_app(world: &World, channel: &Channel, message: &Message) -> Option<Value> {
    let is_direct = channel.kind == ChannelKind::Direct;
    let (kind, heard) = if is_direct { ("message", "message.im") } else { ("app_mention", "app_mention") };
    let is_meant = is_direct || (message.text.contains(&format!("<@{BOT_USER}>")) && world.bot_is_in(channel));
    if !is_meant || !world.is_heard(heard) {
        return None;
    }
    let mut event = json!({
        "type": kind, "user": message.author, "text": message.text, "ts": message.ts, "event_ts": message.ts,
        "channel": message.channel, "team": world.workspace.id,
        "client_msg_id": format!("6d6a4bd2-0b0f-4a3c-9f3a-{:0>12}", message.ts.replace('.', "")),
        "blocks": [{ "type": "rich_text", "block_id": "said", "elements": [
            { "type": "rich_text_section", "elements": [{ "type": "text", "text": message.text }] },
        ] }],
    });
    if is_direct {
        event["channel_type"] = json!("im");
    }
    Some(with_thread(event, message))
}

fn with_thread(mut event: Value, message: &Message) -> Value {
    if let Some(parent) = &message.thread_ts {
        event["thread_ts"] = json!(parent);
    }
    event
}

/// Returns the links of a message that the app asked for. The sandbox's own dialnote counts as one of its domains.
fn links(text: &str, base: &str) -> Vec<Value> {
    let marked = text.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(link, _)| link);
    let host = |link: &str| url::Url::parse(link).ok()?.host_str().map(str::to_owned);
    let wanted = marked.filter_map(|link| host(link).map(|host| (link, host)));
    let wanted = wanted.filter(|(link, host)| link.starts_with(base) || Installed::get().unfurls(host));
    wanted.map(|(link, host)| json!({"domain": host, "url": link})).collect()
}
