//! Who in Slack is who in dialnote: the window in which admins say so, and what people are told of it.

use crate::domain::click::{Carried, Control};
use crate::domain::people::{Member, Profile, Unlinked};
use crate::domain::refusal::Refusal;
use crate::domain::reply::{Broken, LinkView, PeopleView};
use crate::domain::text::cut;
use crate::ids::{MemberId, SlackUserId};
use crate::view::element::{Confirm, Element, Style};
use crate::view::help::QUOTE;
use crate::view::kit::{Block, Content, Modal};
use crate::view::mrkdwn::{neutral, time};
use crate::view::reply;

/// The window.
pub const PEOPLE_CALLBACK_ID: &str = "people";

/// What follows if some of several things wait for a link.
pub(super) const KEPT: &str =
    "What waits for somebody to be linked is kept for a day (ten things at most), and done by itself then.";

/// The window before it is known what to show in it.
pub fn waiting() -> Modal {
    window_of(vec![Block::paragraph("One moment …")])
}

/// The window: what came of the last button, who is not linked on both sides, and who was by hand.
pub fn window(card_view: &Result<Box<PeopleView>, Refusal>) -> Modal {
    match card_view {
        Ok(card_view) => window_of(blocks(card_view)),
        Err(why) => window_of(reply::refusal(why).blocks),
    }
}

fn window_of(blocks: Vec<Block>) -> Modal {
    Modal::window(PEOPLE_CALLBACK_ID, "People", String::new(), blocks)
}

/// The button that opens it.
pub(super) fn button() -> Element {
    Element::button(Control::People, "People…", "{}")
}

fn blocks(card_view: &PeopleView) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let Some(notice) = &card_view.notice {
        blocks.extend(reply::say(notice).blocks);
        blocks.push(Block::divider());
    }
    let [members, strangers, by_hand] = card_view.counts;
    blocks.push(Block::header(&counted(members, "In dialnote, and nobody in Slack")));
    blocks.extend(card_view.members.iter().map(|(member, likely)| member_row(member, likely.as_ref(), card_view.page)));
    blocks.push(Block::header(&counted(strangers, "In Slack, and nobody in dialnote")));
    blocks.extend(
        card_view.strangers.iter().flat_map(|(profile, why, likely)| stranger(profile, *why, likely, card_view.page)),
    );
    blocks.push(Block::small("These are the people who wanted something here, or were to be given something."));
    if by_hand > 0 {
        blocks.push(Block::header(&counted(by_hand, "Linked by hand")));
        blocks.extend(card_view.by_hand.iter().flat_map(|link| made_by_hand(link, card_view.page)));
    }
    blocks.push(Block::small("Whoever is not here, or somebody else: type `/dialnote link @person member`."));
    blocks.extend((card_view.pages > 1).then(|| pages(card_view)));
    blocks
}

fn counted(count: usize, what: &str) -> String {
    match count {
        0 => format!("{what}: none"),
        _ => format!("{what}: {count}"),
    }
}

fn pages(card_view: &PeopleView) -> Block {
    let last = card_view.page + 1 >= card_view.pages;
    let (label, page) = if last { ("First page", 0) } else { ("Next page", card_view.page + 1) };
    let carried = Carried { page: Some(page), ..Carried::default() }.encode();
    let text = format!("Page {} of {}", card_view.page + 1, card_view.pages);
    Block::row(&text, Element::button(Control::People, label, &carried))
}

fn member_row(member: &Member, likely: Option<&Profile>, page: usize) -> Block {
    let who = called(member);
    match likely {
        Some(profile) => Block::row(&format!("{who}. Is this {} in Slack?", profile.name), link(profile, member, page)),
        None => Block::paragraph(&who),
    }
}

fn stranger(profile: &Profile, why: Unlinked, likely: &[Member], page: usize) -> Vec<Block> {
    let why = match why {
        Unlinked::Bot => "is a bot",
        Unlinked::Deactivated => "is deactivated",
        Unlinked::Guest => "is a guest",
        Unlinked::Outsider => "is from another workspace",
        Unlinked::Unconfirmed => "has an address that is not confirmed",
        Unlinked::NoEmail => "has no address that I can see",
        Unlinked::NoMember => "has an address that nobody in dialnote has",
        Unlinked::Ambiguous => "has an address that several in dialnote have",
        Unlinked::Taken => "has the address of a member who was linked to somebody else",
        Unlinked::NotConnected => "is nobody while dialnote is not connected",
    };
    let who = format!("{} {why}", profile.name);
    if likely.is_empty() {
        return vec![Block::paragraph(&format!("{who}."))];
    }
    let row = |member: &Member| {
        Block::row(&format!("{who}. Is this {} in dialnote?", called(member)), link(profile, member, page))
    };
    likely.iter().map(row).collect()
}

