//! The sentence about an absence of the app or of dialnote.

use crate::core::absence::Absence;
use crate::platform::slack::blocks::mrkdwn::time;

/// Returns the sentence as markup, with times in the reader's zone.
pub(crate) fn markup(away: Option<&Absence>) -> String {
    let Some(Absence { from, to, unreachable }) = away else { return plain(None).to_owned() };
    let (from, to) = (time(*from), time(*to));
    match unreachable {
        true => format!("dialnote couldn't be reached from {from} to {to}, and the app has caught up."),
        false => format!("The app was offline from {from} to {to} and has caught up."),
    }
}

/// Returns the sentence without times, for notifications.
pub(crate) fn plain(away: Option<&Absence>) -> &'static str {
    match away {
        Some(Absence { unreachable: true, .. }) => {
            "dialnote couldn't be reached for a while, and the app has caught up."
        }
        _ => "The app was offline and has caught up.",
    }
}
