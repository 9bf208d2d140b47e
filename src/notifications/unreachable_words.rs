//! The reasons why a person can't be notified, and what an admin can do.

use crate::commands::result_view::reason;
use crate::core::delivery::Why;

/// Explains why a person can't be notified, and what an admin can do.
pub(crate) fn because(name: &str, why: &Why) -> String {
    format!("{} {}", reason(why), what_to_do(name, why))
}

fn what_to_do(name: &str, why: &Why) -> String {
    match why {
        Why::Deactivated => format!("Reassign the conversations that {name} owns, or reactivate the account."),
        Why::NoMessagesTab => "Turn on the Messages tab in the app's settings, under App Home.".to_owned(),
        Why::Restricted => "Allow the app to post, under the workspace's permissions for messaging.".to_owned(),
        Why::Bot => "Link a person's account instead with /dialnote link.".to_owned(),
        Why::NotFound | Why::GaveUp | Why::Other(_) => {
            format!("Check whether {name} can find the app in Slack. /dialnote doctor shows when it works again.")
        }
    }
}