fn made_by_hand(link: &LinkView, page: usize) -> Vec<Block> {
    let carried = Carried { user: Some(link.user.clone()), page: Some(page), ..Carried::default() }.encode();
    let broken = match link.broken {
        None => "",
        Some(Broken::MemberGone) => " This member is not in dialnote any more, so it does not count.",
        Some(Broken::Account(Unlinked::Deactivated)) => " The account in Slack is deactivated, so it does not count.",
        Some(Broken::Account(_)) => " It is no full member of this workspace any more, so it does not count.",
    };
    let row = Block::row(
        &format!("{} is {} in dialnote.{broken}", link.name, link.member),
        Element::button(Control::Unlink, "Remove", &carried),
    );
    vec![row, Block::small(&format!("By {}, {}", neutral(&link.by), time(link.at)))]
}

fn link(profile: &Profile, member: &Member, page: usize) -> Element {
    let (user, member) = (Some(profile.user.clone()), Some(member.id.clone()));
    let carried = Carried { user, member, page: Some(page), ..Carried::default() }.encode();
    Element::button(Control::Link, "Link", &carried)
}

/// A member by name and address.
fn called(member: &Member) -> String {
    match member.email.as_deref().filter(|email| !email.is_empty()) {
        Some(email) => format!("{} ({email})", member.name),
        None => member.name.clone(),
    }
}

/// The button that makes somebody a member whom somebody else is so far.
pub(super) fn move_it(to: (&SlackUserId, &str), member: (&MemberId, &str), holder: (&SlackUserId, &str)) -> Element {
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

/// Why somebody cannot do anything, and the way out.
pub(super) fn you_are_not_linked(why: Unlinked) -> String {
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

/// Why somebody cannot be given anything, and the way out.
pub(super) fn not_linked(name: &str, why: Unlinked) -> String {
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

/// That somebody was linked.
pub(super) fn linked(name: &str, member: &str, from: Option<&str>, before: Option<&str>) -> String {
    let from = from.map_or_else(String::new, |from| format!(" {from} is not {member} any more."));
    let before = before.map_or_else(String::new, |before| format!(" Before, {name} was {before}."));
    format!("{name} is {member} in dialnote from now on, whatever their e-mail addresses are.{before}{from}")
}

/// That a link was taken away.
pub(super) fn unlinked(name: &str, member: Option<&str>) -> String {
    let now = match member {
        Some(member) => format!("by that they are {member} in dialnote"),
        None => "by that they are nobody in dialnote".to_owned(),
    };
    format!("From now on {name}’s e-mail address counts again: {now}.")
}

/// That nobody is meant by what was typed.
pub(super) fn no_member(asked: &str, nearest: Option<&str>) -> String {
    let asked = cut(asked, QUOTE);
    match nearest {
        Some(nearest) => format!("Nobody in dialnote is called “{asked}”. Did you mean {nearest}?"),
        None => format!(
            "Nobody in dialnote is called “{asked}”. Say the member’s name or part of it, e-mail address or id."
        ),
    }
}

/// Several members are meant.
pub(super) fn which(user: &SlackUserId, name: &str, choices: &[Member], more: usize) -> Content {
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

/// What cannot be done yet, and will be.
pub(super) fn postponed(sentence: &str, why: &Refusal, note: Vec<Block>) -> Content {
    let when = match why {
        Refusal::NotLinked { name, .. } => format!("as soon as {name} is linked"),
        _ => "as soon as you are linked".to_owned(),
    };
    let text = format!("{sentence} What you asked for is kept for a day, and done by itself {when}.");
    let blocks = std::iter::once(Block::paragraph(&text)).chain(note).collect();
    Content::new(&neutral(&text), blocks)
}

/// The answer to what somebody asked for long before.
pub fn late(mut content: Content) -> Content {
    let why = "You asked for this before, when it had to wait for somebody to be linked to dialnote:";
    content.blocks.insert(0, Block::small(why));
    content
}
