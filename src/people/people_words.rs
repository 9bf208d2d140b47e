//! Sentences and buttons about links between Slack users and dialnote members.

use serde::{Deserialize, Serialize};

use crate::core::control::{Carried, Control};
use crate::core::ids::{MemberId, SlackUserId};
use crate::core::person::Member;
use crate::core::refusal::Refusal;
use crate::core::teammate::Unlinked;
use crate::core::text::cut;
use crate::platform::slack::blocks::element::{Confirm, Element, Style};
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::{Emoji, Markup};
use crate::platform::slack::blocks::words::QUOTE;
use crate::platform::slack::blocks::{connect_button, parts, words};

/// The small print shown if some of several commands wait for a link.
pub(crate) const KEPT: &str =
    "Commands that need a link are kept for 24 hours (10 at most) and run once the person is linked.";

/// A Slack user who is not linked, and the people who can change that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NotLinked {
    /// The user's name.
    pub(crate) name: String,
    /// The user's address in Slack, if the app may see it.
    pub(crate) email: Option<String>,
    /// The reason.
    pub(crate) why: Unlinked,
    /// The names of the known admins.
    pub(crate) admins: Vec<String>,
}

/// Returns the button that opens the window for linking people.
pub(crate) fn button() -> Element {
    Element::button(Control::People, "Review…", "{}").about("people")
}

/// Returns the button with which an unlinked user asks the admins for a link.
pub(crate) fn ask_admin() -> Element {
    Element::button(Control::AskAdmin, "Ask an admin", "{}")
}

/// Returns the button with which an unlinked user has the link checked again.
fn check_again() -> Element {
    Element::button(Control::CheckLink, "Check again", "{}")
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
    let question = format!("{name} will be linked to {member}. {holder} won't be linked to {member} anymore.");
    let ask = Confirm::new("Move this link?", &question, "Move link", "Cancel");
    Element::button(Control::MoveLink, "Move link…", &carried.encode()).asking(ask)
}

/// Explains to an unlinked user why they can't do anything, and what to do next.
pub(crate) fn you_are_not_linked(why: Unlinked) -> Markup {
    let admin = |why: &str| Markup::of(why).ours(" An admin can link you with ").code("/dialnote link").ours(".");
    match why {
        Unlinked::Bot => Markup::of("Only people can use this app, not bots."),
        Unlinked::Deactivated => Markup::of("Your Slack account is deactivated."),
        Unlinked::Guest => Markup::of("Guests can't use this app, only full members of this workspace can."),
        Unlinked::Outsider => Markup::of("Only members of the workspace that installed this app can use it."),
        Unlinked::Unconfirmed => Markup::of(
            "Not done: your Slack email isn't confirmed. Confirm it and try again, or ask an admin to link you with ",
        )
        .code("/dialnote link")
        .ours("."),
        Unlinked::NoEmail => admin("Not done: this app can't see your Slack email."),
        Unlinked::NoMember => admin("Not done: your Slack email doesn't match a dialnote member."),
        Unlinked::Ambiguous => admin("Not done: several dialnote members have your Slack email."),
        Unlinked::Taken => admin("Not done: the dialnote member with your Slack email is linked to someone else."),
        Unlinked::NotConnected => {
            Markup::of("This workspace isn't connected to dialnote. An admin can connect it with ")
                .code("/dialnote connect")
                .ours(".")
        }
    }
}

/// Explains why an unlinked user can't be assigned a conversation, and what to do next.
pub(crate) fn not_linked(name: &str, why: Unlinked) -> Markup {
    let name = Markup::default().bold(name);
    let admin = |why: &str| {
        name.clone()
            .ours(&format!(" isn't linked to dialnote: {why}. Choose someone else, or ask an admin to link them with "))
            .code("/dialnote link")
            .ours(".")
    };
    match why {
        Unlinked::Bot => name.ours(" is a bot. Choose a person."),
        Unlinked::Deactivated => name.ours("'s Slack account is deactivated. Choose someone else."),
        Unlinked::Guest => name.ours(" is a guest in this workspace. Choose a full member."),
        Unlinked::Outsider => name.ours(" is from another workspace. Choose someone from yours."),
        Unlinked::Unconfirmed => admin("their Slack email isn't confirmed"),
        Unlinked::NoEmail => admin("this app can't see their Slack email"),
        Unlinked::NoMember => admin("no dialnote member has their Slack email"),
        Unlinked::Ambiguous => admin("several dialnote members have their Slack email"),
        Unlinked::Taken => admin("the member with their Slack email is linked to someone else"),
        Unlinked::NotConnected => you_are_not_linked(why),
    }
}

