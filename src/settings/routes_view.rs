//! Messages to admins about routes: the channels that show the cards of shared numbers.

use crate::commands::help_view;
use crate::core::control::{Carried, Control};
use crate::core::conversation::SharedNumber;
use crate::core::ids::ChannelId;
use crate::core::route::called;
use crate::core::verbs::Verb;
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::{Emoji, Markup};

/// The most shared numbers that are offered.
const MOST_OFFERED: usize = 20;

/// The most routes that a list describes. Further ones are only named.
pub(crate) const MOST_DESCRIBED: usize = 8;

/// The name of a route without a shared number.
const ALL_NUMBERS: &str = "all shared numbers";

/// Confirms that a channel shows cards from now on, and says what the app `does` with the conversations.
pub(crate) fn made(channel: &ChannelId, line: Option<&str>, does: &Markup) -> Content {
    let saved = Markup::default().emoji(Emoji::DONE).channel(channel).ours(" shows the cards of ");
    let saved = saved.then("", number(line)).ours(" from the next call or message on.");
    let invite =
        Markup::of("If the app isn't a member of that channel, type ").code("/invite @dialnote").ours(" there.");
    let text = saved.clone().then(" ", invite.clone());
    Content::of(&text, vec![Block::line(&saved, Some(settings(channel))), does.small(), invite.small()])
}

/// Confirms that the settings of a channel's route were saved, and says what they do.
pub(crate) fn saved(channel: &ChannelId, does: &Markup) -> Content {
    let saved = Markup::default().emoji(Emoji::DONE).ours("Saved. This holds for ").channel(channel).ours(" now:");
    let text = saved.clone().then(" ", does.clone());
    Content::of(&text, vec![Block::line(&saved, Some(settings(channel))), does.small()])
}

/// Returns the button that opens the settings of a channel's route.
fn settings(channel: &ChannelId) -> Element {
    let carried = Carried { channel: Some(channel.clone()), ..Carried::default() }.encode();
    Element::button(Control::RouteSettings, "Settings…", &carried)
}

/// Confirms that a channel shows no new cards.
pub(crate) fn off(channel: &ChannelId) -> Content {
    Markup::default().emoji(Emoji::DONE).channel(channel).ours(" shows no new cards.").content()
}

/// A route in a list.
pub(crate) struct RouteRow {
    /// The channel.
    pub(crate) channel: ChannelId,
    /// The shared number's name, or words in its place; `None` for all numbers.
    pub(crate) shows: Option<String>,
    /// The sentences about it; `None` where there is no room for them.
    pub(crate) does: Option<Markup>,
}

impl RouteRow {
    fn title(&self) -> Markup {
        Markup::default().channel(&self.channel).ours(" shows ").then("", number(self.shows.as_deref()))
    }

    /// Returns the row, with its button for people who may change the route.
    fn blocks(&self, nth: usize, may_change: bool) -> Vec<Block> {
        let what = self.shows.as_deref().unwrap_or(ALL_NUMBERS);
        let button = may_change.then(|| settings(&self.channel).numbered(nth).about(what));
        let does = self.does.iter().map(Markup::small);
        std::iter::once(Block::line(&self.title(), button)).chain(does).collect()
    }
}

/// Lists the channels that show cards, each with its shared number and its settings.
fn channels(rows: &[RouteRow], may_change: bool) -> Content {
    let titles = Markup::joined(", ", rows.iter().map(RouteRow::title));
    let text = Markup::of("Channels for shared numbers: ").then("", titles);
    let (first, rest) = rows.split_at_checked(MOST_DESCRIBED).unwrap_or((rows, &[]));
    let mut blocks = vec![Markup::default().strong("Channels for shared numbers").paragraph()];
    blocks.extend(first.iter().enumerate().flat_map(|(nth, row)| row.blocks(nth, may_change)));
    if !rest.is_empty() {
        blocks.push(Markup::joined("\n", rest.iter().map(RouteRow::title)).paragraph());
        let more = Markup::of("Their settings: type ").code("/dialnote settings").ours(" in the channel.");
        blocks.push(more.small());
    }
    Content::of(&text, blocks)
}

/// Lists all routes, with buttons for the shared numbers whose cards no channel shows. `may_change` is true if the reader
/// may change them.
pub(crate) fn all(routes: &[RouteRow], offers: &[SharedNumber], may_change: bool) -> Content {
    let mut content = match routes {
        [] if offers.is_empty() => no_number(),
        [] => Markup::of("No channel shows cards yet. Which shared number should show its cards here?").content(),
        routes => channels(routes, may_change),
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
