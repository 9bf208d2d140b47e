//! The buttons that reassign or unassign everything that a person owns, where the person is away or has left.

use crate::core::control::{Carried, Control};
use crate::core::query::Query;
use crate::core::sweep::Sweep;
use crate::platform::slack::blocks::element::{Confirm, Element};

/// Returns the two buttons. `list` is the list that holds them.
pub(crate) fn buttons(sweep: &Sweep, list: Option<&Query>) -> Vec<Element> {
    vec![assign_all(sweep, list), unassign_all(sweep, list)]
}

/// Returns the button that opens the form for a new owner.
fn assign_all(sweep: &Sweep, list: Option<&Query>) -> Element {
    Element::button(Control::AssignAll, "Assign all to…", &carried(sweep, list)).about(&sweep.name)
}

/// Returns the button that unassigns all, after a question.
pub(crate) fn unassign_all(sweep: &Sweep, list: Option<&Query>) -> Element {
    let Sweep { name, of, .. } = sweep;
    let what = counted(*of);
    let ask = Confirm::new(
        "Unassign all?",
        &format!("{name} owns {what}. No one will own them until someone takes them."),
        &format!("Unassign {of}"),
        "Cancel",
    );
    Element::button(Control::Requeue, "Unassign all", &carried(sweep, list)).about(name).asking(ask)
}

/// Counts the conversations of a person, snoozed ones too: "3 open or snoozed conversations".
pub(crate) fn counted(of: usize) -> String {
    if of == 1 { "1 open or snoozed conversation".to_owned() } else { format!("{of} open or snoozed conversations") }
}

fn carried(sweep: &Sweep, list: Option<&Query>) -> String {
    Carried { owner: Some(sweep.owner.clone()), list: list.cloned(), ..Carried::default() }.encode()
}
