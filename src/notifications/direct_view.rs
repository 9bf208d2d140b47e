//! Direct messages about changes that concern a person and that another person made. Several changes at about the
//! same time share a message, each with its own buttons.

use serde::{Deserialize, Serialize};

use crate::cards::view::happened;
use crate::commands::result_view::reason;
use crate::core::about::About;
use crate::core::absence::Absence;
use crate::core::answer::{Answer, Ended, EndedBy, Ending};
use crate::core::control::{Carried, Control, row};
use crate::core::conversation::{Conversation, Links};
use crate::core::delivery::Why;
use crate::core::direct_message::DirectMessage;
use crate::core::ids::ConversationId;
use crate::notifications::absence_view;
use crate::platform::slack::blocks::element::{Element, Style};
use crate::platform::slack::blocks::kit::{Block, Content, fit};
use crate::platform::slack::blocks::mrkdwn::neutral;
use crate::platform::slack::blocks::{parts, words};

/// The temporary block id of a row of buttons, until it gets its own.
const ROW: &str = "row";

/// The most conversations that are named.
const MOST_NAMED: usize = 10;

/// The content of one direct message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Occasion {
    /// The notices, in the order of the changes.
    pub notices: Vec<DirectMessage>,
    /// The reader's answers, or later outcomes, by conversation.
    pub answers: Vec<(ConversationId, Answer)>,
}

impl Occasion {
    /// Adds a notice. A conversation that the reader lost no longer needs an answer. One that they got again needs one.
    pub(crate) fn add(&mut self, notice: &DirectMessage) {
        match notice {
            DirectMessage::NotYoursNow { about, .. } | DirectMessage::Returned { about, .. } => {
                if !self.answer(&about.id).is_some_and(Answer::is_final) {
                    self.answers.push((about.id.clone(), Answer::Gone));
                }
            }
            _ => {
                let given = notice.given();
                self.answers.retain(|(id, _)| !given.contains(id));
            }
        }
        self.notices.push(notice.clone());
    }

    /// Returns the reader's answer about a conversation, or its later outcome.
    pub(crate) fn answer(&self, id: &ConversationId) -> Option<&Answer> {
        self.answers.iter().rfind(|(answered, _)| answered == id).map(|(_, answer)| answer)
    }

    /// Returns the conversations that the message gives to its reader.
    pub(crate) fn given(&self) -> Vec<ConversationId> {
        let mut given: Vec<_> =
            self.notices.iter().flat_map(|notice| notice.given().into_iter().take(MOST_NAMED)).collect();
        given.sort();
        given.dedup();
        given
    }
}

/// Returns the direct message.
pub(crate) fn message(told: &Occasion, links: &Links) -> Content {
    let (text, blocks) = said(told, links);
    Content::new(&text, blocks)
}

/// Returns the direct message, or `None` if one message can't hold all of it.
pub(crate) fn whole_message(told: &Occasion, links: &Links) -> Option<Content> {
    let (text, blocks) = said(told, links);
    fit(&blocks).then(|| Content::new(&text, blocks))
}

fn said(told: &Occasion, links: &Links) -> (String, Vec<Block>) {
    let parts: Vec<_> = told.notices.iter().map(|notice| part(notice, told, links)).collect();
    let text = match parts.as_slice() {
        [only] => only.text.clone(),
        several => format!("{} things concern you.", several.len()),
    };
    (text, rows(parts))
}

fn rows(parts: Vec<Content>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (nth, part) in parts.into_iter().enumerate() {
        if nth > 0 {
            blocks.push(Block::divider());
        }
        blocks.extend(part.blocks);
    }
    // A conversation may occur twice, and each row needs its own block id (docs/contracts/slack.md §12.2).
    for (nth, block) in blocks.iter_mut().enumerate() {
        if let Block::Actions { block_id, .. } = block {
            *block_id = row(nth);
        }
    }
    blocks
}

