//! The sentence about an absence of the app or of dialnote.

use crate::core::absence::Absence;
use crate::platform::slack::blocks::markup::Markup;

/// Returns the sentence, with times in the reader's zone.
pub(crate) fn sentence(away: Option<&Absence>) -> Markup {
    let Some(Absence { from, to, unreachable }) = away else {
        return Markup::of("The app was offline and has caught up.");
    };
    match unreachable {
        true => Markup::of("dialnote couldn't be reached from ")
            .clock(*from)
            .ours(" to ")
            .clock(*to)
            .ours(", and the app has caught up."),
        false => {
            Markup::of("The app was offline from ").clock(*from).ours(" to ").clock(*to).ours(" and has caught up.")
        }
    }
}
