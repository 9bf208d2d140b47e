//! The object that a person means, as a request of Slack names it.

use serde_json::{Map, Value, json};

use crate::channels::{Channel, Message};
use crate::impossible::Impossible;
use crate::objects::{EntityTrigger, Occasion, Subject};
use crate::people::Person;
use crate::world::World;

/// A message, and an object in it.
pub(super) struct Shown {
    pub(super) channel: Channel,
    pub(super) message: Message,
    pub(super) entity: Value,
}

/// Returns the object below a message that a person sees; `url` tells several apart.
pub(super) fn shown(
    world: &mut World,
    person: &Person,
    channel: &str,
    ts: &str,
    url: Option<&str>,
) -> Result<Shown, Impossible> {
    let channel = world.place(person, channel)?;
    let message = world.message(&channel.id, ts).filter(|message| message.visible_to(&person.id)).cloned();
    let message = message.ok_or_else(|| Impossible(format!("{} sees no message {ts} there", person.handle)))?;
    let is_it = |entity: &&Value| url.is_none_or(|url| entity["url"] == url || entity["app_unfurl_url"] == url);
    let mut fitting = message.entities.iter().filter(|_| world.clients_show_objects()).filter(is_it);
    let entity = match (fitting.next().cloned(), fitting.next()) {
        (Some(entity), None) => entity,
        (Some(_), Some(_)) => return Err(Impossible("there are several objects: say which by url".to_owned())),
        (None, _) => return Err(Impossible(format!("{} sees no such object in the message", person.handle))),
    };
    Ok(Shown { channel, message, entity })
}

impl Shown {
    /// Returns the object with its place.
    pub(super) fn subject(&self) -> Subject {
        let text = |name: &str| self.entity[name].as_str().map(str::to_owned);
        let entity_url = text("url").unwrap_or_default();
        Subject {
            link: text("app_unfurl_url").unwrap_or_else(|| entity_url.clone()),
            entity_url,
            external_ref: Some(self.entity["external_ref"].clone()),
            app_unfurl_url: text("app_unfurl_url"),
            channel: Some(self.channel.id.clone()),
            message_ts: Some(self.message.ts.clone()),
            thread_ts: self.message.thread_ts.clone(),
        }
    }
}

/// Returns the host of an address.
pub(super) fn domain(url: &str) -> String {
    url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Gives a person a trigger for the object. That of an interaction opens modals as well.
pub(super) fn new_trigger(world: &mut World, user: &str, subject: &Subject, occasion: Occasion) -> String {
    let id = world.new_trigger(user, None);
    if matches!(occasion, Occasion::Details | Occasion::Comments { .. }) {
        world.triggers.remove(&id);
    }
    let (user, subject, at) = (user.to_owned(), subject.clone(), world.now());
    world.objects.triggers.insert(id.clone(), EntityTrigger { user, at, used: false, subject, occasion });
    id
}

/// Adds the parts that name the object wherever it stands.
pub(super) fn name(body: &mut Map<String, Value>, subject: &Subject) {
    body.insert("entity_url".to_owned(), json!(subject.entity_url));
    if let Some(external_ref) = &subject.external_ref {
        body.insert("external_ref".to_owned(), external_ref.clone());
    }
}

/// Adds the message, if the object was opened from one; `channel` is the key of its channel.
pub(super) fn place(body: &mut Map<String, Value>, subject: &Subject, channel: &str) {
    let parts = [(channel, &subject.channel), ("message_ts", &subject.message_ts)];
    for (name, value) in parts {
        body.extend(value.iter().map(|value| (name.to_owned(), json!(value))));
    }
}

/// Adds the link and the thread, where there are some.
pub(super) fn place_exactly(body: &mut Map<String, Value>, subject: &Subject) {
    let parts = [("app_unfurl_url", &subject.app_unfurl_url), ("thread_ts", &subject.thread_ts)];
    for (name, value) in parts {
        body.extend(value.iter().map(|value| (name.to_owned(), json!(value))));
    }
}

/// Returns the refusal for a person without a pane.
pub(super) fn no_pane(person: &Person) -> Impossible {
    Impossible(format!("{} has no object open", person.handle))
}
