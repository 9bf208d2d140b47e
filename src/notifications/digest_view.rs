//! The digest, the reminder and the catch-up message of a channel: its unassigned conversations.

use crate::cards::view;
use crate::core::card_view::{CardView, Digest, PartOfDay};
use crate::core::click;
use crate::core::control::{Carried, Control, NOTHING_CARRIED};
use crate::core::conversation::{Conversation, Links};
use crate::core::event::ThreadEntry;
use crate::core::privacy::Privacy;
use crate::core::text::cut;
use crate::notifications::absence_view;
use crate::platform::slack::blocks::element::{Element, Style};
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::{Emoji, Markup};
use crate::platform::slack::blocks::words;

/// The most conversations that come back today and are named.
const MOST_BACK: usize = 5;

/// The most characters of the notification.
const NOTIFICATION: usize = 1000;

/// Returns a digest.
pub(crate) fn message(digest: &Digest, links: &Links, privacy: Privacy) -> Content {
    let rows: Vec<_> = digest.waiting.iter().map(|waiting| shown(waiting, privacy)).collect();
    let (title, heading) = title(digest);
    let mut blocks = vec![heading];
    blocks.extend(rows.iter().enumerate().map(|(nth, waiting)| row(nth, waiting, digest, links)));
    let more = format!("And {} more. Type /inbox unassigned to see all.", digest.more);
    blocks.extend((digest.more > 0).then(|| Block::small(&more)));
    blocks.extend(footer(digest, privacy));
    let names: Vec<_> = rows.iter().map(|row| row.conversation.title()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let listed = if names.is_empty() { String::new() } else { format!(": {}", words::listed(&names, digest.more)) };
    Content::new(&cut(&format!("{title}{listed}"), NOTIFICATION), blocks)
}

fn shown(card_view: &CardView, privacy: Privacy) -> CardView {
    match privacy {
        Privacy::Full => card_view.clone(),
        Privacy::Masked => view::masked_card(card_view),
    }
}

/// Returns the title in words, and as the first block.
fn title(digest: &Digest) -> (String, Block) {
    let count = digest.waiting.len() + digest.more;
    if let Some(minutes) = digest.overdue {
        let title = match count {
            1 => format!("1 conversation has been unassigned for over {}", so_long(minutes)),
            many => format!("{many} conversations have been unassigned for over {}", so_long(minutes)),
        };
        return (title.clone(), Markup::default().emoji(Emoji::OVERDUE).strong(&title).paragraph());
    }
    let unassigned = match count {
        0 => "no unassigned conversations".to_owned(),
        1 => "1 unassigned conversation".to_owned(),
        many => format!("{many} unassigned conversations, oldest first"),
    };
    if digest.asked {
        return (format!("{}.", capital(&unassigned)), Block::header(&capital(&unassigned)));
    }
    if digest.caught_up {
        let line = absence_view::sentence(digest.away.as_ref()).ours(" ").ours(&capital(&unassigned));
        return (line.words(), line.ours(if count > 0 { ":" } else { "." }).paragraph());
    }
    let greeting = match digest.part {
        PartOfDay::Morning => "Good morning",
        PartOfDay::Afternoon => "Good afternoon",
        PartOfDay::Evening => "Good evening",
    };
    let heading =
        if count == 0 { format!("{greeting} · none unassigned") } else { format!("{greeting} · {count} unassigned") };
    (format!("{greeting}. {}", capital(&unassigned)), Block::header(&heading))
}

pub(super) fn capital(words: &str) -> String {
    let mut all = words.chars();
    all.next().map_or_else(String::new, |first| first.to_uppercase().chain(all).collect())
}

fn so_long(minutes: u16) -> String {
    match minutes {
        60 => "1 hour".to_owned(),
        minutes if minutes % 60 == 0 => format!("{} hours", minutes / 60),
        minutes => format!("{minutes} minutes"),
    }
}

fn row(nth: usize, waiting: &CardView, digest: &Digest, links: &Links) -> Block {
    let conversation = &waiting.conversation;
    if let Some((_, entry)) = digest.settled.iter().find(|(id, _)| *id == conversation.id) {
        return settled(conversation, entry, links).paragraph();
    }
    let value = Carried::showing(conversation).encode();
    let take = Element::button(Control::Take, "Take it", &value).styled(Style::Primary).numbered(nth);
    let take = take.about(&words::spoken(&view::about_of(waiting)));
    Block::line_with_menu(&view::row(waiting, links), &click::row(&conversation.id), take)
}

/// Says what happened to a conversation since: "✅ Lucía Fernández · Leo took this."
fn settled(conversation: &Conversation, entry: &ThreadEntry, links: &Links) -> Markup {
    let name = Markup::default().emoji(Emoji::DONE).link(&conversation.title(), links.to(&conversation.id));
    name.ours(" · ").text(&entry.what.sentence(&entry.actor))
}

fn footer(digest: &Digest, privacy: Privacy) -> Vec<Block> {
    let name = |conversation: &Conversation| view::title(conversation, privacy);
    let (named, rest) = digest.back.split_at_checked(MOST_BACK).unwrap_or((&digest.back, &[]));
    let back = named.iter().map(|one| {
        let at = one.snoozed_until.map_or_else(Markup::default, |until| Markup::of(" at ").clock(until));
        Markup::default().text(&name(one)).then("", at)
    });
    let rest = (!rest.is_empty()).then(|| Markup::of(&format!("{} more", rest.len())));
    let back = Markup::joined(", ", back.chain(rest));
    let loads = digest.loads.iter().map(|(name, open)| Markup::default().text(&format!("{name} {open}")));
    let loads = Markup::joined(" · ", loads);
    let mut blocks = Vec::new();
    if !back.is_empty() || !loads.is_empty() {
        blocks.push(Block::divider());
    }
    blocks.extend(
        (!back.is_empty()).then(|| Markup::default().emoji(Emoji::SNOOZED).ours("Back today: ").then("", back).small()),
    );
    blocks.extend((!loads.is_empty()).then(|| Markup::of("Open now: ").then("", loads).small()));
    if digest.overdue.is_none() {
        blocks.push(Block::actions(
            "lists",
            vec![
                Element::button(Control::ShowUnassigned, "Show all unassigned", NOTHING_CARRIED),
                Element::button(Control::ShowMine, "My conversations", NOTHING_CARRIED),
            ],
        ));
    }
    blocks
}
