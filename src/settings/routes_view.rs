//! Messages to admins about routes: the channels that show the cards of shared numbers.

use crate::commands::help_view;
use crate::core::control::{Carried, Control};
use crate::core::conversation::SharedNumber;
use crate::core::ids::ChannelId;
use crate::core::route::{Routed, called};
use crate::core::verbs::Verb;
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::{Emoji, Markup};

/// The most shared numbers that are offered.
const MOST_OFFERED: usize = 20;

/// The name of a route without a shared number.
const ALL_NUMBERS: &str = "all shared numbers";

/// Confirms that a channel shows cards from now on.
pub(crate) fn made(channel: &ChannelId, line: Option<&str>) -> Content {
    let saved = Markup::default().emoji(Emoji::DONE).channel(channel).ours(" shows the cards of ");
    let saved = saved.then("", number(line)).ours(" from the next call or message on.");
    let invite =
        Markup::of("If the app isn't a member of that channel, type ").code("/invite @dialnote").ours(" there.");
    let text = saved.clone().then(" ", invite.clone());
    Content::of(&text, vec![saved.paragraph(), invite.small()])
}

/// Confirms that a channel shows no new cards.
pub(crate) fn off(channel: &ChannelId) -> Content {
    Markup::default().emoji(Emoji::DONE).channel(channel).ours(" shows no new cards.").content()
}

/// Lists the channels that show cards, each with its shared number.
pub(crate) fn channels(routes: &[Routed]) -> Content {
    let row =
        |(channel, line): &Routed| Markup::default().channel(channel).ours(" shows ").then("", number(line.as_deref()));
    let rows = Markup::joined("\n", routes.iter().map(row));
    let text = Markup::of("Channels for shared numbers: ").then("", Markup::joined(", ", routes.iter().map(row)));
    let title = Markup::default().strong("Channels for shared numbers").ours("\n");
    Content::of(&text, vec![title.then("", rows).paragraph()])
}

/// Lists all routes, with buttons for the shared numbers whose cards no channel shows.
pub(crate) fn all(routes: &[Routed], offers: &[SharedNumber]) -> Content {
    let mut content = match routes {
        [] if offers.is_empty() => no_number(),
        [] => Markup::of("No channel shows cards yet. Which shared number should show its cards here?").content(),
        routes => channels(routes),
    };
    if offers.is_empty() {
        return content;
    }
    if !routes.is_empty() {
        content.blocks.push(Markup::default().strong("Shared numbers without a channel").paragraph());
    }
    let all = routes.is_empty().then(|| ("All shared numbers".to_owned(), "*"));
    let numbers = offers.iter().take(MOST_OFFERED).map(|one| (called(one), one.number.as_str()));
    content.blocks.extend(numbers.chain(all).enumerate().map(|(n, (name, line))| offer(n, &name, line)));
    content
}

/// Offers to show the cards of a shared number in the channel of the button.
fn offer(n: usize, name: &str, line: &str) -> Block {
    let carried = Carried { line: Some(line.to_owned()), ..Carried::default() }.encode();
    let button = Element::button(Control::Route, "Show here", &carried).numbered(n).about(name);
    Block::line(&Markup::default().bold(name), Some(button))
}

/// Says how to choose a channel, while no shared number is known.
fn no_number() -> Content {
    let (line, usage) = (Markup::of("No channel shows cards yet."), help_view::usage(Verb::Route));
    Content::of(&line.clone().then(" ", usage.clone()), vec![line.paragraph(), usage.small()])
}

fn number(line: Option<&str>) -> Markup {
    line.map_or_else(|| Markup::of(ALL_NUMBERS), |line| Markup::default().bold(line))
}
