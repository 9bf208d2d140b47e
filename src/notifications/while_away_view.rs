//! The message to a person who is back, about the conversations that were unassigned while they were away.

use crate::core::about::About;
use crate::core::control::{Carried, Control};
use crate::core::conversation::{Links, Status};
use crate::core::direct_message::ReturnedConversation;
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::Block;
use crate::platform::slack::blocks::markup::{Emoji, Markup};
use crate::platform::slack::blocks::words;

/// Returns the words of the message, and its blocks: a row per conversation, with a button where it is still unassigned.
pub(crate) fn message(returned: &[ReturnedConversation], more: usize, links: &Links) -> (String, Vec<Block>) {
    let line = headline(returned.len() + more);
    let titles: Vec<_> = returned.iter().map(|one| one.conversation.title()).collect();
    let named = words::listed_most(&titles.iter().map(String::as_str).collect::<Vec<_>>());
    let text = format!("{} {named}.", line.words());
    let rows = returned.iter().enumerate().map(|(nth, one)| row(nth, one, links));
    let rest = format!("And {more} more. Type /inbox to see unassigned conversations.");
    let rest = (more > 0).then(|| Block::small(&rest));
    (text, std::iter::once(line.paragraph()).chain(rows).chain(rest).collect())
}

fn headline(count: usize) -> Markup {
    Markup::of(&match count {
        1 => "While you were away, 1 contact got in touch and the conversation was unassigned:".to_owned(),
        _ => format!("While you were away, {count} contacts got in touch and their conversations were unassigned:"),
    })
}

/// Returns a conversation with its state now.
fn row(nth: usize, one: &ReturnedConversation, links: &Links) -> Block {
    let ReturnedConversation { conversation, owner } = one;
    let about = About::from(conversation);
    let (emoji, state) = match (conversation.status, owner) {
        (Status::Done, _) => (Emoji::DONE, Markup::of("Done")),
        (_, Some(owner)) => (Emoji::OWNED, Markup::of("Assigned to ").text(owner)),
        (_, None) => (Emoji::UNASSIGNED, Markup::of("Unassigned")),
    };
    let is_free = conversation.is_open() && conversation.owner.is_none();
    let take = || {
        let button = Element::button(Control::Take, "Take it", &Carried::showing(conversation).encode());
        button.numbered(nth).about(&words::spoken(&about))
    };
    let contact = Markup::default().emoji(emoji).link(&about.title, links.to(&about.id));
    let contact = contact.then(" · ", Markup::default().text(&about.number));
    Block::line(&contact.then(" · ", state), is_free.then(take))
}