/// Explains why a link was not changed.
pub(crate) fn not_changed(why: &Refusal) -> Markup {
    match why {
        Refusal::NoMember { asked, nearest: Some(nearest) } => {
            no_member(asked).ours(" Did you mean ").bold(nearest).ours("?")
        }
        Refusal::NoMember { asked, nearest: None } => no_member(asked).ours(" Use a name, an email or an id."),
        Refusal::NoSlackUser => Markup::of("Slack doesn't know this user. Choose someone else."),
        Refusal::MemberTaken { name, member_name, holder_name, by_hand, .. } => {
            let how = if *by_hand { " by an admin" } else { " by email" };
            Markup::default()
                .bold(holder_name)
                .ours(" is already linked to ")
                .bold(member_name)
                .ours(how)
                .ours(". If that member is ")
                .bold(name)
                .ours(", move the link.")
        }
        Refusal::NotLinkedByHand { name } => {
            Markup::of("No admin linked ").bold(name).ours(", so there's no link to remove. Their email decides.")
        }
        _ => Markup::default(),
    }
}

fn no_member(asked: &str) -> Markup {
    Markup::default().text(&format!("No dialnote member is called “{}”.", cut(asked, QUOTE)))
}

/// Confirms that a Slack user was linked. `from` was linked to the member before, and `before` is the user's earlier
/// member.
pub(crate) fn linked(name: &str, member: &str, from: Option<&str>, before: Option<&str>) -> Markup {
    let linked = Markup::of("Linked ").bold(name).ours(" to dialnote member ").bold(member);
    let linked = match before {
        Some(before) => linked.ours(" instead of ").bold(before).ours("."),
        None => linked.ours("."),
    };
    match from {
        Some(from) => linked.ours(" ").bold(from).ours(" isn't linked to that member anymore."),
        None => linked,
    }
}

/// Confirms that a link was removed. `member` is the one that the user's address leads to.
pub(crate) fn unlinked(name: &str, member: Option<&str>) -> Markup {
    let removed = Markup::of("Removed the link of ").bold(name).ours(". ");
    match member {
        Some(member) => removed.ours("Their email links them to ").bold(member).ours("."),
        None => removed.ours("No dialnote member has their email, so they aren't linked anymore."),
    }
}

/// Asks which of several members a user is.
pub(crate) fn which(user: &SlackUserId, name: &str, choices: &[Member], more: usize) -> Content {
    let title = Markup::of("Several dialnote members match. Choose the one to link to ").bold(name).ours(".");
    let names: Vec<_> = choices.iter().map(called).collect();
    let text = format!("{} {}", title.words(), names.join(", "));
    let row = |(n, member): (usize, &Member)| {
        let (user, id) = (Some(user.clone()), Some(member.id.clone()));
        let carried = Carried { user, member: id, ..Carried::default() }.encode();
        let button = Element::button(Control::Link, "Choose", &carried).numbered(n).about(&called(member));
        Block::line(&called_in(Markup::default(), member), Some(button))
    };
    let rest = format!("{more} more match. Name the member by email or id.");
    let rest = (more > 0).then(|| Block::small(&rest));
    let rows = choices.iter().enumerate().map(row);
    Content::new(&text, std::iter::once(title.paragraph()).chain(rows).chain(rest).collect())
}

/// Reports that a command is kept until a person is linked. `asked` is the command as it could be typed.
pub(crate) fn postponed(asked: &str, why: &Refusal, note: Vec<Block>) -> Content {
    let (line, once, button) = match why {
        Refusal::NotLinked { name, why } => {
            let once = Markup::default().bold(name).ours(" is linked.");
            (not_linked(name, *why), once, None)
        }
        Refusal::YouAreNotLinked(why) => (you_are_not_linked(*why), Markup::of("you're linked."), Some(ask_admin())),
        _ => return note_alone(note),
    };
    let line = Markup::default().emoji(Emoji::REFUSED).then("", line);
    let kept = Markup::default().code(asked).ours(" is kept for 24 hours and runs once ").then("", once);
    let text = format!("{} {}", line.words(), kept.words());
    let blocks = [line.paragraph(), kept.small()].into_iter().chain(note).collect();
    let content = Content::new(&text, blocks);
    match button {
        Some(button) => parts::with_buttons(content, vec![button]),
        None => content,
    }
}

fn note_alone(note: Vec<Block>) -> Content {
    Content::new(KEPT, std::iter::once(Block::small(KEPT)).chain(note).collect())
}

/// Returns an admin's message about a user who asks for a link.
pub(crate) fn asks_for_link(person: &NotLinked) -> Content {
    let line = Markup::default().bold(&person.name);
    let line = match &person.email {
        Some(email) => line.text(&format!(" ({email})")),
        None => line,
    };
    let content = line.ours(" asks to be linked to dialnote.").content();
    parts::with_buttons(content, vec![button()])
}

/// Tells an unlinked user which admins were asked. `ago` is the number of seconds since then, if they asked before.
pub(crate) fn asked(admins: &[String], ago: Option<i64>) -> Content {
    let names: Vec<_> = admins.iter().map(String::as_str).collect();
    let names = words::listed_most(&names);
    let line = match ago {
        _ if admins.is_empty() => {
            Markup::of("No admin of this app is known. Ask a workspace admin to type ").code("/dialnote link").ours(".")
        }
        Some(ago) => Markup::of("You already asked ").bold(&names).ours(&format!(", {} ago.", words::span(ago))),
        None => Markup::of("Asked ").bold(&names).ours(" to link you. You get a message once you're linked."),
    };
    line.content()
}

