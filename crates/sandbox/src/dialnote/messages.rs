//! The timeline of a conversation, a page at a time.

use serde_json::{Value, json};

use super::found::{Found, Refused, Shape};
use super::model::Entry;
use super::params::{Params, only, page_size};
use super::variants::MessagesPage;
use crate::world::World;

/// Returns a page, newest first, with the beginning of the next one.
pub(super) fn messages(world: &World, id: &str, query: &Params) -> Result<Found, Refused> {
    let paging = world.faults.dialnote.played().messages_page;
    only(world, query, known(paging))?;
    let limit = page_size(world, query)?;
    let conversation = world.dialnote.conversation(id).ok_or_else(|| Refused::not_found("such conversation"))?;
    let newest_first: Vec<&Entry> = conversation.timeline.iter().rev().collect();
    let start = start(paging, &newest_first, query)?;
    let page: Vec<&Entry> = newest_first.iter().skip(start).take(limit).copied().collect();
    let repeated = start.checked_sub(1).filter(|_| world.faults.dialnote.repeats_page);
    let next = match repeated.and_then(|place| newest_first.get(place)) {
        Some(asked_for) => Some(*asked_for),
        None => page.last().copied().filter(|_| start + page.len() < newest_first.len()),
    };
    Ok(written(paging, &page, next))
}

fn known(paging: MessagesPage) -> &'static [&'static str] {
    match paging {
        MessagesPage::TwoCursors => &["limit", "cursor", "cursorId"],
        MessagesPage::MetaCursor => &["limit", "cursor"],
        MessagesPage::None => &["limit"],
    }
}

/// Returns the index of the page's first entry: after the one that the cursor names.
fn start(paging: MessagesPage, entries: &[&Entry], query: &Params) -> Result<usize, Refused> {
    let given = |wanted: &str| query.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let last = match (paging, given("cursor"), given("cursorId")) {
        (MessagesPage::None, ..) | (MessagesPage::MetaCursor, None, _) | (_, None, None) => return Ok(0),
        (MessagesPage::MetaCursor, Some(id), _) => entries.iter().position(|entry| entry.id == id),
        (MessagesPage::TwoCursors, Some(at), Some(id)) => {
            entries.iter().position(|entry| entry.id == id && entry.at.to_string() == at)
        }
        (MessagesPage::TwoCursors, ..) => return Err(Refused::bad("cursor and cursorId go together.")),
    };
    last.map(|place| place + 1).ok_or_else(|| Refused::bad("This cursor is unknown."))
}

fn written(paging: MessagesPage, page: &[&Entry], next: Option<&Entry>) -> Found {
    let messages: Vec<Value> = page.iter().map(|entry| entry.object()).collect();
    let mut found = Found::of(Shape::Messages, json!({ "messages": messages }));
    match paging {
        MessagesPage::TwoCursors => {
            found.data["hasMore"] = json!(next.is_some());
            found.data["nextCursor"] = json!(next.map(|entry| json!({"cursor": entry.at, "cursorId": entry.id})));
        }
        MessagesPage::MetaCursor => found.meta = json!({"nextCursor": next.map(|entry| &entry.id)}),
        MessagesPage::None => {}
    }
    found
}
