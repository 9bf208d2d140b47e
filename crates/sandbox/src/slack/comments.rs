//! `entity.presentComments` and `entity.acknowledgeCommentAction` (docs/contracts/slack-2026.md §4.8, §4.9, §13.4).

use serde_json::{Value, json};

use super::args::Args;
use super::entity::{sign_in, trigger, use_up};
use super::failure::{Failure, Reply};
use crate::blocks::max;
use crate::entities;
use crate::objects::{Comments, EntityTrigger, Occasion, Sending};
use crate::world::World;

/// `entity.presentComments`.
pub(super) fn present(world: &mut World, args: &Args) -> Reply {
    let trigger = trigger(world, args)?;
    let Occasion::Comments { thread, more } = trigger.occasion.clone() else {
        return Err("invalid_trigger_id".into());
    };
    let page = page(args, thread.as_deref())?;
    use_up(world, args)?;
    for pane in world.objects.panes_of(&trigger.user, &trigger.subject) {
        let shown = std::mem::take(&mut pane.comments);
        pane.comments = joined(shown, page.clone(), thread.as_deref(), more);
    }
    Ok(json!({}))
}

/// Reads a page of comments.
fn page(args: &Args, thread: Option<&str>) -> Result<Comments, Failure> {
    let comments = args.nested("comments", "invalid_arguments")?;
    if let Some(url) = sign_in(args)? {
        return if comments.is_some() {
            Err(Failure::argument("exactly one of comments and user_auth_required is required"))
        } else {
            Ok(Comments { sign_in: Some(url), ..Comments::default() })
        };
    }
    let Some(Value::Array(list)) = comments else { return Err(Failure::argument("comments must be an array")) };
    if list.len() as u64 > max(&["entity", "comments"]) {
        return Err(Failure::argument("no more than 100 comments allowed"));
    }
    if !args.has("can_post_comment") {
        return Err(Failure::argument("missing required field: can_post_comment"));
    }
    let mut faults = Vec::new();
    for (place, comment) in list.iter().enumerate() {
        faults.extend(entities::comment(comment, &format!("/comments/{place}")));
        if thread.is_some_and(|root| comment["thread_root_id"] != root && comment["id"] != root) {
            faults.push(format!("is no reply in the thread [json-pointer:/comments/{place}/thread_root_id]"));
        }
    }
    if !faults.is_empty() {
        return Err(Failure::arguments(&faults));
    }
    let delete_action_id = args.text("delete_action_id")?.map(str::to_owned);
    if delete_action_id.is_none() && list.iter().any(|comment| comment["can_delete"] == true) {
        return Err("missing_delete_action_id".into());
    }
    let (can_post, cursor) = (args.flag("can_post_comment")?, args.text("cursor")?.map(str::to_owned));
    Ok(Comments { list, shown: true, can_post, cursor, delete_action_id, ..Comments::default() })
}

/// Returns the comments of a pane after a page came: it replaces them, or it is the next one, or it has a thread's
/// replies.
fn joined(shown: Comments, page: Comments, thread: Option<&str>, more: bool) -> Comments {
    let (sending, error, taken) = (shown.sending.clone(), shown.error.clone(), shown.taken);
    if page.sign_in.is_some() || (!more && thread.is_none()) {
        return Comments { sending, error, taken, ..page };
    }
    let is_new = |id: &Value| page.list.iter().any(|comment| comment["id"] == *id);
    let mut list: Vec<Value> = shown.list.into_iter().filter(|comment| !is_new(&comment["id"])).collect();
    list.extend(page.list.iter().cloned());
    let cursor = if thread.is_some() { shown.cursor } else { page.cursor.clone() };
    Comments { list, cursor, sending, error, taken, ..page }
}

/// `entity.acknowledgeCommentAction`.
pub(super) fn acknowledge(world: &mut World, args: &Args) -> Reply {
    let trigger = trigger(world, args)?;
    let Occasion::Comment(sent) = trigger.occasion.clone() else { return Err("invalid_trigger_id".into()) };
    let comment = args.nested("comment", "invalid_arguments")?;
    let error = args.text("error")?.map(str::to_owned);
    if comment.is_some() && error.is_some() {
        return Err(Failure::argument("comment and error exclude each other"));
    }
    if let Some(comment) = &comment {
        check(comment, &sent)?;
    } else if error.is_none() && sent.act != "delete" {
        return Err("missing_comment_data".into());
    }
    use_up(world, args)?;
    settle(world, &trigger, &sent, comment.as_ref(), error.as_deref());
    Ok(json!({}))
}

fn check(comment: &Value, sent: &Sending) -> Result<(), Failure> {
    let is_it = sent.comment.as_ref().is_none_or(|id| comment["id"] == *id);
    if !is_it || sent.act == "delete" {
        return Err("invalid_action".into());
    }
    if !comment["sender"].is_null() && !entities::has_sender(comment) {
        return Err("invalid_sender_schema".into());
    }
    let faults = entities::comment(comment, "/comment");
    if faults.is_empty() { Ok(()) } else { Err(Failure::arguments(&faults)) }
}

/// Shows the outcome of a comment's way to the app.
fn settle(world: &mut World, trigger: &EntityTrigger, sent: &Sending, comment: Option<&Value>, error: Option<&str>) {
    for pane in world.objects.panes_of(&trigger.user, &trigger.subject) {
        let comments = &mut pane.comments;
        comments.error = error.map(str::to_owned);
        if comments.sending.as_ref() == Some(sent) {
            comments.sending = None;
        }
        if error.is_some() {
            continue;
        }
        comments.taken += 1;
        match comment {
            None => {
                let is_it = |shown: &Value| sent.comment.as_ref().is_some_and(|id| shown["id"] == *id);
                comments.list.retain(|shown| !is_it(shown));
            }
            Some(comment) => match comments.list.iter_mut().find(|shown| shown["id"] == comment["id"]) {
                Some(shown) => shown.clone_from(comment),
                None => comments.list.push(comment.clone()),
            },
        }
    }
}
