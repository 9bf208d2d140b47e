//! The window in which admins link Slack users to dialnote members.

use crate::commands::refusal_view;
use crate::core::control::{Carried, Control};
use crate::core::person::{Member, Profile};
use crate::core::refusal::Refusal;
use crate::core::teammate::Unlinked;
use crate::linking::content::{Broken, LinkView, PeopleView};
use crate::people::people_words;
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::{Block, Modal};
use crate::platform::slack::blocks::mrkdwn::{neutral, time};

/// The callback id of the window.
pub(crate) const PEOPLE_CALLBACK_ID: &str = "people";

/// Returns the window while its content is looked up.
pub fn waiting() -> Modal {
    window_of(vec![Block::paragraph("One moment …")])
}

/// Returns the window: the result of the last button, the people not linked on both sides, and the links made by hand.
pub fn window(card_view: &Result<Box<PeopleView>, Refusal>) -> Modal {
    match card_view {
        Ok(card_view) => window_of(blocks(card_view)),
        Err(why) => window_of(refusal_view::refusal(why).blocks),
    }
}

fn window_of(blocks: Vec<Block>) -> Modal {
    Modal::window(PEOPLE_CALLBACK_ID, "People", String::new(), blocks)
}

fn blocks(card_view: &PeopleView) -> Vec<Block> {
    let mut blocks = Vec::new();
    if !card_view.notice.is_empty() {
        blocks.extend(card_view.notice.clone());
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
    let who = people_words::called(member);
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
        Block::row(
            &format!("{who}. Is this {} in dialnote?", people_words::called(member)),
            link(profile, member, page),
        )
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