fn part(notice: &DirectMessage, told: &Occasion, links: &Links) -> Content {
    match notice {
        DirectMessage::YoursNow { actor, conversation, note, handoff } => {
            let sentence =
                format!("{actor} {} {} to you.", given(*handoff), words::named(&About::from(&**conversation)));
            yours(&sentence, conversation, note, (told, true), links)
        }
        DirectMessage::BackToYou { actor, conversation, note, late } => {
            let name = words::named(&About::from(&**conversation));
            let sentence = match late {
                true => format!("{actor} did not answer in time, so {name} is yours again."),
                false => format!("{actor} gave {name} back to you."),
            };
            yours(&sentence, conversation, note, (told, false), links)
        }
        DirectMessage::YoursElsewhere { conversation } => {
            let sentence = format!("{} was assigned to you in dialnote.", words::named(&About::from(&**conversation)));
            yours(&sentence, conversation, "", (told, false), links)
        }
        DirectMessage::Back { conversation, heard } => {
            let name = words::named(&About::from(&**conversation));
            let sentence = match heard {
                true => format!("{name} got in touch. It is yours, and open again."),
                false => format!("{name} is back: the time it was snoozed for is over. It is yours."),
            };
            yours(&sentence, conversation, "", (told, false), links)
        }
        DirectMessage::SeveralYours { actor, abouts, note, handoff } => {
            several(actor, abouts, note, *handoff, (told, links))
        }
        DirectMessage::Reminder { actor, about, note } => {
            let sentence = format!("{actor} handed {} to you and waits for your answer.", words::named(about));
            let blocks = std::iter::once(Block::paragraph(&sentence)).chain(parts::quoted(note));
            let blocks = blocks.chain(to_answer(&about.id, told, links)).collect();
            Content::new(&neutral(&sentence), blocks)
        }
        DirectMessage::StillOnIt { about, hours } => {
            let sentence =
                format!("Still on {}? Nothing has happened to it for {hours} working hours.", words::named(about));
            let buttons = || {
                let yes = Element::button(Control::Keep, "Yes", &carried(&about.id)).styled(Style::Primary);
                vec![
                    yes,
                    Element::button(Control::Unassign, "Give back", &carried(&about.id)),
                    done(&carried(&about.id)),
                ]
            };
            let below = match told.answer(&about.id) {
                Some(answer) => settled(answer, &about.id, links),
                None => vec![Block::actions(ROW, buttons())],
            };
            let blocks = std::iter::once(Block::paragraph(&sentence)).chain(below).collect();
            Content::new(&neutral(&sentence), blocks)
        }
        DirectMessage::NotYoursNow { actor, about, to } => sentence(&match to {
            Some(to) if to == actor => format!("{actor} took {}; it is not yours any more.", words::named(about)),
            Some(to) => format!("{actor} gave {} to {to}; it is not yours any more.", words::named(about)),
            None => format!("{actor} put {} back into the queue; it is not yours any more.", words::named(about)),
        }),
        DirectMessage::Returned { about, to } => {
            let whose =
                to.as_ref().map_or_else(|| "is in the queue again".to_owned(), |to| format!("belongs to {to} again"));
            sentence(&format!("You did not answer in time, so {} {whose}.", words::named(about)))
        }
        DirectMessage::Left { name, member, open } => {
            let what = match open {
                1 => "an open conversation".to_owned(),
                many => format!("{many} open conversations"),
            };
            let text = format!("{name} is not there any more and still owns {what}.");
            let carried = Carried { owner: Some(member.clone()), ..Carried::default() }.encode();
            let button = Element::button(Control::Requeue, "Re-queue all", &carried);
            Content::new(&neutral(&text), vec![Block::paragraph(&text), Block::actions(ROW, vec![button])])
        }
        DirectMessage::CannotNotify { name, why } => {
            sentence(&format!("The app can't notify {name}: {}", because(name, why)))
        }
        DirectMessage::Linked { by, member, waiting } => {
            let waits = match waiting {
                0 => "",
                1 => " What you asked for before is done now; I tell you what comes of it.",
                _ => " What you asked for before is done now; I tell you what comes of each.",
            };
            sentence(&format!("{by} linked you to {member} in dialnote, so you can use /dialnote now.{waits}"))
        }
        DirectMessage::RoutePaused { channel, archived } => {
            let way_out = match archived {
                true => "because it is archived. Choose another one: type /dialnote route in it.",
                false => "because I am not in it. Type /invite @dialnote there, and then /dialnote route again.",
            };
            let text = format!("<#{channel}> gets no cards any more, {way_out}");
            Content::new(&text, vec![Block::formatted(&text)])
        }
        DirectMessage::CaughtUp { away, notices, more } => caught_up(away.as_ref(), notices, *more, told, links),
        DirectMessage::Accepted { actor, about } => {
            sentence(&format!("{actor} takes care of {}.", words::named(about)))
        }
        DirectMessage::Noted { actor, about, note } => {
            let text = format!("{actor} added a note about {}, which is yours.", words::named(about));
            let blocks = std::iter::once(Block::paragraph(&text)).chain(parts::quoted(note)).collect();
            Content::new(&neutral(&format!("{text} “{note}”")), blocks)
        }
    }
}

