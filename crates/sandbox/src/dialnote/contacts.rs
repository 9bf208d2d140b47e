//! Contacts: people with a conversation.

use serde_json::{Value, json};

use super::found::{Found, Refused, Shape};
use super::model::Contact;
use super::params::{Params, only, page_size, whole};
use crate::world::World;

/// Returns a page of the contacts whose words contain the search text.
pub(super) fn contacts(world: &World, query: &Params) -> Result<Found, Refused> {
    only(world, query, &["search", "limit", "page"])?;
    let limit = page_size(world, query)?;
    let page = whole(query, "page")?.unwrap_or(1);
    let Some(before) = page.checked_sub(1) else { return Err(Refused::bad("page must be 1 or more, not 0.")) };
    let search = query.iter().find(|(name, _)| name == "search").map_or("", |(_, value)| value.as_str());
    let all = world.dialnote.conversations.iter().map(|conversation| &conversation.contact);
    let found = all.filter(|contact| contact.matches(search)).skip(before.saturating_mul(limit)).take(limit);
    let found: Vec<Value> = found.map(Contact::object).collect();
    Ok(Found::of(Shape::Contacts, json!({ "contacts": found })))
}
