//! Changes in dialnote without the app: a teammate changes a conversation there, or a snooze ends. It is assumed that a
//! conversation is open and unread after its snooze.

use serde_json::{Map, Value};

use super::conversations::{add_note, patch};
use super::found::Refused;
use super::model::Status;
use crate::impossible::Impossible;
use crate::world::World;

/// Changes a conversation as a teammate would in dialnote itself.
pub(crate) fn change(world: &mut World, change: &Value) -> Result<(), Impossible> {
    if world.faults.dialnote.stale_reads && world.dialnote_before.is_none() {
        world.dialnote_before = Some(world.dialnote.clone());
    }
    let Value::Object(mut fields) = change.clone() else { return Err(Impossible("a change is an object".to_owned())) };
    let id = fields.remove("conversation").and_then(|id| id.as_str().map(str::to_owned)).unwrap_or_default();
    let (is_read, note) = (fields.remove("isRead"), fields.remove("note"));
    let refused = |refused: Refused| Impossible(refused.message);
    if let Some(deleted) = fields.remove("deleted") {
        let alone = deleted == Value::Bool(true) && fields.is_empty() && is_read.is_none() && note.is_none();
        let deleted = alone.then(|| world.dialnote.delete(&id));
        let gone = deleted.ok_or_else(|| Impossible("deleted is true, and nothing else is changed".to_owned()))?;
        return gone.then_some(()).ok_or_else(|| refused(Refused::not_found("such conversation")));
    }
    if !fields.is_empty() || is_read.is_none() && note.is_none() {
        patch(world, &id, &fields).map_err(refused)?;
    }
    if let Some(note) = note {
        add_note(world, &id, &Map::from_iter([("content".to_owned(), note)])).map_err(refused)?;
    }
    if let Some(is_read) = is_read {
        let is_read = is_read.as_bool().ok_or_else(|| Impossible("isRead is true or false".to_owned()))?;
        let conversation = world.dialnote.conversation_mut(&id);
        conversation.ok_or_else(|| refused(Refused::not_found("such conversation")))?.is_read = is_read;
    }
    Ok(())
}

/// Opens conversations whose snooze has ended.
pub(crate) fn wake(world: &mut World) {
    let now = world.now();
    for conversation in &mut world.dialnote.conversations {
        if conversation.snoozed_until.is_some_and(|until| until <= now) {
            conversation.status = Status::Open;
            conversation.is_read = false;
            conversation.snoozed_until = None;
            conversation.updated_at = now;
        }
    }
}
