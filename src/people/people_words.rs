//! Sentences and buttons about linking people.

use crate::core::control::{Carried, Control};
use crate::core::ids::{MemberId, SlackUserId};
use crate::core::person::Member;
use crate::core::refusal::Refusal;
use crate::core::teammate::Unlinked;
use crate::core::text::cut;
use crate::platform::slack::blocks::element::{Confirm, Element, Style};
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::mrkdwn::neutral;
use crate::platform::slack::blocks::words::QUOTE;

/// The explanation shown if some of several commands wait for a link.
pub(crate) const KEPT: &str =
    "What waits for somebody to be linked is kept for a day (ten things at most), and done by itself then.";

/// Returns the button that opens the window for linking people.
pub(crate) fn button() -> Element {
    Element::button(Control::People, "People…", "{}")
}

/// Returns the button that links a member to another Slack user than the current one.
pub(crate) fn move_it(to: (&SlackUserId, &str), member: (&MemberId, &str), holder: (&SlackUserId, &str)) -> Element {
    let carried = Carried {
        user: Some(to.0.clone()),
        member: Some(member.0.clone()),
        from: Some(holder.0.clone()),
        ..Carried::default()
    };
    let (name, member, holder) = (to.1, member.1, holder.1);
    let question = format!("{name} becomes {member} in dialnote. {holder} is not {member} any more.");
    Element::button(Control::MoveLink, "Move the link", &carried.encode()).styled(Style::Danger).asking(Confirm::new(
        "Move the link?",
        &question,
        "Move it",
        "Leave it",
    ))
}

/// Explains to an unlinked user why they can't do anything, and what to do next.
pub(crate) fn you_are_not_linked(why: Unlinked) -> String {
    match why {
        Unlinked::Bot => "Only people can do this, not bots.".to_owned(),
        Unlinked::Deactivated => "Your Slack account is deactivated.".to_owned(),
        Unlinked::Guest => "Guests cannot do this; only full members of this workspace can.".to_owned(),
        Unlinked::Outsider => "Only members of the workspace that owns this app can do this.".to_owned(),
        Unlinked::Unconfirmed => "Your e-mail address in Slack is not confirmed yet. Confirm it, then try again; \
             or ask an admin to link you with /dialnote link."
            .to_owned(),
        Unlinked::NoEmail => "I cannot see your e-mail address in Slack, so I do not know who you are in dialnote. \
             Ask an admin to link you with /dialnote link."
            .to_owned(),
        Unlinked::NoMember => "You are not in dialnote with the e-mail address that you use in Slack. \
             Ask an admin to invite you with that address, or to link you with /dialnote link."
            .to_owned(),
        Unlinked::Ambiguous => "Several people in dialnote have your e-mail address. \
             Ask an admin to say which of them you are, with /dialnote link."
            .to_owned(),
        Unlinked::Taken => "An admin linked the person in dialnote who has your e-mail address to somebody else. \
             Ask an admin to link you with /dialnote link."
            .to_owned(),
        Unlinked::NotConnected => "This workspace is not connected to dialnote yet. \
             An admin can do it here, or with /dialnote connect."
            .to_owned(),
    }
}

/// Explains why an unlinked user can't be given a conversation, and what to do next.
pub(crate) fn not_linked(name: &str, why: Unlinked) -> String {
    match why {
        Unlinked::Bot => format!("{name} is a bot. Choose a person."),
        Unlinked::Deactivated => format!("{name}’s Slack account is deactivated. Choose somebody else."),
        Unlinked::Guest => format!("{name} is a guest here. Choose a full member of this workspace."),
        Unlinked::Outsider => format!("{name} is from another workspace. Choose somebody from yours."),
        Unlinked::Unconfirmed => format!(
            "{name}’s e-mail address in Slack is not confirmed yet, so I cannot tell who they are in dialnote. \
             Choose somebody else, or ask an admin to link {name} with /dialnote link."
        ),
        Unlinked::NoEmail => format!(
            "I cannot see {name}’s e-mail address in Slack, so I cannot tell who they are in dialnote. \
             Choose somebody else, or ask an admin to link {name} with /dialnote link."
        ),
        Unlinked::NoMember => format!(
            "{name} is not in dialnote with the e-mail address they use in Slack. Choose somebody else, \
             or ask an admin to invite {name} to dialnote with that address, or to link them with /dialnote link."
        ),
        Unlinked::Ambiguous => format!(
            "Several people in dialnote have {name}’s e-mail address. \
             Ask an admin to say which of them {name} is, with /dialnote link."
        ),
        Unlinked::Taken => format!(
            "An admin linked the person in dialnote who has {name}’s e-mail address to somebody else. \
             Choose somebody else, or ask an admin to link {name} with /dialnote link."
        ),
        Unlinked::NotConnected => you_are_not_linked(why),
    }
}

/// Confirms that a Slack user was linked.
pub(crate) fn linked(name: &str, member: &str, from: Option<&str>, before: Option<&str>) -> String {
    let from = from.map_or_else(String::new, |from| format!(" {from} is not {member} any more."));
    let before = before.map_or_else(String::new, |before| format!(" Before, {name} was {before}."));
    format!("{name} is {member} in dialnote from now on, whatever their e-mail addresses are.{before}{from}")
}

/// Confirms that a link was removed.
pub(crate) fn unlinked(name: &str, member: Option<&str>) -> String {
    let now = match member {
        Some(member) => format!("by that they are {member} in dialnote"),
        None => "by that they are nobody in dialnote".to_owned(),
    };
    format!("From now on {name}’s e-mail address counts again: {now}.")
}

/// Reports that no member fits the typed words.
pub(crate) fn no_member(asked: &str, nearest: Option<&str>) -> String {
    let asked = cut(asked, QUOTE);
    match nearest {
        Some(nearest) => format!("Nobody in dialnote is called “{asked}”. Did you mean {nearest}?"),
        None => format!(
            "Nobody in dialnote is called “{asked}”. Say the member’s name or part of it, e-mail address or id."
        ),
    }
}

/// Asks which of several members is meant.
pub(crate) fn which(user: &SlackUserId, name: &str, choices: &[Member], more: usize) -> Content {
    let title = format!("Several people in dialnote fit. Which one is {name}?");
    let mut blocks = vec![Block::paragraph(&title)];
    for member in choices {
        let (user, id) = (Some(user.clone()), Some(member.id.clone()));
        let carried = Carried { user, member: id, ..Carried::default() }.encode();
        blocks.push(Block::row(&called(member), Element::button(Control::Link, "This one", &carried)));
    }
    if more > 0 {
        blocks.push(Block::paragraph(&format!("{more} more fit. Name the one you mean by e-mail address or id.")));
    }
    Content::new(&neutral(&title), blocks)
}

/// Reports that a command is deferred until a person is linked.
pub(crate) fn postponed(sentence: &str, why: &Refusal, note: Vec<Block>) -> Content {
    let when = match why {
        Refusal::NotLinked { name, .. } => format!("as soon as {name} is linked"),
        _ => "as soon as you are linked".to_owned(),
    };
    let text = format!("{sentence} What you asked for is kept for a day, and done by itself {when}.");
    let blocks = std::iter::once(Block::paragraph(&text)).chain(note).collect();
    Content::new(&neutral(&text), blocks)
}

/// Returns a member's name and address.
pub(crate) fn called(member: &Member) -> String {
    match member.email.as_deref().filter(|email| !email.is_empty()) {
        Some(email) => format!("{} ({email})", member.name),
        None => member.name.clone(),
    }
}
