//! The window in which admins link Slack users to dialnote members.

use crate::commands::refusal_view;
use crate::core::control::{Carried, Control};
use crate::core::person::{Member, Profile};
use crate::core::refusal::Refusal;
use crate::core::teammate::Unlinked;
use crate::linking::content::{Broken, LinkView, PeopleView};
use crate::people::people_words::called_in;
use crate::platform::slack::blocks::element::{Confirm, Element};
use crate::platform::slack::blocks::kit::Block;
use crate::platform::slack::blocks::markup::{Emoji, Markup};
use crate::platform::slack::blocks::window::Modal;

/// The callback id of the window.
pub(crate) const PEOPLE_CALLBACK_ID: &str = "people";

/// Returns the window while its content is looked up.
pub fn waiting() -> Modal {
    window_of(vec![Block::small("Loading…")])
}

/// Returns the window: the result of the last button, the people not linked on both sides, and the links made by hand.
pub fn window(people: &Result<Box<PeopleView>, Refusal>) -> Modal {
    match people {
        Ok(people) => window_of(blocks(people)),
        Err(why) => window_of(refusal_view::refusal(why).blocks),
    }
}

fn window_of(blocks: Vec<Block>) -> Modal {
    Modal::window(PEOPLE_CALLBACK_ID, "People", String::new(), blocks)
}

fn blocks(people: &PeopleView) -> Vec<Block> {
    let mut blocks = people.notice.clone();
    if !blocks.is_empty() {
        blocks.push(Block::divider());
    }
    let [members, strangers, by_hand] = people.counts;
    blocks.push(Block::header(&format!("Slack users not linked ({strangers})")));
    let of_user =
        |(profile, why, likely): &(Profile, Unlinked, Vec<Member>)| stranger(profile, *why, likely, people.page);
    blocks.extend(people.strangers.iter().flat_map(of_user));
    blocks.push(Block::small("Only people who tried to use the app, or were assigned something, are listed."));
    blocks.push(Block::divider());
    blocks.push(Block::header(&format!("Members without a Slack user ({members})")));
    let of_member = |(member, likely): &(Member, Option<Profile>)| member_row(member, likely.as_ref(), people);
    blocks.extend(people.members.iter().flat_map(of_member));
    if by_hand > 0 {
        blocks.push(Block::divider());
        blocks.push(Block::header(&format!("Linked by an admin ({by_hand})")));
        blocks.extend(people.by_hand.iter().map(|link| made_by_hand(link, people.page)));
    }
    blocks.push(Block::small("To link someone who isn't listed, type `/dialnote link @person member`."));
    blocks.extend((people.pages > 1).then(|| pages(people)));
    blocks
}

fn pages(people: &PeopleView) -> Block {
    let last = people.page + 1 >= people.pages;
    let (label, page) = if last { ("First page", 0) } else { ("Next page", people.page + 1) };
    let carried = Carried { page: Some(page), ..Carried::default() }.encode();
    let text = format!("Page {} of {}", people.page + 1, people.pages);
    Block::row(&text, Element::button(Control::People, label, &carried))
}

/// Returns the rows of a member without a Slack user. A user is suggested here only if the member is not suggested
/// in that user's row.
fn member_row(member: &Member, likely: Option<&Profile>, people: &PeopleView) -> Vec<Block> {
    let line = Markup::default().bold(&member.name).then(" · ", email(member.email.as_deref()));
    let carried = Carried { member: Some(member.id.clone()), page: Some(people.page), ..Carried::default() }.encode();
    let choose = Element::button(Control::ChooseUser, "Choose user…", &carried).about(&member.name);
    let is_suggested = people.strangers.iter().any(|(.., likely)| likely.iter().any(|one| one.id == member.id));
    match likely.filter(|_| !is_suggested) {
        Some(profile) => {
            let line = line.ours("\nSuggested Slack user: ").bold(&profile.name);
            let line = line.then(" · ", email(profile.email.as_deref()));
            let id = format!("member:{}", member.id);
            vec![Block::line(&line, Some(link(profile, member, people.page))), Block::actions(&id, vec![choose])]
        }
        None => vec![Block::line(&line, Some(choose))],
    }
}

/// Returns the rows of a user who is not linked: the suggested members, and the button to choose another one.
fn stranger(profile: &Profile, why: Unlinked, likely: &[Member], page: usize) -> Vec<Block> {
    let line = Markup::default().bold(&profile.name).then(" · ", email(profile.email.as_deref()));
    let line = line.then(" · ", Markup::of(reason(why)));
    let carried = Carried { user: Some(profile.user.clone()), page: Some(page), ..Carried::default() }.encode();
    let choose = Element::button(Control::ChooseMember, "Choose member…", &carried).about(&profile.name);
    let Some((first, others)) = likely.split_first() else { return vec![Block::line(&line, Some(choose))] };
    let suggestion = |line: Markup, member: &Member| {
        let line = called_in(line.ours("Suggested dialnote member: "), member);
        Block::line(&line, Some(link(profile, member, page)))
    };
    let others = others.iter().map(|member| suggestion(Markup::default(), member));
    let choose = Block::actions(&format!("user:{}", profile.user), vec![choose]);
    std::iter::once(suggestion(line.ours("\n"), first)).chain(others).chain([choose]).collect()
}

/// Returns the reason why a user is not linked, where the address alone does not say it.
fn reason(why: Unlinked) -> &'static str {
    match why {
        Unlinked::Bot => "a bot",
        Unlinked::Deactivated => "deactivated",
        Unlinked::Guest => "a guest",
        Unlinked::Outsider => "from another workspace",
        Unlinked::Unconfirmed => "email not confirmed",
        Unlinked::NoEmail => "email not visible to this app",
        Unlinked::NoMember => "",
        Unlinked::Ambiguous => "several members have this email",
        Unlinked::Taken => "the member with this email is linked to someone else",
        Unlinked::NotConnected => "dialnote isn't connected",
    }
}

fn made_by_hand(link: &LinkView, page: usize) -> Block {
    let carried = Carried { user: Some(link.user.clone()), page: Some(page), ..Carried::default() }.encode();
    let line = Markup::default().bold(&link.name).ours(" → ").bold(&link.member);
    let line = line.ours(" · linked by ").text(&link.by).ours(", ").date(link.at);
    let broken = match link.broken {
        None => "",
        Some(Broken::MemberGone) => "the member is no longer in dialnote.",
        Some(Broken::Account(Unlinked::Deactivated)) => "the Slack account is deactivated.",
        Some(Broken::Account(_)) => "the Slack user is no longer a full member of this workspace.",
    };
    let line = match broken {
        "" => line,
        broken => line.ours("\n").emoji(Emoji::FAILED).ours("Not in effect: ").ours(broken),
    };
    let text = format!("{} will be matched by email again.", link.name);
    let ask = Confirm::new("Remove this link?", &text, "Remove", "Cancel");
    let remove = Element::button(Control::Unlink, "Remove", &carried).about(&format!("link of {}", link.name));
    Block::line(&line, Some(remove.asking(ask)))
}

fn email(email: Option<&str>) -> Markup {
    Markup::default().text(email.unwrap_or_default())
}

fn link(profile: &Profile, member: &Member, page: usize) -> Element {
    let (user, id) = (Some(profile.user.clone()), Some(member.id.clone()));
    let carried = Carried { user, member: id, page: Some(page), ..Carried::default() }.encode();
    let email = profile.email.as_ref().map(|email| format!(", {email}")).unwrap_or_default();
    Element::button(Control::Link, "Link", &carried).about(&format!("{}{email}", profile.name))
}