/// Tells a user that they are linked.
pub(crate) fn you_are_linked(member: &str) -> Content {
    let line = Markup::default().emoji(Emoji::DONE).ours("You're linked to dialnote as ").bold(member).ours(".");
    line.content()
}

/// Returns the Home tab of a user who is not linked, without the greeting.
pub(crate) fn home_not_linked(person: &NotLinked) -> Vec<Block> {
    let (state, buttons) = match person.why {
        Unlinked::NotConnected => (you_are_not_linked(person.why), vec![connect_button::button()]),
        why if why.can_be_linked() => (not_linked_yet(person), vec![ask_admin().styled(Style::Primary), check_again()]),
        why => (you_are_not_linked(why), Vec::new()),
    };
    let mut blocks = vec![Markup::default().emoji(Emoji::HELLO).then("", state).paragraph()];
    if !buttons.is_empty() {
        blocks.push(Block::actions("link", buttons));
    }
    if !person.admins.is_empty() {
        let names: Vec<_> = person.admins.iter().map(String::as_str).collect();
        blocks.push(Markup::of("Admins: ").text(&words::listed_most(&names)).small());
    }
    blocks.push(Block::divider());
    blocks.push(Block::formatted(ABOUT_THE_APP));
    blocks
}

/// The app's purpose.
const ABOUT_THE_APP: &str = "*What this app does*\nMissed calls, voicemails and text messages to your team's numbers \
                             appear as cards in Slack. The team decides there who owns each one.";

fn not_linked_yet(person: &NotLinked) -> Markup {
    let line = Markup::default().strong("Your Slack account isn't linked to dialnote yet.").ours("\n");
    let line = match (person.why, &person.email) {
        (Unlinked::NoMember, Some(email)) => line.text(&format!("No dialnote member has the email {email}.")),
        (Unlinked::Ambiguous, Some(email)) => line.text(&format!("Several dialnote members have the email {email}.")),
        (Unlinked::Taken, Some(email)) => {
            line.text(&format!("The dialnote member with the email {email} is linked to someone else."))
        }
        (Unlinked::Unconfirmed, _) => line.ours("Your Slack email isn't confirmed."),
        _ => line.ours("This app can't see your Slack email."),
    };
    line.ours(" An admin can invite you to dialnote or link you to a member.")
}

/// Returns a member's name and address.
pub(crate) fn called(member: &Member) -> String {
    called_in(Markup::default(), member).words()
}

/// Names a member with a bold name: "*Sam Doyle* (sam@home.example)".
pub(crate) fn called_in(line: Markup, member: &Member) -> Markup {
    let line = line.bold(&member.name);
    match member.email.as_deref().filter(|email| !email.is_empty()) {
        Some(email) => line.text(&format!(" ({email})")),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sam(why: Unlinked) -> NotLinked {
        let email = Some("sam@acme.example".to_owned());
        NotLinked { name: "Sam".to_owned(), email, why, admins: vec!["Maya Chen".to_owned()] }
    }

    #[test]
    fn an_admin_reads_who_asks() {
        let text = asks_for_link(&sam(Unlinked::NoMember)).text;
        assert_eq!(text, "Sam (sam@acme.example) asks to be linked to dialnote.");
    }

    #[test]
    fn the_person_who_asked_reads_who_was_asked() {
        let admins = sam(Unlinked::NoMember).admins;
        assert_eq!(asked(&admins, None).text, "Asked Maya Chen to link you. You get a message once you're linked.");
        assert_eq!(asked(&admins, Some(7200)).text, "You already asked Maya Chen, 2 h ago.");
        assert!(asked(&[], None).text.starts_with("No admin of this app is known."));
    }

    #[test]
    fn a_kept_command_is_named() {
        let why = Refusal::YouAreNotLinked(Unlinked::NoMember);
        let text = postponed("/dialnote take Ana Lima", &why, Vec::new()).text;
        let expected = "Not done: your Slack email doesn't match a dialnote member. An admin can link you with \
                        /dialnote link. /dialnote take Ana Lima is kept for 24 hours and runs once you're linked.";
        assert_eq!(text, expected);
    }

    #[test]
    fn only_people_who_can_be_linked_are_offered_it() {
        for (why, has_buttons) in [(Unlinked::NoMember, true), (Unlinked::NotConnected, true), (Unlinked::Guest, false)]
        {
            let blocks = home_not_linked(&sam(why));
            let buttons = blocks.iter().filter(|block| matches!(block, Block::Actions { .. })).count();
            assert_eq!(buttons, usize::from(has_buttons), "{why:?}");
        }
    }
}
