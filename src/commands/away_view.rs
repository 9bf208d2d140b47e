//! The question before a conversation is assigned to a person who is away.

use crate::core::availability::Away;
use crate::core::away_assignee::AwayAssignee;
use crate::core::control::{Carried, Control};
use crate::core::verbs;
use crate::core::verbs::Verb;
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::blocks::words;

/// Asks whether to go on: "Zoe is away (Vacationing) until Dec 4. Ana Lima (+1 415 555 0101) isn't assigned yet."
pub(crate) fn question(away: &AwayAssignee) -> Markup {
    let done = if away.verb == Verb::Handoff { " isn't handed off yet." } else { " isn't assigned to them yet." };
    words::contact_in(absence(&away.name, &away.why).ours(". "), &away.about).ours(done)
}

/// Says why a person is away, and until when if that is known.
fn absence(name: &str, why: &Away) -> Markup {
    let line = Markup::default().bold(name);
    let line = match why {
        Away::Status(status) if status.text.is_empty() => line.ours(" is away in Slack"),
        Away::Status(status) => line.ours(" is away (").text(&status.text).ours(")"),
        Away::DoNotDisturb(_) => line.ours(" has Do Not Disturb on"),
        Away::Deactivated => line.ours(" is deactivated in Slack"),
        Away::InDialnote => line.ours(" is away in dialnote"),
    };
    match why.until() {
        Some(until) => line.ours(" until ").time(until),
        None => line,
    }
}

/// Returns the sentence for a workflow, which can't be asked.
pub(crate) fn for_workflow(away: &AwayAssignee) -> String {
    format!("{} Choose another person or a user group.", question(away).words())
}

/// Returns the button that carries out the command anyway.
pub(crate) fn anyway(away: &AwayAssignee) -> Element {
    let label = format!("{} anyway", verbs::spec(away.verb).form.submit);
    Element::button(Control::Retry, &label, &kept(away)).about(&words::spoken(&away.about))
}

/// Returns that button, and the one that opens the form in which another person is chosen.
pub(crate) fn buttons(away: &AwayAssignee) -> Vec<Element> {
    let label = if away.verb == Verb::Handoff { "Hand off to…" } else { "Assign to…" };
    let form = Element::button(Control::FillIn, label, &kept(away)).about(&words::spoken(&away.about));
    vec![anyway(away), form]
}

fn kept(away: &AwayAssignee) -> String {
    Carried { draft: Some(away.draft.clone()), ..Carried::default() }.encode()
}
