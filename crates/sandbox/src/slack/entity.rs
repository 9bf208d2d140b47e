//! `entity.presentDetails`: the app fills the pane of one person (docs/contracts/slack-2026.md §3, §13.1).

use serde_json::{Value, json};

use super::args::Args;
use super::failure::{Failure, Reply};
use crate::entities::{self, Place};
use crate::faults::ObjectOddity;
use crate::installed::Installed;
use crate::objects::{Details, EntityTrigger, Occasion, is_over};
use crate::world::World;

/// `entity.presentDetails`.
pub(super) fn present_details(world: &mut World, args: &Args) -> Reply {
    if !world.objects.support.active {
        return Err("feature_not_enabled".into());
    }
    let trigger = trigger(world, args)?;
    if matches!(trigger.occasion, Occasion::Comments { .. } | Occasion::Comment(_)) {
        return Err("invalid_trigger_id".into());
    }
    let details = details(world, args, &trigger)?;
    use_up(world, args)?;
    if let Details::Entity(entity) = &details {
        refresh_unfurl(world, &trigger, entity);
    }
    fill(world, &trigger, &details);
    let id = args.required("trigger_id")?;
    world.objects.spinners.retain(|spinner| spinner.trigger != id);
    Ok(json!({}))
}

/// Returns the trigger of a pane while it can be used.
pub(super) fn trigger(world: &World, args: &Args) -> Result<EntityTrigger, Failure> {
    let id = args.required("trigger_id")?;
    let trigger = world.objects.triggers.get(id).ok_or("invalid_trigger_id")?;
    let once = world.faults.slack.objects.contains(&ObjectOddity::TriggerOnce);
    if is_over(trigger.at, world.now()) || (once && trigger.used) {
        return Err("invalid_trigger_id".into());
    }
    Ok(trigger.clone())
}

/// Notes that a trigger was used.
pub(super) fn use_up(world: &mut World, args: &Args) -> Result<(), Failure> {
    let id = args.required("trigger_id")?;
    if let Some(trigger) = world.objects.triggers.get_mut(id) {
        trigger.used = true;
    }
    Ok(())
}

/// Returns the address at which a person must sign in; `None` if they need not.
pub(super) fn sign_in(args: &Args) -> Result<Option<String>, Failure> {
    let url = args.text("user_auth_url")?.map(str::to_owned);
    match (args.flag("user_auth_required")?, url) {
        (true, Some(url)) if url::Url::parse(&url).is_ok() => Ok(Some(url)),
        (true, Some(_)) => Err(Failure::argument("user_auth_url must be a valid URL")),
        (true, None) => Err("user_auth_url_missing".into()),
        (false, Some(_)) => Err(Failure::argument("user_auth_url goes with user_auth_required")),
        (false, None) => Ok(None),
    }
}

fn details(world: &World, args: &Args, trigger: &EntityTrigger) -> Result<Details, Failure> {
    let metadata = args.nested("metadata", "invalid_metadata")?;
    let error = args.nested("error", "invalid_arguments")?;
    match (metadata, sign_in(args)?, error) {
        (Some(entity), None, None) => presented(world, entity, trigger).map(Details::Entity),
        (None, Some(url), None) => Ok(Details::SignIn(url)),
        (None, None, Some(error)) => {
            let faults = entities::failure(&error);
            if faults.is_empty() { Ok(Details::Error(error)) } else { Err(Failure::arguments(&faults)) }
        }
        _ => Err(Failure::argument("exactly one of metadata, user_auth_required and error is required")),
    }
}

/// Checks the object that the app presents.
fn presented(world: &World, entity: Value, trigger: &EntityTrigger) -> Reply {
    let faults = entities::entity(&entity, Place::Pane, "/metadata");
    if !faults.is_empty() {
        let messages: Vec<String> = faults.iter().map(|fault| format!("[ERROR] {fault}")).collect();
        return Err(Failure::with("invalid_metadata", json!({"response_metadata": {"messages": messages}})));
    }
    let asked = trigger.subject.external_ref.as_ref();
    if asked.is_some_and(|asked| asked["id"] != entity["external_ref"]["id"]) {
        return Err("entity_metadata_does_not_match_trigger".into());
    }
    // In Socket Mode no address is needed.
    if !world.sockets.on {
        addresses(Installed::get(), &entity)?;
    }
    Ok(entity)
}

