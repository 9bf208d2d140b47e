//! The controls of a conversation: at most two that are seen, and a menu of the others. The usual action comes first.
//! Green means that someone must act.

use crate::core::about::About;
use crate::core::control::{Carried, Control};
use crate::core::conversation::{Conversation, Links, Status};
use crate::core::ids::ConversationId;
use crate::core::privacy::Privacy;
use crate::core::query::Query;
use crate::platform::slack::blocks::element::{Choosable, Element, Style};
use crate::platform::slack::blocks::kit::{BLOCK_ID, Block};
use crate::platform::slack::blocks::words;

/// The place of the controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// A card in a channel.
    Card(Privacy),
    /// A row of this list.
    List(&'a Query),
    /// A direct message that asks its reader to accept.
    Asks,
    /// A direct message to the owner, who accepted or need not.
    Owner,
}

/// Returns the row of controls. `row` names it in a message about several conversations.
pub(crate) fn actions(conversation: &Conversation, links: &Links, place: Place<'_>, row: Option<&str>) -> Block {
    let carried = carried(conversation, place);
    let (seen, others) = offered(conversation, place);
    let mut elements = buttons(&About::from(conversation), &carried, &seen, place);
    if offers_people(conversation, place) {
        elements.push(Element::people(Control::AssignTo.action_id(), "Assign to…", None));
    }
    elements.push(menu(&conversation.id, links, &others));
    Block::actions(&block_id(&carried, row), elements)
}

/// Returns the row that asks the new owner of a conversation for an answer.
pub(crate) fn to_answer(about: &About, links: &Links, row: &str) -> Block {
    let carried = Carried::conversation(&about.id);
    let mut elements = buttons(about, &carried, &[ACCEPT, DECLINE], Place::Asks);
    elements.push(menu(&about.id, links, &[DONE, HAND_OFF, SNOOZE, HISTORY]));
    Block::actions(&block_id(&carried, Some(row)), elements)
}

/// Returns the row that asks an owner whether they are still working on a conversation.
pub(crate) fn still_on_it(about: &About, links: &Links, row: &str) -> Block {
    let carried = Carried::conversation(&about.id);
    let mut elements = buttons(about, &carried, &[(Control::Keep, "Still on it"), UNASSIGN], Place::Asks);
    elements.push(menu(&about.id, links, &[DONE, HAND_OFF, SNOOZE, HISTORY]));
    Block::actions(&block_id(&carried, Some(row)), elements)
}

fn buttons(about: &About, carried: &Carried, seen: &[Labelled], place: Place<'_>) -> Vec<Element> {
    let value = carried.encode();
    let button = |(control, label): &Labelled| {
        Element::button(*control, label, &value).about(&words::spoken(about)).styled_if(style(*control, place))
    };
    seen.iter().map(button).collect()
}

/// Returns the menu of the other actions. The last one opens the conversation in dialnote.
pub(crate) fn menu(id: &ConversationId, links: &Links, others: &[(Control, &str)]) -> Element {
    let open = Choosable::page("Open in dialnote", &Control::Open.option(id), links.to(id));
    let options = others.iter().map(|(control, label)| Choosable::new(label, &control.option(id)));
    Element::overflow(Control::More.action_id(), options.chain([open]).collect())
}

/// Returns the data that the menus of a row carry: its block id.
pub(crate) fn block_id(carried: &Carried, row: Option<&str>) -> String {
    let row = row.unwrap_or_default();
    format!("{row}{}", carried.encode_within(BLOCK_ID - row.len().min(BLOCK_ID)))
}

fn carried(conversation: &Conversation, place: Place<'_>) -> Carried {
    let list = if let Place::List(query) = place { Some(query.clone()) } else { None };
    Carried { list, ..Carried::showing(conversation) }
}

/// Answers whether the new owner can be chosen from a menu in the row itself.
fn offers_people(conversation: &Conversation, place: Place<'_>) -> bool {
    let is_unassigned = conversation.is_open() && conversation.owner.is_none();
    place == Place::Card(Privacy::Full) && is_unassigned && !conversation.is_answered()
}

fn style(control: Control, place: Place<'_>) -> Option<Style> {
    let is_owners = matches!(place, Place::Asks | Place::Owner);
    let must_act =
        matches!(control, Control::Take | Control::Accept | Control::Keep) || (control == Control::Done && is_owners);
    must_act.then_some(Style::Primary)
}

type Labelled = (Control, &'static str);

const TAKE: Labelled = (Control::Take, "Take it");
const ASSIGN: Labelled = (Control::Assign, "Assign…");
const HAND_OFF: Labelled = (Control::HandOff, "Hand off…");
const UNASSIGN: Labelled = (Control::Unassign, "Unassign");
const SNOOZE: Labelled = (Control::Snooze, "Snooze…");
const UNSNOOZE: Labelled = (Control::Wake, "Unsnooze");
const DONE: Labelled = (Control::Done, "Done");
const REOPEN: Labelled = (Control::Reopen, "Reopen");
const NOTE: Labelled = (Control::Note, "Add note…");
const HISTORY: Labelled = (Control::History, "History");
const SHOW: Labelled = (Control::Show, "Show");
const ACCEPT: Labelled = (Control::Accept, "Accept");
const DECLINE: Labelled = (Control::GiveBack, "Decline");

/// Returns the actions that are seen, and the others.
fn offered(conversation: &Conversation, place: Place<'_>) -> (Vec<Labelled>, Vec<Labelled>) {
    let (seen, others) = match (place, conversation.status, &conversation.owner) {
        (Place::Asks, Status::Open | Status::Snoozed, _) => {
            (vec![ACCEPT, DECLINE], vec![DONE, HAND_OFF, SNOOZE, HISTORY])
        }
        (_, Status::Done | Status::Other, _) => (vec![REOPEN], vec![NOTE, HISTORY]),
        (_, Status::Snoozed, Some(_)) => (vec![UNSNOOZE, DONE], vec![HAND_OFF, UNASSIGN, NOTE, HISTORY]),
        (_, Status::Snoozed, None) => (vec![UNSNOOZE, DONE], vec![(Control::Assign, "Assign to…"), NOTE, HISTORY]),
        (_, Status::Open, Some(_)) => (vec![DONE, HAND_OFF], vec![UNASSIGN, SNOOZE, NOTE, HISTORY]),
        (Place::Card(_), Status::Open, None) if conversation.is_answered() => {
            (vec![DONE, TAKE], vec![(Control::Assign, "Assign to…"), SNOOZE, NOTE, HISTORY])
        }
        (Place::Card(_), Status::Open, None) => (vec![TAKE], vec![SNOOZE, DONE, NOTE, HISTORY]),
        (_, Status::Open, None) => (vec![TAKE, ASSIGN], vec![SNOOZE, DONE, NOTE, HISTORY]),
    };
    if place == Place::Card(Privacy::Masked) { masked(seen, others) } else { (seen, others) }
}

/// Returns the actions of a card that hides its details: one of them shows the details, in place of a note and of the
/// second action, which moves into the menu.
fn masked(seen: Vec<Labelled>, others: Vec<Labelled>) -> (Vec<Labelled>, Vec<Labelled>) {
    let second = match seen.get(1) {
        Some(second) => Some(*second),
        None if seen.first() == Some(&TAKE) => Some((Control::Assign, "Assign to…")),
        None => None,
    };
    let others = second.into_iter().chain(others).filter(|(control, _)| *control != Control::Note).collect();
    (seen.into_iter().take(1).chain([SHOW]).collect(), others)
}