fn sentence(text: &str) -> Content {
    Content::new(&neutral(text), vec![Block::paragraph(text)])
}

fn given(handoff: bool) -> &'static str {
    if handoff { "handed" } else { "assigned" }
}

/// Returns the notice of a conversation that the reader now owns, with the answer, or with buttons for one.
fn yours(
    text: &str,
    conversation: &Conversation,
    note: &str,
    (told, asks): (&Occasion, bool),
    links: &Links,
) -> Content {
    let (id, value) = (&conversation.id, Carried::showing(conversation).encode());
    let mut blocks = vec![Block::paragraph(text)];
    blocks.extend(parts::quoted(note));
    blocks.extend(conversation.last_activity.as_ref().map(|last| Block::small(&happened(last))));
    let answer = told.answer(id);
    blocks.extend(answer.map(answered));
    let mut buttons = if asks && answer.is_none() { answers(&value) } else { Vec::new() };
    if matches!(answer, None | Some(Answer::Accepted | Answer::Kept)) {
        buttons.push(done(&value));
    }
    buttons.push(open(id, links));
    blocks.push(Block::actions(ROW, buttons));
    let text = if note.is_empty() { text.to_owned() } else { format!("{text} “{note}”") };
    Content::new(&neutral(&text), blocks)
}

/// Returns the notices of changes during an absence.
fn caught_up(
    away: Option<&Absence>,
    notices: &[DirectMessage],
    more: usize,
    told: &Occasion,
    links: &Links,
) -> Content {
    let changes = match notices.len() + more {
        1 => "1 change concerns you:".to_owned(),
        many => format!("{many} changes concern you:"),
    };
    let parts: Vec<_> = notices.iter().map(|notice| part(notice, told, links)).collect();
    let texts: Vec<_> = parts.iter().map(|part| part.text.as_str()).collect();
    let text = format!("{} {} {}", neutral(absence_view::plain(away)), changes, texts.join(" "));
    let mut blocks = vec![Block::formatted(&format!("{} {changes}", absence_view::markup(away)))];
    for part in parts {
        blocks.push(Block::divider());
        blocks.extend(part.blocks);
    }
    blocks.extend(
        (more > 0).then(|| Block::paragraph(&format!("And {more} more: type /inbox to see your conversations."))),
    );
    Content::new(&text, blocks)
}