/// Checks that the manifest names the addresses that the object needs.
fn addresses(installed: &Installed, entity: &Value) -> Result<(), Failure> {
    let is_interactive = !entities::inputs(entity).is_empty() || !entities::all_actions(entity).is_empty();
    if is_interactive && !installed.is_interactive() {
        return Err("missing_interactivity_url".into());
    }
    if entities::loads_options(entity) && !installed.loads_options() {
        return Err("missing_options_load_url".into());
    }
    Ok(())
}

/// Shows the object below the message, too, as it was presented (§3.3).
fn refresh_unfurl(world: &mut World, trigger: &EntityTrigger, entity: &Value) {
    let apart = world.faults.slack.objects.contains(&ObjectOddity::UnfurlApart);
    let (Some(channel), Some(ts)) = (&trigger.subject.channel, &trigger.subject.message_ts) else { return };
    let Some(message) = world.message_mut(channel, ts).filter(|_| !apart) else { return };
    let is_it = |shown: &Value| shown["external_ref"]["id"] == entity["external_ref"]["id"];
    for shown in message.entities.iter_mut().filter(|shown| is_it(shown) && is_newer(entity, shown)) {
        let link = shown["app_unfurl_url"].take();
        shown.clone_from(entity);
        if !link.is_null() {
            shown["app_unfurl_url"] = link;
        }
    }
}

/// Answers whether an object says that it changed later than another (§2.9). One that does not say so counts as newer.
fn is_newer(entity: &Value, than: &Value) -> bool {
    let at = |entity: &Value| entity["entity_payload"]["attributes"]["metadata_last_modified"].as_i64();
    match (at(entity), at(than)) {
        (Some(new), Some(old)) => new > old,
        _ => true,
    }
}

/// Shows the details in the person's pane. A pane that is not open opens only for signing in (§4.7).
fn fill(world: &mut World, trigger: &EntityTrigger, details: &Details) {
    let (now, user, subject) = (world.now(), trigger.user.as_str(), &trigger.subject);
    let in_unfurl = trigger.occasion == (Occasion::Button { in_pane: false });
    let is_open = world.objects.pane(user).is_some_and(|pane| pane.subject.is_same(subject));
    if in_unfurl && !is_open && matches!(details, Details::SignIn(_)) {
        let id = format!("V{:04}", world.next_id());
        world.objects.open(user, subject, || id, now);
    }
    for pane in world.objects.panes_of(user, subject) {
        if in_unfurl && !pane.open && matches!(details, Details::Error(_)) {
            continue;
        }
        let is_edit = trigger.occasion == Occasion::Edit;
        if is_edit {
            pane.saving_since = None;
        }
        pane.waiting_since = None;
        match details {
            Details::Error(error) if is_edit && error["status"] == "edit_error" => {
                pane.save_error = Some(error.clone());
                continue;
            }
            Details::Entity(_) if is_edit => {
                pane.cancel_edit();
                pane.saves += 1;
            }
            _ => {}
        }
        pane.details = Some(details.clone());
        pane.shown_at = Some(now);
        // A button has no request for details before it, but its answer is as fresh as one.
        pane.asked_at = pane.asked_at.or(Some(now));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::addresses;
    use crate::installed::Installed;

    #[test]
    fn an_object_needs_the_addresses_of_its_interactions() {
        let edit = json!({"enabled": true, "select": {"fetch_options_dynamically": true}});
        let assignee = json!({"type": "slack#/types/user", "edit": edit});
        let entity = json!({"entity_payload": {"attributes": {}, "fields": {"assignee": assignee}}});
        let none = Installed::default();
        assert_eq!(addresses(&none, &entity).map_err(|failure| failure.error), Err("missing_interactivity_url".into()));
        assert!(addresses(&none, &json!({"entity_payload": {"attributes": {}}})).is_ok());
        assert!(addresses(Installed::get(), &entity).is_ok());
    }
}
