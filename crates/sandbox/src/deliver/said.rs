//! Ordinary messages of people, and the unfurls that the app makes of the links in them (docs/contracts/slack.md §22).

use serde_json::{Value, json};

use super::acts::Saying;
use super::event;
use crate::channels::{ChannelKind, Message};
use crate::impossible::Impossible;
use crate::installed::Installed;
use crate::shared::Shared;
use crate::typed;
use crate::world::World;

/// Posts it, notifies the app of links that it asked for, and answers the message's name.
pub(crate) async fn say(shared: &Shared, saying: Saying) -> Result<String, Impossible> {
    let (ts, shared_links) = shared.world(|world| post(world, &saying))?;
    shared.turn();
    if let Some(event) = shared_links {
        event::event(shared, event).await?;
    }
    Ok(ts)
}

fn post(world: &mut World, saying: &Saying) -> Result<(String, Option<Value>), Impossible> {
    let person = world.actor(&saying.who)?;
    let channel = world.place(&person, &saying.channel)?;
    if saying.text.trim().is_empty() {
        return Err(Impossible("a message says something".to_owned()));
    }
    if channel.archived {
        return Err(Impossible(format!("{} is archived", channel.name)));
    }
    if let Some(parent) = &saying.thread_ts {
        let there = world.message(&channel.id, parent).is_some_and(|parent| parent.to.is_none() && !parent.is_reply());
        there.then_some(()).ok_or_else(|| Impossible(format!("there is no message {parent} to answer")))?;
    }
    let text = typed::escaped(world, &saying.text);
    let links = links(&text, &world.base);
    let message = Message { channel: channel.id.clone(), author: person.id.clone(), text, ..Message::default() };
    let ts = world.post(Message { thread_ts: saying.thread_ts.clone(), ..message });
    if links.is_empty() || !world.is_heard("link_shared") || channel.kind == ChannelKind::Direct {
        return Ok((ts, None));
    }
    let mut event = json!({
        "type": "link_shared", "channel": channel.id, "user": person.id, "message_ts": ts, "links": links,
        "unfurl_id": format!("C.{}.{ts}", channel.id), "source": "conversations_history",
        "is_bot_user_member": world.bot_is_in(&channel),
    });
    if let Some(parent) = &saying.thread_ts {
        event["thread_ts"] = json!(parent);
    }
    Ok((ts, Some(event)))
}

/// Returns the links of a message that the app asked for. The sandbox's own dialnote counts as one of its domains.
fn links(text: &str, base: &str) -> Vec<Value> {
    let marked = text.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(link, _)| link);
    let host = |link: &str| url::Url::parse(link).ok()?.host_str().map(str::to_owned);
    let wanted = marked.filter_map(|link| host(link).map(|host| (link, host)));
    let wanted = wanted.filter(|(link, host)| link.starts_with(base) || Installed::get().unfurls(host));
    wanted.map(|(link, host)| json!({"domain": host, "url": link})).collect()
}
