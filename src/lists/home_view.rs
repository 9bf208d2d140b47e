//! The Home tab of a user: their list, their notification preferences, and the settings for admins.

use crate::core::control::Control;
use crate::core::preferences::{KINDS, NotificationPreferences};
use crate::core::rule::Who;
use crate::core::rules::Rules;
use crate::core::teammate::Unlinked;
use crate::lists::content::{AdminView, HomeView};
use crate::lists::view;
use crate::people::people_words;
use crate::platform::slack::blocks::connect_button;
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::{Block, Home};
use crate::settings::routes_view;

/// The most unlinked members that are named.
const NAMED: usize = 20;

/// Returns the whole Home tab.
pub(crate) fn home(card_view: &HomeView) -> Home {
    let mut blocks = vec![Block::header("Conversations")];
    match &card_view.list {
        Ok(list) => {
            blocks
                .push(Block::row("Find a conversation", Element::search(Control::Find.action_id(), "Name or number")));
            blocks.extend(view::blocks(list));
        }
        Err(why) => {
            blocks.push(Block::paragraph(&people_words::you_are_not_linked(*why)));
            if *why == Unlinked::NotConnected {
                blocks.push(Block::actions("connect", vec![connect_button::button()]));
            }
        }
    }
    if card_view.list.is_ok() {
        blocks.extend(preferences(&card_view.preferences));
    }
    blocks.extend(card_view.admin.iter().flat_map(admin));
    Home::new(blocks)
}

fn preferences(preferences: &NotificationPreferences) -> [Block; 3] {
    let told = KINDS.iter().filter(|(kind, ..)| !preferences.off.contains(kind)).count();
    let quiet =
        preferences.quiet.map_or_else(String::new, |quiet| format!(" Quiet from {} to {}.", quiet.from, quiet.to));
    let what = match told {
        0 => "You get no direct messages.".to_owned(),
        told if told == KINDS.len() => "You are told of everything that concerns you.".to_owned(),
        told => format!("You are told of {told} of {} kinds of things.", KINDS.len()),
    };
    let change = Element::button(Control::Wishes, "Change…", "{}");
    [Block::divider(), Block::header("Notifications"), Block::row(&format!("{what}{quiet}"), change)]
}

fn admin(admin: &AdminView) -> Vec<Block> {
    let change = Element::button(Control::Rules, "Change…", "{}");
    let mut blocks = vec![Block::divider(), Block::header("For admins"), Block::row(&rules(&admin.rules), change)];
    let connection = match admin.members {
        Some(members) => format!("dialnote answers; it has {members} members."),
        None => "dialnote does not answer just now.".to_owned(),
    };
    blocks.push(Block::paragraph(&connection));
    if admin.read_only_key {
        blocks.push(Block::paragraph(
            "The key of this app may only read, so nothing can be assigned. Give the app a key that may write.",
        ));
    }
    blocks.extend(match admin.routes.as_slice() {
        [] => {
            vec![Block::paragraph("No channel gets cards by itself yet. Type /dialnote route in the one that is to.")]
        }
        routes => routes_view::channels(routes).blocks,
    });
    blocks.push(Block::row(&unlinked(admin), people_words::button()));
    blocks
}

/// Lists the unlinked members.
fn unlinked(admin: &AdminView) -> String {
    let members = match admin.unlinked.as_slice() {
        [] => "Every member of dialnote is somebody in Slack.".to_owned(),
        unlinked => {
            let names: Vec<_> = unlinked.iter().take(NAMED).map(String::as_str).collect();
            let more = unlinked.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("In dialnote, but nobody in Slack ({}): {}{more}.", unlinked.len(), names.join(", "))
        }
    };
    let strangers = match admin.strangers {
        0 => "",
        1 => " One person in Slack wanted something and is nobody in dialnote.",
        _ => &format!(" {} people in Slack wanted something and are nobody in dialnote.", admin.strangers),
    };
    format!("{members}{strangers}")
}

fn rules(rules: &Rules) -> String {
    let who = |who| match who {
        Who::Anyone => "every teammate",
        Who::OwnerAndAdmins => "the owner and admins",
        Who::Admins => "admins only",
    };
    let notes = match (rules.note_on_handoff, rules.note_on_done) {
        (true, true) => "Handing over and marking done need a note.",
        (true, false) => "Handing over needs a note.",
        (false, true) => "Marking done needs a note.",
        (false, false) => "Nothing needs a note.",
    };
    let answer = match rules.answer_within {
        0 => "Hand-overs never go back by themselves.".to_owned(),
        minutes => format!("Hand-overs go back if nobody answers twice within {minutes} minutes."),
    };
    let remind = match rules.remind_within {
        0 => "Channels are not reminded of what nobody owns.".to_owned(),
        minutes => format!("Channels are reminded of what nobody owns after {minutes} minutes."),
    };
    let untouched = match rules.untouched_hours {
        0 => "Owners are not asked about what nothing happens to.".to_owned(),
        hours => format!("Owners are asked about what nothing has happened to for {hours} working hours."),
    };
    format!(
        "Re-assigning: {}. Marking done: {}. {notes} {answer} {remind} {untouched}",
        who(rules.reassign),
        who(rules.done)
    )
}
