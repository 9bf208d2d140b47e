//! The part of a manager's Home tab about the team: what is unassigned on each shared number, and who owns how much.

use crate::cards::controls::Place;
use crate::cards::{controls, view};
use crate::commands::sweep_view;
use crate::core::card_view::CardView;
use crate::core::click::row;
use crate::core::control::{Carried, Control};
use crate::core::conversation::Links;
use crate::core::query::{Filter, Query};
use crate::core::text::cut;
use crate::lists::content::{ManagerView, NumberQueue, OwnerLoad};
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::Block;
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::blocks::words;

/// The most characters of a row's name in its block id, which has to hold the row's data as well.
const LONGEST_ROW: usize = 40;

/// Returns the blocks. `list` is the list of the tab, which a pressed button draws again.
pub(crate) fn blocks(team: &ManagerView, list: &Query, links: &Links) -> Vec<Block> {
    let mut blocks = vec![Block::divider(), Block::header("Team")];
    if team.queues.is_empty() {
        blocks.push(Markup::default().strong("Unassigned").ours(" · none").paragraph());
    }
    blocks.extend(team.queues.iter().flat_map(|queue| waiting(queue, list, links)));
    blocks.extend(match team.more {
        0 => None,
        1 => Some(Block::small("1 more shared number has unassigned conversations.")),
        many => Some(Block::small(&format!("{many} more shared numbers have unassigned conversations."))),
    });
    blocks.extend(team.people.iter().enumerate().flat_map(|(nth, one)| person(nth, one, list)));
    blocks.extend((team.more_people > 0).then(|| {
        let more =
            if team.more_people == 1 { "1 more person owns" } else { &format!("{} more people own", team.more_people) };
        Block::small(&format!("{more} open conversations."))
    }));
    let free: Vec<_> = team.free.iter().map(String::as_str).collect();
    blocks.extend(
        (!free.is_empty()).then(|| Markup::of("No open conversations: ").text(&words::listed_most(&free)).small()),
    );
    blocks
}

/// Returns the number of unassigned conversations of a shared number, and those nearest to their limits with their controls.
fn waiting(queue: &NumberQueue, list: &Query, links: &Links) -> Vec<Block> {
    let title = Markup::default().bold(queue.name.as_deref().unwrap_or("No shared number"));
    let order = match queue.nearest.first() {
        Some(_) if queue.unassigned == 1 => "",
        Some(first) if first.limit.is_some() => ", next due first",
        _ => ", oldest first",
    };
    let mut blocks = vec![title.ours(&format!(" · {} unassigned{order}", queue.unassigned)).paragraph()];
    blocks.extend(queue.nearest.iter().flat_map(|one| conversation(one, list, links)));
    blocks
}

fn conversation(card_view: &CardView, list: &Query, links: &Links) -> [Block; 2] {
    let row = cut(&row(format!("team:{}:", card_view.conversation.id)), LONGEST_ROW);
    let actions = controls::actions(&card_view.conversation, links, Place::List(list), Some(&row));
    [Block::line(&view::row(card_view, links), None), actions]
}

/// Returns the line of a person with the button that lists what they own. What an absent person owns can be reassigned
/// at once, as can what no list shows, because its owner has no Slack user.
fn person(nth: usize, one: &OwnerLoad, list: &Query) -> Vec<Block> {
    let OwnerLoad { name, user, owned, away, sweep } = one;
    let line = Markup::default().bold(name).ours(&format!(" · {} open", owned.open));
    let line = if owned.snoozed == 0 { line } else { line.ours(&format!(" · {} snoozed", owned.snoozed)) };
    let line = match away {
        Some(away) => {
            let line = line.ours(" · ").text(&away.words());
            away.until().into_iter().fold(line, |line, until| line.ours(" · until ").time(until))
        }
        None => line,
    };
    let show = user.as_ref().map(|user| {
        let carried = Carried::list(&Query::of(Filter::Person(user.clone()))).encode();
        Element::button(Control::Filter, "Show list", &carried).about(name).numbered(nth)
    });
    let sweep = sweep.as_ref().filter(|_| away.is_some() || user.is_none());
    let buttons = sweep.map(|sweep| {
        let buttons = sweep_view::buttons(sweep, Some(list)).into_iter().map(|button| button.numbered(nth));
        Block::actions(&format!("sweep:{nth}"), buttons.collect())
    });
    std::iter::once(Block::line(&line, show)).chain(buttons).collect()
}
