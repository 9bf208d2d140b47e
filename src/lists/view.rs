//! Lists of conversations, with the same content in a private message, a window and the Home tab.

use crate::cards::controls::Place;
use crate::cards::{controls, view};
use crate::commands::sweep_view;
use crate::core::card_view::CardView;
use crate::core::click::row;
use crate::core::control::{Carried, Control, NOTHING_CARRIED};
use crate::core::conversation::Links;
use crate::core::query::{FILTERS, Filter, LIST_PAGE_SIZE, Query};
use crate::core::text::cut;
use crate::lists::content::ListView;
use crate::platform::slack::blocks::element::{Choosable, Element};
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::blocks::words::QUOTE;

/// The most characters of a list's notification.
const NOTIFICATION: usize = 1000;

/// Returns a list as a message.
pub fn message(list: &ListView, links: &Links) -> Content {
    Content::new(&notification(list), blocks(list, links))
}

/// Reports that no colleague, or more than one, has the name.
pub(crate) fn no_one_called(words: &str) -> Content {
    let line = Markup::of("No colleague, or more than one, is called ").text(&format!("“{}”", cut(words, QUOTE)));
    line.ours(". Name the person in full.").content()
}

/// Returns a list below the answer to its last button: the title, the conversations and the page buttons.
pub fn blocks(list: &ListView, links: &Links) -> Vec<Block> {
    let mut blocks = list.notice.clone();
    if !blocks.is_empty() {
        blocks.push(Block::divider());
    }
    blocks.push(Block::line(&title(list), Some(filters(list))));
    if list.reading {
        blocks.push(Block::small("The app is still reading your conversations. Some may be missing."));
    }
    blocks.extend(
        list.sweep.as_ref().map(|sweep| Block::actions("sweep", sweep_view::buttons(sweep, Some(&list.query)))),
    );
    let silent =
        list.silent_since.map(|at| Markup::of("dialnote isn't responding. This list is from ").time(at).ours("."));
    blocks.extend(silent.map(|line| line.small()));
    for row in &list.rows {
        blocks.extend(conversation(row, &list.query, links));
    }
    blocks.push(pages(list));
    blocks
}

/// Returns the title: the kind of list in bold, and the number of its conversations.
fn title(list: &ListView) -> Markup {
    let Query { filter, text, .. } = &list.query;
    if matches!(filter, Filter::Only(_)) || !text.is_empty() {
        return matches(list);
    }
    let name = heading(list).ours(" · ");
    match (list.found, filter) {
        (0, Filter::Unassigned) => name.ours("none. Every conversation has an owner."),
        (0, _) => name.ours("none"),
        (found, filter) => name.ours(&shown_of(list)).ours(if *filter == Filter::Unassigned && found > 1 {
            ", oldest first"
        } else {
            ""
        }),
    }
}

/// Returns the title of a search: "2 matches for “robert”".
fn matches(list: &ListView) -> Markup {
    let text = &list.query.text;
    let within = match list.query.filter {
        Filter::All | Filter::Only(_) => Markup::default(),
        _ => heading(list).ours(" · "),
    };
    let line = match list.found {
        0 if text.is_empty() => within.ours("This conversation is no longer in dialnote."),
        0 => return within.ours("No conversations match “").text(text).ours("”."),
        1 => within.ours("1 match"),
        _ => within.ours(&shown_of(list)).ours(" matches"),
    };
    if text.is_empty() { line } else { line.ours(" for “").text(text).ours("”") }
}

/// Returns the number of conversations, and which of them are shown: "7–12 of 14".
fn shown_of(list: &ListView) -> String {
    if list.found <= LIST_PAGE_SIZE {
        return list.found.to_string();
    }
    let first = list.page * LIST_PAGE_SIZE + 1;
    format!("{first}–{} of {}", (first + LIST_PAGE_SIZE - 1).min(list.found), list.found)
}

fn heading(list: &ListView) -> Markup {
    let strong = |words: &str| Markup::default().strong(words);
    match &list.query.filter {
        Filter::Mine => strong("Your conversations"),
        Filter::Unassigned => strong("Unassigned"),
        Filter::Unread => strong("Unread"),
        Filter::Read => strong("Read and open"),
        Filter::Done => strong("Done"),
        Filter::Snoozed => strong("Snoozed"),
        Filter::All => strong("All conversations"),
        Filter::Person(_) => match &list.whose {
            Some(name) => Markup::of("Conversations of ").bold(name),
            None => strong("Conversations of this person"),
        },
        Filter::Only(_) => strong("Found"),
    }
}

/// Returns the whole list in one line: its title, and each conversation with what came in.
fn notification(list: &ListView) -> String {
    let row = |row: &CardView| match &row.conversation.last_activity {
        Some(last) => format!("{}, {}", row.conversation.title(), view::lower(&view::activity(last).1)),
        None => row.conversation.title(),
    };
    let rows: Vec<_> = list.rows.iter().map(row).collect();
    let more = list.found.saturating_sub(list.rows.len());
    let more = (more > 0).then(|| format!("{more} more"));
    let rows: Vec<_> = rows.into_iter().chain(more).collect();
    let listed = if rows.is_empty() { String::new() } else { format!(": {}", rows.join("; ")) };
    cut(&format!("{}{listed}", title(list).words()), NOTIFICATION)
}

/// Returns the menu of the other lists, each with its number of conversations.
fn filters(list: &ListView) -> Element {
    let option = |((filter, name), count): (&(Filter, &str), &usize)| {
        let query = Query { filter: filter.clone(), text: String::new(), page: 0 };
        Choosable::new(&format!("{} ({count})", capital(name)), &Carried::list(&query).encode())
    };
    let options = FILTERS.iter().zip(&list.counts).map(option).collect();
    let chosen = FILTERS.iter().position(|(filter, _)| *filter == list.query.filter);
    Element::menu(Control::Filter.action_id(), "Filter", options, chosen)
}

fn capital(name: &str) -> String {
    let mut all = name.chars();
    all.next().map_or_else(String::new, |first| first.to_uppercase().chain(all).collect())
}

fn conversation(card_view: &CardView, query: &Query, links: &Links) -> [Block; 3] {
    let is_theirs = matches!(query.filter, Filter::Mine | Filter::Person(_) | Filter::Unassigned);
    let owner = card_view.owner.as_ref().filter(|_| !is_theirs);
    let owner = owner.map(|name| Markup::of("Owner: ").text(name)).unwrap_or_default();
    let line = view::row(card_view, links).then(" · ", owner);
    let row = row(format!("{}:", card_view.conversation.id));
    let row = if row.chars().count() <= LONGEST_ROW { row } else { cut(&row, LONGEST_ROW) };
    let actions = controls::actions(&card_view.conversation, links, Place::List(query), Some(&row));
    [Block::line(&line, None), actions, Block::divider()]
}

/// The most characters of a row's name in its block id, which has to hold the row's data as well.
const LONGEST_ROW: usize = 40;

/// Returns the buttons for the other pages, and for finding a conversation.
fn pages(list: &ListView) -> Block {
    let turned = |control, label, page| {
        let query = Query { page, ..list.query.clone() };
        Element::button(control, label, &Carried::list(&query).encode())
    };
    let back = list.page.checked_sub(1).map(|page| turned(Control::Newer, "Newer", page));
    let on = ((list.page + 1) * LIST_PAGE_SIZE < list.found).then(|| turned(Control::Older, "Older", list.page + 1));
    let find = Element::button(Control::Find, "Find…", NOTHING_CARRIED);
    Block::actions("pages", back.into_iter().chain(on).chain([find]).collect())
}
