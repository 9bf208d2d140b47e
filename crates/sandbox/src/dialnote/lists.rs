//! Wrong lists, as the faults ask for them.

use std::ops::Range;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::found::{Found, Shape};
use super::model::{Contact, Conversation, Status};
use crate::faults::dialnote::DialnoteFaults;
use crate::world::World;

/// The number in the id of the first invented conversation.
const FIRST_INVENTED: usize = 900_000;

/// Returns the first item of a page of conversations that was asked for from `offset` on.
pub(super) fn beginning(faults: &DialnoteFaults, offset: usize, limit: usize) -> usize {
    match faults {
        DialnoteFaults { ignores_offset: true, .. } => 0,
        DialnoteFaults { repeats_page: true, .. } => offset.saturating_sub(limit),
        _ => offset,
    }
}

/// Returns the items of a page after the last conversation: invented conversations of the owner asked for.
pub(super) fn invented(
    world: &World,
    conversations: usize,
    page: Range<usize>,
    owner: Option<&str>,
) -> impl Iterator<Item = Value> {
    let page = if world.faults.dialnote.endless_list { page } else { 0..0 };
    let places = page.start.max(conversations)..page.end;
    places.map(move |place| object(world, FIRST_INVENTED + place - conversations, owner))
}

/// Returns the invented conversation with this id. It cannot be changed.
pub(super) fn invented_one(world: &World, id: &str) -> Option<Value> {
    let number = id.strip_prefix("conv_")?.parse().ok()?;
    let is_one = world.faults.dialnote.endless_list && number >= FIRST_INVENTED;
    is_one.then(|| object(world, number, None))
}

fn object(world: &World, number: usize, owner: Option<&str>) -> Value {
    let at = world.now() - SignedDuration::from_hours(24 * 365);
    world.dialnote.conversation_object(&Conversation {
        id: format!("conv_{number}"),
        contact: Contact {
            id: format!("con_{number}"),
            first_name: Some("Invented".to_owned()),
            last_name: Some(number.to_string()),
            phone_number: format!("+1212{number:07}"),
            ..Contact::default()
        },
        number: "num_front".to_owned(),
        status: Status::Open,
        is_read: true,
        assigned_to: owner.map(str::to_owned),
        snoozed_until: None,
        created_at: at,
        updated_at: at,
        timeline: Vec::new(),
    })
}

/// Returns a list without its items, if the faults ask for empty lists.
pub(super) fn emptied(world: &mut World, found: Found) -> Found {
    let is_list = matches!(found.shape, Shape::Conversations | Shape::Members | Shape::Channels | Shape::Calls);
    let times = &mut world.faults.dialnote.empty_list_times;
    if !is_list || *times == 0 {
        return found;
    }
    *times -= 1;
    Found { data: json!([]), ..found }
}
