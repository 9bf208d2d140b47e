//! The message of a shift change: a brief of each conversation, with the buttons that take one or all of them.

use crate::cards::view;
use crate::core::about::About;
use crate::core::click;
use crate::core::control::{Carried, Control};
use crate::core::conversation::{Activity, Conversation, Links};
use crate::core::event::ThreadEntry;
use crate::core::ids::{ConversationId, MemberId};
use crate::core::privacy::Privacy;
use crate::core::text::cut;
use crate::platform::slack::blocks::element::{Confirm, Element, Style};
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::{Emoji, Markup};
use crate::platform::slack::blocks::words;
use crate::waiting::brief::{Brief, QuotedWords, ShiftOffer, ShiftOver};

/// The most characters of a quote. A message has room for the quotes of eight briefs.
const BRIEF_QUOTE: usize = 140;

/// The most characters of the notification.
const NOTIFICATION: usize = 1000;

/// Returns the message.
pub(crate) fn message(offer: &ShiftOffer, links: &Links, privacy: Privacy) -> Content {
    let count = offer.briefs.len() + offer.more;
    let open = match count {
        1 => "1 open conversation".to_owned(),
        many => format!("{many} open conversations"),
    };
    let mut blocks = vec![Block::header(&format!("Shift change · {open}")), why(offer).paragraph()];
    for (nth, brief) in offer.briefs.iter().enumerate() {
        blocks.push(row(nth, brief, offer, links, privacy));
    }
    let more = format!("And {} more. Type /inbox all to see all.", offer.more);
    blocks.extend((offer.more > 0).then(|| Block::small(&more)));
    blocks.extend(take_all(offer));
    let names: Vec<_> = offer.briefs.iter().map(|brief| view::title(&brief.conversation, privacy)).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let text = format!("Shift change. {} {}", why(offer).words(), words::listed(&names, offer.more));
    Content::new(&cut(&text, NOTIFICATION), blocks)
}

/// Says why people leave, and how many open conversations they own.
fn why(offer: &ShiftOffer) -> Markup {
    let owners = offer.owners.iter().map(|(name, open)| Markup::default().bold(name).ours(&format!(" {open}")));
    let owners = Markup::joined(" · ", owners);
    let line = match &offer.why {
        ShiftOver::Hours { number: Some(number) } => Markup::of("Working hours ended for ").bold(number).ours("."),
        ShiftOver::Hours { number: None } => Markup::of("Working hours ended."),
        ShiftOver::Group { group } => {
            let names: Vec<_> = offer.owners.iter().map(|(name, _)| name.as_str()).collect();
            Markup::default().text(&words::listed_most(&names)).ours(" left ").text(group).ours(".")
        }
    };
    line.ours(" Still open: ").then("", owners).ours(".")
}

fn row(nth: usize, brief: &Brief, offer: &ShiftOffer, links: &Links, privacy: Privacy) -> Block {
    let conversation = match privacy {
        Privacy::Full => brief.conversation.clone(),
        Privacy::Masked => view::masked(&brief.conversation),
    };
    if let Some(entry) = offer.settled(&conversation.id) {
        return settled(&conversation, entry, links).paragraph();
    }
    let owner = conversation.owner.as_ref().map(|owner| owner.id.clone());
    let value = Carried { owner, ..Carried::showing(&conversation) }.encode();
    let take = Element::button(Control::TakeOver, "Take it", &value).styled(Style::Primary).numbered(nth);
    let take = take.about(&words::spoken(&About::from(&conversation)));
    let line = lines(brief, &conversation, links, privacy);
    Block::line_with_menu(&line, &click::row(&conversation.id), take)
}

/// Returns the lines of a brief. A masked channel shows no words.
fn lines(brief: &Brief, conversation: &Conversation, links: &Links, privacy: Privacy) -> Markup {
    let words = |words: Option<&str>| words.filter(|_| privacy == Privacy::Full).map(str::to_owned);
    let activity = |label: &str, one: &Activity| {
        let (_, what) = view::activity(one);
        let line = Markup::of(label).text(&view::lower(&what)).ours(", ").time(one.at);
        line.then(": ", quote(words(one.preview.as_deref()).as_deref()))
    };
    let waits = match brief.waits_since {
        Some(since) => Markup::of("waiting for an answer since ").time(since),
        None => Markup::of("answered"),
    };
    let owner = Markup::of("Owner: ").text(&brief.owner).ours(" · ").then("", waits);
    let mut lines = vec![Markup::default().emoji(Emoji::OWNED).then("", view::named(conversation, links)), owner];
    lines.extend(brief.came_in.as_ref().map(|one| activity("Came in: ", one)));
    lines.extend(brief.said.as_ref().map(|one| activity("Last answer: ", one)));
    if privacy == Privacy::Full {
        lines.extend(brief.note.iter().map(|note| noted("Note", note)));
        lines.extend(brief.promised.iter().map(|note| noted("Possible promise", note)));
    }
    Markup::joined("\n", lines)
}

/// Returns words of the team: "Note from Zoe, today 9:00: “…”".
fn noted(label: &str, QuotedWords { by, words, at }: &QuotedWords) -> Markup {
    let line = Markup::of(label);
    let line = match by {
        Some(by) => line.ours(" from ").text(by),
        None => line,
    };
    line.ours(", ").time(*at).then(": ", quote(Some(words)))
}

fn quote(words: Option<&str>) -> Markup {
    let words = words.map(view::one_line).filter(|words| !words.is_empty());
    words.map_or_else(Markup::default, |words| Markup::default().text(&format!("“{}”", cut(&words, BRIEF_QUOTE))))
}

/// Says what happened to a conversation since: "✅ Ana Lima · Zoe took this over from Leo."
fn settled(conversation: &Conversation, entry: &ThreadEntry, links: &Links) -> Markup {
    let name = Markup::default().emoji(Emoji::DONE).link(&conversation.title(), links.to(&conversation.id));
    name.ours(" · ").text(&entry.what.sentence(&entry.actor))
}

/// Returns the button that takes all conversations that are left, and what happens without it.
fn take_all(offer: &ShiftOffer) -> Vec<Block> {
    let conversations = offer.briefs.iter().map(|brief| &brief.conversation);
    let left = conversations.filter(|one| offer.settled(&one.id).is_none());
    let left = left.filter_map(|one| Some((one.id.clone(), one.owner.as_ref()?.id.clone())));
    let left: Vec<(ConversationId, MemberId)> = left.collect();
    if left.is_empty() {
        return Vec::new();
    }
    let mut blocks = Vec::new();
    if left.len() > 1 {
        let carried = Carried::several(left);
        let count = carried.several.len();
        let question = format!("You become the owner of {count} conversations. Their owners are notified.");
        let question = Confirm::new(&format!("Take all {count}?"), &question, "Take all", "Cancel");
        let button = Element::button(Control::TakeAll, &format!("Take all {count}"), &carried.encode());
        blocks.push(Block::actions(&click::row("all"), vec![button.asking(question)]));
    }
    blocks.push(Block::small("Nothing changes until someone takes them."));
    blocks
}
