//! Messages to admins about routes: the channels that show the cards of shared numbers.

use crate::commands::help_view::with_usage;
use crate::core::control::{Carried, Control};
use crate::core::conversation::SharedNumber;
use crate::core::ids::ChannelId;
use crate::core::route::{Routed, called};
use crate::core::verbs::Verb;
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::mrkdwn::neutral;
use crate::platform::slack::blocks::words;

/// The most shared numbers that are offered.
const MOST_OFFERED: usize = 20;

/// Confirms that a channel gets cards from now on.
pub(crate) fn made(channel: &ChannelId, line: Option<&str>) -> Content {
    let cards = line.map_or_else(|| "all cards".to_owned(), |line| format!("the cards of {}", neutral(line)));
    words::ours(&format!(
        "Saved. From now on {cards} come to <#{channel}>, as soon as somebody calls or writes. \
         If I am not in that channel yet, type /invite @dialnote there."
    ))
}

/// Confirms that a channel gets no cards any more.
pub(crate) fn off(channel: &ChannelId) -> Content {
    words::ours(&format!("Saved. <#{channel}> gets no cards by itself any more."))
}

/// Lists the channels that get cards, each with its shared number.
pub(crate) fn channels(routes: &[Routed]) -> Content {
    let row = |(channel, line): &Routed| {
        let line = line.as_deref().map_or_else(|| "all shared numbers".to_owned(), neutral);
        format!("<#{channel}>: {line}")
    };
    let rows: Vec<_> = routes.iter().map(row).collect();
    words::ours(&format!("These channels get cards by themselves:\n{}", rows.join("\n")))
}

/// Lists all routes, with buttons for the shared numbers whose cards no channel gets.
pub(crate) fn all(routes: &[Routed], offers: &[SharedNumber]) -> Content {
    let mut content = match routes {
        [] if offers.is_empty() => words::sentence(&with_usage("No channel gets cards by itself yet.", Verb::Route)),
        [] => words::sentence(
            "No channel gets cards by itself yet. Of which shared number shall they come to this channel?",
        ),
        routes => channels(routes),
    };
    if offers.is_empty() {
        return content;
    }
    if !routes.is_empty() {
        content.blocks.push(Block::paragraph("Of these numbers they come to no channel yet. Have them come here:"));
    }
    let offer = |name: &str, line: &str| {
        let carried = Carried { line: Some(line.to_owned()), ..Carried::default() }.encode();
        Block::row(name, Element::button(Control::Route, "Cards here", &carried))
    };
    let all = routes.is_empty().then(|| offer("All shared numbers", "*"));
    content.blocks.extend(offers.iter().take(MOST_OFFERED).map(|one| offer(&called(one), &one.number)).chain(all));
    content
}
