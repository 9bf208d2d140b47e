//! The form in which a workspace is connected to dialnote.

use crate::core::control::Control;
use crate::core::error::Service;
use crate::core::form::connect_form::{CALLBACK_ID, KEY};
use crate::jobs::installation::Connection;
use crate::platform::slack::blocks::element::{Confirm, Element, Style};
use crate::platform::slack::blocks::kit::{Block, Content, Modal};
use crate::platform::slack::blocks::mrkdwn::time;
use crate::platform::slack::blocks::{connect_button, parts, words};

/// The most characters of the key field, more than any key has.
const LONGEST_KEY: usize = 200;

/// The reason why a key is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// Text that is empty or contains a space.
    NoKey,
    /// A key that dialnote doesn't know.
    Unknown,
    /// A key that may only read.
    ReadOnly,
    /// A service that didn't answer in time.
    Silent(Service),
    /// A key that couldn't be stored.
    NotKept,
    /// A person who isn't allowed to connect the workspace.
    NotYours,
}

/// Returns the error under the field.
pub(crate) fn unfit(unfit: Unfit) -> &'static str {
    match unfit {
        Unfit::NoKey => "This is no key: it is empty, or has a space in it. Copy it again.",
        Unfit::Unknown => "dialnote does not know this key. Copy it again, or make a new one.",
        Unfit::ReadOnly => "This key may only read, so nothing could be assigned. Make one that may write.",
        Unfit::Silent(Service::Dialnote) => "dialnote did not answer in time, so nothing was saved. Try again.",
        Unfit::Silent(Service::Slack) => "Slack did not answer in time, so nothing was saved. Try again.",
        Unfit::NotKept => "This could not be saved. Nothing was changed; please try again in a minute.",
        Unfit::NotYours => "Only admins of this workspace, and whoever installed this app, can connect it.",
    }
}

/// Returns the form. It never shows the key in use, only the person who entered it and the time.
pub(crate) fn form(connection: Option<&Connection>) -> Modal {
    let mut blocks = Vec::new();
    let connected = connection.is_some_and(|connection| connection.key.is_some());
    if let Some(Connection { by, at, .. }) = connection {
        let what = if connected { "Connected" } else { "Disconnected" };
        // The person's id comes from Slack, so it is safe in markup.
        blocks.push(Block::formatted(&format!("{what} by <@{by}>, {}.", time(*at))));
    }
    let (label, text) = if connected {
        ("A new key", "A new key takes the place of the one in use; nothing stops meanwhile.")
    } else {
        ("The key", "In dialnote, make a key that may write (Integrations → API), and put it in here.")
    };
    blocks.push(Block::paragraph(text));
    let key = Element::text_line(KEY, LONGEST_KEY);
    blocks.push(Block::explained_field(KEY, label, "It is kept sealed, and never shown again.", key));
    if connected {
        let ask = Confirm::new(
            "Disconnect?",
            "Nobody can assign anything from here any more, and no cards come, until somebody connects it again.",
            "Disconnect",
            "Leave it",
        );
        let button = Element::button(Control::Disconnect, "Disconnect", "{}").styled(Style::Danger).asking(ask);
        blocks.push(Block::actions("disconnect", vec![button]));
    }
    Modal::new(CALLBACK_ID, "Connect dialnote", "Connect", String::new(), blocks)
}

/// Returns the window that replaces the form after the workspace was connected.
pub(crate) fn connected(members: usize, from_nothing: bool) -> Modal {
    let members = if members == 1 { "1 member".to_owned() } else { format!("{members} members") };
    let from_nothing = from_nothing.then(|| {
        Block::paragraph(
            "This key is not known to be of the organization that was connected before, so everything kept from that \
             one is forgotten: its conversations, cards, routes, links made by hand, and whatever was still to be done.",
        )
    });
    let blocks = [
        Some(Block::paragraph(&format!("Connected: dialnote answers, and your organization has {members}."))),
        from_nothing,
        Some(Block::paragraph(
            "Next, type /dialnote route in the channel that is to get the cards of a shared number. \
             Everybody whose e-mail address is the same in Slack and in dialnote can begin.",
        )),
    ];
    let blocks = blocks.into_iter().flatten().collect();
    Modal::window("connected", "Connect dialnote", String::new(), blocks)
}

/// Returns the message to the person who installed the app.
pub(crate) fn welcome(connected: bool) -> Content {
    if connected {
        return words::sentence(
            "This app is installed anew, and still connected to dialnote. Everything goes on as it was.",
        );
    }
    let text = "Thank you for installing this app. It needs one more thing: a key of your organization in dialnote.";
    parts::with_buttons(words::sentence(text), vec![connect_button::button()])
}
