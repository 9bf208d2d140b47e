//! Opening, refreshing and closing a pane (§3.1, §3.2, §13.3).

use serde_json::{Map, Value, json};

use super::acts::OpenObject;
use super::subject::{self, domain, new_trigger, no_pane};
use crate::deliver::event::event;
use crate::deliver::outcome::Outcome;
use crate::impossible::Impossible;
use crate::installed::Installed;
use crate::objects::{Occasion, PaneTab, Subject};
use crate::people::Person;
use crate::shared::Shared;
use crate::world::World;

/// Opens an object. The app is asked for its details, unless it was within the last ten minutes.
pub(crate) async fn open_object(shared: &Shared, open: OpenObject) -> Result<Outcome, Impossible> {
    let asked = shared.world(|world| {
        let person = world.actor(&open.who)?;
        let subject = found(world, &person, &open)?;
        let (id, now) = (format!("V{:04}", world.next_id()), world.now());
        world.objects.open(&person.id, &subject, || id, now);
        let is_fresh = world.objects.pane(&person.id).is_some_and(|pane| pane.is_fresh(now));
        Ok(if is_fresh { None } else { ask(world, &person) })
    })?;
    send(shared, asked).await
}

/// Refreshes the pane: the app is asked in any case.
pub(crate) async fn refresh_object(shared: &Shared, who: &str) -> Result<Outcome, Impossible> {
    let asked = shared.world(|world| {
        let person = world.actor(who)?;
        let pane = world.objects.pane_mut(&person.id).ok_or_else(|| no_pane(&person))?;
        pane.tab = PaneTab::Details;
        Ok(ask(world, &person))
    })?;
    send(shared, asked).await
}

/// Closes the pane. Slack does not notify the app.
pub(crate) fn close_object(world: &mut World, who: &str) -> Result<(), Impossible> {
    let person = world.actor(who)?;
    world.objects.pane(&person.id).ok_or_else(|| no_pane(&person))?;
    world.objects.close(&person.id);
    Ok(())
}

/// Sends a request for a pane.
pub(super) async fn send(shared: &Shared, asked: Option<(Value, String)>) -> Result<Outcome, Impossible> {
    shared.turn();
    let Some((request, trigger_id)) = asked else { return Ok(Outcome::default()) };
    let outcome = event(shared, request).await?;
    Ok(Outcome { trigger_id: Some(trigger_id), ..outcome })
}

fn found(world: &mut World, person: &Person, open: &OpenObject) -> Result<Subject, Impossible> {
    match (&open.channel, &open.message_ts, &open.url) {
        (Some(channel), Some(ts), url) => Ok(subject::shown(world, person, channel, ts, url.as_deref())?.subject()),
        (None, None, Some(url)) if world.clients_show_objects() => searched(world, person, url),
        (None, None, Some(_)) => Err(Impossible(format!("{} sees no objects", person.handle))),
        _ => Err(Impossible("name either channel and message_ts, or url".to_owned())),
    }
}

/// Returns an object without a message: one that the open pane names, or one found by search.
fn searched(world: &World, person: &Person, url: &str) -> Result<Subject, Impossible> {
    if !url.starts_with(&world.base) && !Installed::get().unfurls(&domain(url)) {
        return Err(Impossible(format!("{url} is no address of the app's objects")));
    }
    let shown = world.objects.pane(&person.id).and_then(|pane| pane.entity());
    let external_ref = shown.and_then(|entity| named_in(entity, url)).cloned();
    Ok(Subject { entity_url: url.to_owned(), link: url.to_owned(), external_ref, ..Subject::default() })
}

/// Returns the name of the object with this address that an entity refers to.
fn named_in<'a>(value: &'a Value, url: &str) -> Option<&'a Value> {
    if value["entity_url"] == url {
        return Some(&value["external_ref"]);
    }
    match value {
        Value::Array(items) => items.iter().find_map(|item| named_in(item, url)),
        Value::Object(fields) => fields.values().find_map(|field| named_in(field, url)),
        _ => None,
    }
}

/// Returns the request for the details of a person's pane; `None` if the app does not hear of it.
fn ask(world: &mut World, person: &Person) -> Option<(Value, String)> {
    let now = world.now();
    let pane = world.objects.pane_mut(&person.id)?;
    (pane.asked_at, pane.waiting_since) = (Some(now), Some(now));
    let subject = pane.subject.clone();
    if !world.objects.support.details {
        return None;
    }
    let trigger_id = new_trigger(world, &person.id, &subject, Occasion::Details);
    let mut request = Map::new();
    request.insert("type".to_owned(), json!("entity_details_requested"));
    request.insert("user".to_owned(), json!(person.id));
    request.insert("trigger_id".to_owned(), json!(trigger_id));
    request.insert("user_locale".to_owned(), json!(person.locale));
    request.insert("link".to_owned(), json!({"url": subject.link, "domain": domain(&subject.link)}));
    subject::name(&mut request, &subject);
    subject::place(&mut request, &subject, "channel");
    subject::place_exactly(&mut request, &subject);
    Some((Value::Object(request), trigger_id))
}