/// Returns the notice of several conversations that the reader now owns.
fn several(actor: &str, abouts: &[About], note: &str, handoff: bool, (told, links): (&Occasion, &Links)) -> Content {
    let text = format!("{actor} {} {} conversations to you.", given(handoff), abouts.len());
    let mut blocks = vec![Block::paragraph(&text)];
    blocks.extend(parts::quoted(note));
    for about in abouts.iter().take(MOST_NAMED) {
        blocks.push(Block::paragraph(&words::named(about)));
        blocks.extend(to_answer(&about.id, told, links));
    }
    let more = abouts.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        blocks.push(Block::paragraph(&format!("And {more} more: type /inbox to see all that is yours.")));
    }
    Content::new(&neutral(&text), blocks)
}

/// Returns the buttons for an answer, or the answer.
fn to_answer(id: &ConversationId, told: &Occasion, links: &Links) -> Vec<Block> {
    match told.answer(id) {
        Some(answer) => settled(answer, id, links),
        None => vec![Block::actions(ROW, answers(&carried(id)))],
    }
}

/// Returns an answer, with a link to the conversation if its hand-off ended in another way.
fn settled(answer: &Answer, id: &ConversationId, links: &Links) -> Vec<Block> {
    let way = matches!(answer, Answer::Ended(_)).then(|| Block::actions(ROW, vec![open(id, links)]));
    std::iter::once(answered(answer)).chain(way).collect()
}

fn open(id: &ConversationId, links: &Links) -> Element {
    Element::link(Control::Open, "Open in dialnote", links.to(id))
}

fn answers(value: &str) -> Vec<Element> {
    vec![
        Element::button(Control::Accept, "Accept", value).styled(Style::Primary),
        Element::button(Control::GiveBack, "Give back", value),
    ]
}

fn done(value: &str) -> Element {
    Element::button(Control::Done, "Done", value)
}

fn answered(answer: &Answer) -> Block {
    Block::small(match answer {
        Answer::Accepted => ":white_check_mark: You take care of it.",
        Answer::Kept => ":white_check_mark: You are still on it.",
        Answer::GaveBack => ":leftwards_arrow_with_hook: You gave it back.",
        Answer::Done => ":white_check_mark: Done.",
        Answer::Gone => "It is not yours any more.",
        Answer::Ended(ended) => return Block::small_dated(&format!("{},", moved_on(ended)), ended.at),
    })
}

/// Describes how a hand-off ended: "Reassigned to Leo by Maya".
fn moved_on(Ended { what, by, .. }: &Ended) -> String {
    let by = match by {
        EndedBy::You => " by you".to_owned(),
        EndedBy::Colleague(name) => format!(" by {name}"),
        EndedBy::Dialnote => " in dialnote".to_owned(),
        EndedBy::Time => String::new(),
    };
    match what {
        Ending::Reassigned(to) => format!("Reassigned to {to}{by}"),
        Ending::LeaseLost => format!("Taken over{by}"),
        Ending::Unassigned => format!("Unassigned{by}"),
        Ending::Done => format!("Done{by}"),
        Ending::Returned(Some(to)) => format!("Returned to {to}{by}"),
        Ending::Returned(None) => format!("Returned and unassigned{by}"),
    }
}

/// Explains why a person can't be notified, and what an admin can do.
pub(crate) fn because(name: &str, why: &Why) -> String {
    format!("{} {}", reason(why), what_to_do(name, why))
}

fn what_to_do(name: &str, why: &Why) -> String {
    match why {
        Why::Deactivated => format!("Reassign the conversations that {name} owns, or reactivate the account."),
        Why::NoMessagesTab => "Turn on the Messages tab in the app's settings, under App Home.".to_owned(),
        Why::Restricted => "Allow the app to post, under the workspace's permissions for messaging.".to_owned(),
        Why::Bot => "Link a person's account instead with /dialnote link.".to_owned(),
        Why::NotFound | Why::GaveUp | Why::Other(_) => {
            format!("Check whether {name} can find the app in Slack. /dialnote doctor shows when it works again.")
        }
    }
}

fn carried(id: &ConversationId) -> String {
    Carried::conversation(id).encode()
}
