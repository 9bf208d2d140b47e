//! Comments in a pane (§4.8, §4.9).

use serde_json::{Map, Value, json};

use super::acts::{ReadComments, WriteComment};
use super::edit::{submission, view};
use super::open;
use super::rich::rich_text;
use super::subject::{self, domain, new_trigger, no_pane};
use crate::deliver::outcome::{Outcome, complaint};
use crate::deliver::outgoing::OutgoingRequest;
use crate::deliver::payload;
use crate::deliver::send::send;
use crate::impossible::Impossible;
use crate::objects::{Occasion, Pane, PaneTab, Sending};
use crate::people::Person;
use crate::shared::Shared;
use crate::world::World;

/// The number of comments that Slack asks for at once.
const AT_ONCE: u64 = 20;

/// Opens the comments: the app is asked for a page of them.
pub(crate) async fn read_comments(shared: &Shared, read: ReadComments) -> Result<Outcome, Impossible> {
    let asked = shared.world(|world| ask(world, &read))?;
    open::send(shared, asked).await
}

fn ask(world: &mut World, read: &ReadComments) -> Result<Option<(Value, String)>, Impossible> {
    let person = world.actor(&read.who)?;
    let (now, hears) = (world.now(), world.objects.support.comments);
    let pane = world.objects.pane_mut(&person.id).ok_or_else(|| no_pane(&person))?;
    if pane.entity().is_none_or(|entity| entity["entity_comments"].is_null()) {
        return Err(Impossible("this object has no comments".to_owned()));
    }
    let cursor = pane.comments.cursor.clone().filter(|_| read.more);
    if read.more && cursor.is_none() {
        return Err(Impossible("there are no more comments".to_owned()));
    }
    pane.tab = PaneTab::Comments;
    pane.comments.waiting_since = Some(now);
    let subject = pane.subject.clone();
    if !hears {
        return Ok(None);
    }
    let occasion = Occasion::Comments { thread: read.thread.clone(), more: read.more };
    let trigger_id = new_trigger(world, &person.id, &subject, occasion);
    let mut request = Map::new();
    request.insert("type".to_owned(), json!("entity_comments_requested"));
    request.insert("user".to_owned(), json!(person.id));
    request.insert("trigger_id".to_owned(), json!(trigger_id));
    request.insert("link".to_owned(), json!({"url": subject.link, "domain": domain(&subject.link)}));
    request.insert("limit".to_owned(), json!(AT_ONCE));
    subject::name(&mut request, &subject);
    request.extend(cursor.map(|cursor| ("cursor".to_owned(), json!(cursor))));
    request.extend(read.thread.iter().map(|root| ("thread_root_id".to_owned(), json!(root))));
    Ok(Some((Value::Object(request), trigger_id)))
}

/// Writes a comment, or edits or deletes one. It is shown after the app has acknowledged the action.
pub(crate) async fn write_comment(shared: &Shared, write: WriteComment) -> Result<Outcome, Impossible> {
    let (parcel, trigger_id) = shared.world(|world| compose(world, &write))?;
    shared.turn();
    let ack = send(shared, parcel).await?;
    let mut outcome = Outcome { error: complaint(&ack), trigger_id: Some(trigger_id), ..Outcome::of(&ack) };
    if outcome.error.is_none() && !ack.body.is_empty() {
        outcome.error = Some("the answer to a comment is empty".to_owned());
    }
    if outcome.error.is_some() {
        shared.world(|world| {
            let user = world.actor(&write.who).map(|person| person.id).unwrap_or_default();
            if let Some(pane) = world.objects.pane_mut(&user) {
                pane.comments.sending = None;
                pane.comments.error = Some("We had some trouble connecting. Try again?".to_owned());
            }
        });
    }
    Ok(outcome)
}

fn compose(world: &mut World, write: &WriteComment) -> Result<(OutgoingRequest, String), Impossible> {
    let person = world.actor(&write.who)?;
    let pane = world.objects.pane(&person.id).cloned().ok_or_else(|| no_pane(&person))?;
    let act = act(&pane, write)?;
    let sent = Sending { act, text: write.text.clone(), comment: write.comment.clone(), since: world.now() };
    let trigger_id = new_trigger(world, &person.id, &pane.subject, Occasion::Comment(sent.clone()));
    if let Some(pane) = world.objects.pane_mut(&person.id) {
        pane.comments.sending = Some(sent);
        pane.comments.error = None;
    }
    let parcel = match act {
        "delete" => deletion(world, &person, &pane, &trigger_id, write),
        _ => words(world, &person, &pane, &trigger_id, write),
    };
    Ok((parcel, trigger_id))
}

/// Checks that the pane offers it, and returns `post`, `edit` or `delete`.
fn act(pane: &Pane, write: &WriteComment) -> Result<&'static str, Impossible> {
    let comment = |id: &String| pane.comments.list.iter().find(|comment| comment["id"] == **id);
    let may = |name: &str| write.comment.as_ref().and_then(comment).is_some_and(|comment| comment[name] == true);
    match (&write.comment, write.delete) {
        (Some(_), true) if may("can_delete") => return Ok("delete"),
        (Some(_), false) if may("can_edit") => {}
        (None, false) if pane.comments.can_post => {}
        _ => return Err(Impossible("the pane does not offer this".to_owned())),
    }
    if write.text.trim().is_empty() && write.rich_text.is_none() {
        return Err(Impossible("a comment says something".to_owned()));
    }
    Ok(if write.comment.is_some() { "edit" } else { "post" })
}

fn words(world: &mut World, person: &Person, pane: &Pane, trigger_id: &str, write: &WriteComment) -> OutgoingRequest {
    let words = write.rich_text.clone().unwrap_or_else(|| rich_text(world, &write.text));
    let input = json!({"type": "rich_text_input", "rich_text_value": words});
    let values = json!({"comment_input_block": {"comment_input_action": input}});
    let callback_id = if write.comment.is_some() { "work-object-edit-comment" } else { "work-object-post-comment" };
    let mut view = view(world, pane, "entity_comment", callback_id, &values);
    if let Some(id) = &write.comment {
        view["external_id"] = json!(id);
    }
    submission(world, person, trigger_id, &view)
}

fn deletion(
    world: &mut World,
    person: &Person,
    pane: &Pane,
    trigger_id: &str,
    write: &WriteComment,
) -> OutgoingRequest {
    let mut container = Map::new();
    container.insert("type".to_owned(), json!("entity_comment"));
    subject::name(&mut container, &pane.subject);
    let ts = world.next_ts();
    let action = json!({
        "type": "button", "action_id": pane.comments.delete_action_id, "block_id": "slack0", "value": write.comment,
        "action_ts": ts, "text": {"type": "plain_text", "text": "Delete", "emoji": true},
    });
    let mut body = payload::common("block_actions", person, &world.workspace);
    body.insert("trigger_id".to_owned(), json!(trigger_id));
    body.insert("container".to_owned(), Value::Object(container));
    body.insert("actions".to_owned(), json!([action]));
    OutgoingRequest::interaction("/slack/interactions", &person.handle, &Value::Object(body))
}
