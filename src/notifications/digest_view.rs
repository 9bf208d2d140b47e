//! The digest and the catch-up message of a channel: its unassigned conversations.

use crate::cards::view;
use crate::cards::view::{happened, masked};
use crate::core::card_view::{CardView, Digest};
use crate::core::control;
use crate::core::control::{Carried, Control};
use crate::core::conversation::Links;
use crate::core::privacy::Privacy;
use crate::notifications::absence_view;
use crate::platform::slack::blocks::element::{Element, Style};
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::mrkdwn::neutral;
use crate::platform::slack::blocks::words;

/// Returns a digest.
pub(crate) fn message(digest: &Digest, links: &Links, privacy: Privacy) -> Content {
    let title = title(digest);
    let away = digest.away.as_ref();
    let mut blocks = vec![if digest.caught_up {
        Block::formatted(&format!("{} {title}", absence_view::markup(away)))
    } else {
        Block::paragraph(&title)
    }];
    blocks.extend(digest.waiting.iter().flat_map(|card_view| row(card_view, digest, links, privacy)));
    blocks.extend((digest.more > 0).then(|| {
        let more = digest.more;
        Block::paragraph(&format!("And {more} more: type /inbox unassigned to see all."))
    }));
    blocks.extend(footer(digest).map(|text| Block::small_plain(&text, 1000)));
    let text = if digest.caught_up { format!("{} {title}", absence_view::plain(away)) } else { title };
    Content::new(&neutral(&text), blocks)
}

fn title(digest: &Digest) -> String {
    let waiting = match digest.waiting.len() + digest.more {
        0 => "Every open conversation has an owner.".to_owned(),
        1 => "One conversation waits for an owner:".to_owned(),
        many => format!("{many} conversations wait for an owner, oldest first:"),
    };
    if let Some(minutes) = digest.overdue {
        let so_long = match minutes {
            60 => "an hour".to_owned(),
            minutes if minutes % 60 == 0 => format!("{} hours", minutes / 60),
            minutes => format!("{minutes} minutes"),
        };
        return match digest.waiting.len() + digest.more {
            1 => format!("One conversation has waited for an owner for more than {so_long}:"),
            many => format!("{many} conversations have waited for an owner for more than {so_long}, oldest first:"),
        };
    }
    if digest.caught_up {
        return match digest.waiting.len() + digest.more {
            0 => waiting,
            1 => "1 unassigned conversation:".to_owned(),
            many => format!("{many} unassigned conversations, oldest first:"),
        };
    }
    format!("Good morning. {waiting}")
}

fn row(card_view: &CardView, digest: &Digest, links: &Links, privacy: Privacy) -> Vec<Block> {
    let conversation = match privacy {
        Privacy::Full => card_view.conversation.clone(),
        Privacy::Masked => masked(&card_view.conversation),
    };
    let shown = CardView { conversation, owner: None };
    if let Some((_, line)) = digest.settled.iter().find(|(id, _)| *id == shown.conversation.id) {
        let happened = format!(":white_check_mark: {} {}", line.actor, line.what.words());
        return vec![Block::paragraph(&shown.conversation.title()), Block::small(&happened)];
    }
    let last = shown.conversation.last_activity.as_ref();
    let waits = last
        .map(|last| format!("{} · {} ago", happened(last), words::span(digest.at.duration_since(last.at).as_secs())));
    let value = Carried::showing(&shown.conversation).encode();
    let buttons = vec![
        Element::button(Control::Take, "Take it", &value).styled(Style::Primary),
        Element::button(Control::Assign, "Assign…", &value),
        Element::button(Control::Done, "Done", &value),
        Element::link(Control::Open, "Open in dialnote", links.to(&shown.conversation.id)),
    ];
    vec![
        Block::paragraph(&view::headline(&shown)),
        Block::small(waits.as_deref().unwrap_or("Nothing has come in yet.")),
        Block::actions(&control::row(&shown.conversation.id), buttons),
    ]
}

fn footer(digest: &Digest) -> Option<String> {
    let snoozed = (digest.snoozed > 0).then(|| format!("Back today: {}.", digest.snoozed));
    let loads: Vec<_> = digest.loads.iter().map(|(name, open)| format!("{name} {open}")).collect();
    let loads = (!loads.is_empty()).then(|| format!("Open: {}.", loads.join(", ")));
    let parts: Vec<_> = [snoozed, loads].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
