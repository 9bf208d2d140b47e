//! The form in which a workspace is connected to dialnote.

use crate::core::control::Control;
use crate::core::error::Service;
use crate::core::form::connect_form::{CALLBACK_ID, KEY};
use crate::jobs::installation::Connection;
use crate::platform::slack::blocks::element::{Confirm, Element};
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::{Emoji, Markup};
use crate::platform::slack::blocks::window::Modal;
use crate::platform::slack::blocks::{connect_button, parts};

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
        Unfit::NoKey => "A key has characters and no spaces. Copy it again.",
        Unfit::Unknown => "dialnote doesn't know this key. Copy it again, or create a new one.",
        Unfit::ReadOnly => "This key is read-only, so nothing could be assigned. Create one that can write.",
        Unfit::Silent(Service::Dialnote) => "Not saved: dialnote didn't respond in time. Try again in a minute.",
        Unfit::Silent(Service::Slack) => "Not saved: Slack didn't respond in time. Try again in a minute.",
        Unfit::NotKept => "Not saved: the app couldn't store the key. Try again in a minute.",
        Unfit::NotYours => "Only an admin of this workspace or the person who installed this app can connect it.",
    }
}

/// Returns the form. It never shows the key in use, only the person who entered it and the time.
pub(crate) fn form(connection: Option<&Connection>) -> Modal {
    let mut blocks = Vec::new();
    let connected = connection.is_some_and(|connection| connection.key.is_some());
    if let Some(Connection { by, at, .. }) = connection {
        let what = if connected { "Connected" } else { "Disconnected" };
        // The person's id comes from Slack, so it is safe in markup.
        blocks.push(Markup::of(&format!("{what} by <@{by}>, ")).time(*at).paragraph());
    }
    let (label, hint) = if connected {
        ("New key", "Replaces the key in use without an interruption. Stored encrypted and never shown again.")
    } else {
        ("Key", "In dialnote: Integrations → API, a key that can write. Stored encrypted and never shown again.")
    };
    let key = Element::text_line(KEY, LONGEST_KEY);
    blocks.push(Block::explained_field(KEY, label, hint, key));
    if connected {
        let ask = Confirm::new(
            "Disconnect dialnote?",
            "No one can assign conversations in Slack and no new cards appear until an admin connects it again.",
            "Disconnect",
            "Cancel",
        );
        let button = Element::button(Control::Disconnect, "Disconnect", "{}").asking(ask);
        blocks.push(Block::actions("disconnect", vec![button]));
    }
    Modal::new(CALLBACK_ID, "Connect dialnote", "Connect", String::new(), blocks)
}

/// Returns the window that replaces the form after the workspace was connected.
pub(crate) fn connected(members: usize, from_nothing: bool) -> Modal {
    let members = if members == 1 { "1 member".to_owned() } else { format!("{members} members") };
    let result = Markup::default().emoji(Emoji::DONE).ours(&format!("Connected. Your organization has {members}."));
    let from_nothing = from_nothing.then(|| {
        Markup::of(
            "This key belongs to another organization or to one that can't be compared, so the data of the previous \
             one was deleted: conversations, cards, channels for numbers, links and pending commands.",
        )
    });
    let next = Markup::of("Next: type ")
        .code("/dialnote route")
        .ours(" in the channel that gets the cards of a shared number. ")
        .ours("People with the same email in Slack and dialnote can start right away.");
    let blocks = std::iter::once(result).chain(from_nothing).chain([next]).map(|line| line.paragraph()).collect();
    Modal::window("connected", "Connect dialnote", String::new(), blocks)
}

/// Returns the message to the person who installed the app.
pub(crate) fn welcome(connected: bool) -> Content {
    if connected {
        return Markup::of("This app was installed again and is still connected to dialnote. Nothing else changed.")
            .content();
    }
    let text = "This app is installed. Connect it to dialnote with a key of your organization.";
    parts::with_buttons(Markup::of(text).content(), vec![connect_button::button()])
}
