//! The sentences about conversations that a person no longer owns.

use crate::core::about::About;
use crate::core::automation::AutomaticReason;
use crate::core::event::is_elsewhere;
use crate::notifications::outcome_view::LOST;
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::blocks::words;

/// Says that the reader lost a conversation: to whom, by whom, and for which reason if the app did it.
pub(super) fn lost(actor: &str, about: &About, to: Option<&str>, reason: Option<&AutomaticReason>) -> Markup {
    let name = |who: &str| Markup::default().bold(who);
    if let Some(reason) = reason {
        return taken_away(actor, about, to, reason);
    }
    match to {
        Some(to) if is_elsewhere(actor) => {
            name(&about.title).ours(" was reassigned to ").bold(to).ours(" in dialnote").ours(LOST)
        }
        None if is_elsewhere(actor) => name(&about.title).ours(" was unassigned in dialnote").ours(LOST),
        Some(to) if to == actor => name(actor).ours(" took over ").bold(&about.title).ours(LOST),
        Some(to) => name(actor).ours(" reassigned ").bold(&about.title).ours(" to ").bold(to).ours(LOST),
        None => name(actor).ours(" unassigned ").bold(&about.title).ours(LOST),
    }
}

/// Says that the reader lost several conversations at once.
pub(super) fn several_lost(actor: &str, abouts: &[About], to: Option<&str>) -> Markup {
    let titles: Vec<_> = abouts.iter().map(|about| about.title.as_str()).collect();
    let (did, to) = match to {
        Some(to) if to == actor => ("took over", None),
        Some(to) => ("reassigned", Some(to)),
        None => ("unassigned", None),
    };
    let line = Markup::default().bold(actor).ours(&format!(" {did} {} of your conversations", abouts.len()));
    let line = to.into_iter().fold(line, |line, to| line.ours(" to ").bold(to));
    line.ours(": ").text(&words::listed_most(&titles)).ours(LOST)
}

/// Says what the app did to a conversation of the reader by itself, and why.
fn taken_away(actor: &str, about: &About, to: Option<&str>, reason: &AutomaticReason) -> Markup {
    let line = match to {
        Some(to) => Markup::default().bold(actor).ours(" passed ").bold(&about.title).ours(" on to ").bold(to),
        None => Markup::default().bold(actor).ours(" unassigned ").bold(&about.title),
    };
    line.ours(" (").text(&reason.words()).ours(")").ours(LOST)
}
