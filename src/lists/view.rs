//! Lists of conversations, with the same content in a private message, a window and the Home tab.

use crate::cards::view;
use crate::cards::view::happened;
use crate::core::card_view::CardView;
use crate::core::control::{Carried, Control, row};
use crate::core::conversation::{Conversation, Status};
use crate::core::query::{FILTERS, Filter, LIST_PAGE_SIZE, Query};
use crate::lists::content::ListView;
use crate::platform::slack::blocks::element::{Choosable, Element, Style};
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::mrkdwn::{neutral, time};

/// Returns a list as a message.
pub fn message(card_view: &ListView) -> Content {
    Content::new(&neutral(&title(card_view)), blocks(card_view))
}

/// Returns a list below the answer to its last button: the title, the conversations and the page buttons.
pub fn blocks(card_view: &ListView) -> Vec<Block> {
    let mut blocks = card_view.notice.clone();
    if !blocks.is_empty() {
        blocks.push(Block::divider());
    }
    blocks.push(Block::row(&title(card_view), filters(card_view)));
    if card_view.reading {
        blocks.push(Block::small("I am still reading your conversations; some may be missing."));
    }
    blocks.extend(
        card_view
            .silent_since
            .map(|at| Block::small(&format!("dialnote does not answer; this is how it was {}.", time(at)))),
    );
    for row in &card_view.rows {
        blocks.extend(conversation(row, &card_view.query));
    }
    blocks.extend(pages(card_view));
    blocks
}

fn title(card_view: &ListView) -> String {
    let Query { filter, text, .. } = &card_view.query;
    let what = match filter {
        Filter::Mine => "Yours".to_owned(),
        Filter::Unassigned => "Nobody’s, oldest first".to_owned(),
        Filter::Unread => "Unread".to_owned(),
        Filter::Read => "Read and open".to_owned(),
        Filter::Done => "Done".to_owned(),
        Filter::Snoozed => "Snoozed".to_owned(),
        Filter::All => "All conversations".to_owned(),
        Filter::Person(_) => format!("{}’s", card_view.whose.as_deref().unwrap_or("That person")),
        Filter::Only(_) => "Found".to_owned(),
    };
    let like = if text.is_empty() { String::new() } else { format!(" like “{text}”") };
    match card_view.found {
        0 => format!("{what}{like}: none."),
        found if found <= LIST_PAGE_SIZE => format!("{what}{like}: {found}."),
        found => {
            let first = card_view.page * LIST_PAGE_SIZE + 1;
            format!("{what}{like}: {first}–{} of {found}.", (first + LIST_PAGE_SIZE - 1).min(found))
        }
    }
}

/// Returns the menu of the other lists, each with its number of conversations.
fn filters(card_view: &ListView) -> Element {
    let label = |name: &str| {
        name.chars().next().map_or_else(String::new, |first| first.to_uppercase().chain(name.chars().skip(1)).collect())
    };
    let option = |((filter, name), count): (&(Filter, &str), &usize)| {
        let query = Query { filter: filter.clone(), text: String::new(), page: 0 };
        Choosable::new(&format!("{} ({count})", label(name)), &Carried::list(&query).encode())
    };
    let options = FILTERS.iter().zip(&card_view.counts).map(option).collect();
    let chosen = FILTERS.iter().position(|(filter, _)| *filter == card_view.query.filter);
    Element::menu(Control::Filter.action_id(), "Show", options, chosen)
}

fn conversation(card_view: &CardView, query: &Query) -> Vec<Block> {
    let conversation = &card_view.conversation;
    let mut blocks = vec![Block::paragraph(&view::headline(card_view))];
    if let Some(last) = &conversation.last_activity {
        let preview = last.preview.as_ref().map(|preview| format!("“{preview}”"));
        blocks.push(Block::small(&happened(last)));
        blocks.extend(preview.map(|preview| Block::small_plain(&preview, 150)));
    }
    let carried = Carried { list: Some(query.clone()), ..Carried::showing(conversation) }.encode();
    blocks.push(Block::actions(&row(&conversation.id), buttons(conversation, &carried)));
    blocks
}

fn buttons(conversation: &Conversation, value: &str) -> Vec<Element> {
    let button = |control, label| Element::button(control, label, value);
    let mut row = match (conversation.status, &conversation.owner) {
        (Status::Done | Status::Other, _) => vec![button(Control::Reopen, "Reopen")],
        (Status::Snoozed, _) => vec![button(Control::Wake, "Wake"), button(Control::Done, "Done")],
        (Status::Open, None) => vec![
            button(Control::Take, "Take it").styled(Style::Primary),
            button(Control::Assign, "Assign…"),
            button(Control::Snooze, "Snooze"),
            button(Control::Done, "Done"),
        ],
        (Status::Open, Some(_)) => vec![
            button(Control::HandOff, "Hand off"),
            button(Control::Unassign, "Unassign"),
            button(Control::Snooze, "Snooze"),
            button(Control::Done, "Done"),
        ],
    };
    row.push(button(Control::Note, "Note"));
    row.push(button(Control::History, "History"));
    row
}

fn pages(card_view: &ListView) -> Option<Block> {
    let turned = |control, label, page| {
        let query = Query { page, ..card_view.query.clone() };
        Element::button(control, label, &Carried::list(&query).encode())
    };
    let back = card_view.page.checked_sub(1).map(|page| turned(Control::Newer, "Back", page));
    let on = ((card_view.page + 1) * LIST_PAGE_SIZE < card_view.found)
        .then(|| turned(Control::Older, "More", card_view.page + 1));
    let buttons: Vec<_> = back.into_iter().chain(on).collect();
    (!buttons.is_empty()).then(|| Block::actions("pages", buttons))
}
