//! Direct messages about changes that concern a person and that another person made. Several changes at about the
//! same time share a message, each with its own buttons.

use jiff::Timestamp;

use crate::cards::controls::Place;
use crate::cards::{controls, view};
use crate::commands::sweep_view;
use crate::core::about::About;
use crate::core::absence::Absence;
use crate::core::answer::{Answer, AnswerBy};
use crate::core::auto_assign::PoolTrouble;
use crate::core::automation::{ReturnTo, inactive_for};
use crate::core::card_view::CardView;
use crate::core::click::row;
use crate::core::control::Control;
use crate::core::conversation::{Conversation, Links};
use crate::core::direct_message::DirectMessage;
use crate::core::event::is_elsewhere;
use crate::core::ids::ChannelId;
use crate::core::sweep::Sweep;
use crate::core::text::cut;
use crate::notifications::digest_view::capital;
use crate::notifications::occasion::{MOST_NAMED, Occasion};
use crate::notifications::outcome_view::{answered, is_over, outcome};
use crate::notifications::{absence_view, loss_view, report_view, target_words, unreachable_words, while_away_view};
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::{Block, Content, fit};
use crate::platform::slack::blocks::markup::{Emoji, Markup};
use crate::platform::slack::blocks::mrkdwn::utc;
use crate::platform::slack::blocks::words;

/// The most characters of a notification.
const NOTIFICATION: usize = 1000;

/// The temporary block id of a row of buttons, until it gets its own.
const ROW: &str = "row:000:";

/// Returns the direct message.
pub(crate) fn message(told: &Occasion, links: &Links) -> Content {
    let MessagePart { text, blocks } = said(told, links);
    Content::new(&text, blocks)
}

/// Returns the direct message, or `None` if one message can't hold all of it.
pub(crate) fn whole_message(told: &Occasion, links: &Links) -> Option<Content> {
    let MessagePart { text, blocks } = said(told, links);
    fit(&blocks).then(|| Content::new(&text, blocks))
}

/// A part of a direct message: its words for notifications, and its blocks.
struct MessagePart {
    text: String,
    blocks: Vec<Block>,
}

impl MessagePart {
    fn line(line: &Markup) -> Self {
        Self { text: line.words(), blocks: vec![line.paragraph()] }
    }
}

fn said(told: &Occasion, links: &Links) -> MessagePart {
    let parts: Vec<_> = told.notices.iter().map(|notice| part(notice, told, links)).collect();
    joined(parts)
}

/// Joins parts, with a line between them. Each row of controls gets a block id of its own (docs/contracts/slack.md
/// §12.2), because a conversation may occur twice.
fn joined(parts: Vec<MessagePart>) -> MessagePart {
    let text = parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(" ");
    let mut blocks = Vec::new();
    for (nth, part) in parts.into_iter().enumerate() {
        blocks.extend((nth > 0).then(Block::divider));
        blocks.extend(part.blocks);
    }
    for (nth, block) in blocks.iter_mut().enumerate() {
        if let Block::Actions { block_id, .. } = block {
            *block_id = numbered(block_id, nth);
        }
    }
    MessagePart { text: cut(&text, NOTIFICATION), blocks }
}

/// Returns the block id of a row with its number.
fn numbered(block_id: &str, nth: usize) -> String {
    let carried = block_id.find('{').and_then(|begin| block_id.get(begin..)).unwrap_or_default();
    format!("{}:{carried}", row(nth))
}

fn part(notice: &DirectMessage, told: &Occasion, links: &Links) -> MessagePart {
    match notice {
        DirectMessage::YoursNow { actor, conversation, note, handoff, answer_by, reason } => {
            let reason = reason.as_ref().map(|reason| format!(" ({})", reason.words())).unwrap_or_default();
            let gift = Gift { actor, conversation, note, handoff: *handoff, answer_by: *answer_by, reason };
            given(&gift, told, links)
        }
        DirectMessage::BackToYou { actor, conversation, note, late } => {
            let line = match late {
                true => name(actor).ours(" didn't respond in time. You're the owner of ").bold(&conversation.title()),
                false => name(actor).ours(" declined ").bold(&conversation.title()).ours(". You're the owner"),
            };
            yours(&line.ours(" again."), conversation, Some((actor, note)), told, links)
        }
        DirectMessage::YoursElsewhere { conversation } => yours(
            &name(&conversation.title()).ours(" was assigned to you in dialnote."),
            conversation,
            None,
            told,
            links,
        ),
        DirectMessage::Back { conversation, heard: true } => {
            let line = name(&conversation.title()).ours(" got in touch again and is open. You own it.");
            yours(&line, conversation, None, told, links)
        }
        DirectMessage::Back { conversation, heard: false } => {
            let line = Markup::of("Snooze ended: ").bold(&conversation.title()).ours(". You own it.");
            yours(&line, conversation, None, told, links)
        }
        DirectMessage::AnswerDue { conversation, due } => {
            let line = Markup::of("Answer ").bold(&conversation.title()).ours(" by ").time(*due).ours(". You own it.");
            yours(&line, conversation, None, told, links)
        }
        DirectMessage::AnswerOverdue { conversation, due } => {
            let line = name(&conversation.title()).ours(" is overdue: your answer was due ").time(*due).ours(".");
            yours(&line, conversation, None, told, links)
        }
        DirectMessage::TargetMissed { conversation, limit, due, owner } => {
            let line = target_words::missed(name(&conversation.title()), *limit, owner.as_deref(), *due);
            let row = Element::link(Control::Open, "Open in dialnote", links.to(&conversation.id));
            let row = Block::actions("", vec![row.about(&conversation.title())]);
            let blocks = about(line.clone(), conversation, None, links).into_iter().chain([row]).collect();
            MessagePart { text: line.words(), blocks }
        }
        DirectMessage::SeveralYours { actor, abouts, note, handoff } => {
            several(actor, abouts, note, *handoff, (told, links))
        }
        DirectMessage::YoursAgain { actor, abouts } => yours_again(actor, abouts, told, links),
        DirectMessage::Reminder { actor, about, note, until } => reminder(actor, about, (note, *until), told, links),
        DirectMessage::StillOnIt { about, hours, until, then } => {
            still_on_it(about, *hours, until.map(|until| (until, *then)), (told, links))
        }
        DirectMessage::NotYoursNow { actor, about, to, reason } => {
            MessagePart::line(&loss_view::lost(actor, about, to.as_deref(), reason.as_ref()))
        }
        DirectMessage::SeveralNotYours { actor, abouts, to } => {
            MessagePart::line(&loss_view::several_lost(actor, abouts, to.as_deref()))
        }
        DirectMessage::WeeklyReport { channel, report } => {
            let why = Markup::of("Only visible to you, because ").channel(channel);
            let why = why.ours(" hides numbers and messages or is shared with others.").small();
            let blocks = report_view::in_words(report).into_iter().chain([why]).collect();
            MessagePart { text: report.text.clone(), blocks }
        }
        DirectMessage::Returned { about, to } => {
            let line = Markup::of("You didn't respond in time, so ").bold(&about.title);
            MessagePart::line(&match to {
                Some(to) => line.ours(" returned to ").bold(to).ours("."),
                None => line.ours(" is unassigned."),
            })
        }
        DirectMessage::Left { name: who, member, open } => {
            let line = name(who).ours(&format!(" left and still owns {}.", sweep_view::counted(*open)));
            let sweep = Sweep { owner: member.clone(), name: who.clone(), of: *open };
            let buttons = Block::actions("", sweep_view::buttons(&sweep, None));
            MessagePart { blocks: vec![line.paragraph(), buttons], ..MessagePart::line(&line) }
        }
        DirectMessage::CannotNotify { name: who, why } => MessagePart::line(
            &Markup::of("The app can't notify ").bold(who).ours(": ").text(&unreachable_words::because(who, why)),
        ),
        DirectMessage::Linked { by, member, waiting } => {
            let line = name(by).ours(" linked you to ").bold(member).ours(" in dialnote. You can use ");
            MessagePart::line(&line.code("/dialnote").ours(" now.").ours(match waiting {
                0 => "",
                1 => " Your saved command runs now.",
                _ => " Your saved commands run now.",
            }))
        }
        DirectMessage::RoutePaused { channel, archived: true } => {
            let line = Markup::default().channel(channel).ours(" is archived and gets no more cards. Type ");
            MessagePart::line(&line.code("/dialnote route").ours(" in the channel that gets them instead."))
        }
        DirectMessage::RoutePaused { channel, archived: false } => {
            let line = Markup::of("The app can't post in ").channel(channel).ours(" because it isn't a member. Type ");
            MessagePart::line(&line.code("/invite @dialnote").ours(" there, then ").code("/dialnote route").ours("."))
        }
        DirectMessage::WhileAway { returned, more } => {
            let (text, blocks) = while_away_view::message(returned, *more, links);
            MessagePart { text, blocks }
        }
        DirectMessage::NoOneToPick { channel, pool, why } => MessagePart::line(&no_one_to_pick(channel, pool, *why)),
        DirectMessage::CaughtUp { away, notices, more } => caught_up(away.as_ref(), notices, *more, told, links),
        DirectMessage::Accepted { actor, about } => {
            MessagePart::line(&name(actor).ours(" accepted ").bold(&about.title).ours("."))
        }
        DirectMessage::Noted { actor, about, note } => {
            let line = if is_elsewhere(actor) {
                Markup::of("A note was added to ").bold(&about.title).ours(" in dialnote. You own it.")
            } else {
                name(actor).ours(" added a note to ").bold(&about.title).ours(", which you own.")
            };
            let text = format!("{} “{note}”", line.words());
            MessagePart { text, blocks: vec![line.paragraph(), Block::quote(None, note)] }
        }
    }
}

fn no_one_to_pick(channel: &ChannelId, pool: &str, why: PoolTrouble) -> Markup {
    let line =
        Markup::of("Conversations in ").channel(channel).ours(" aren't assigned: ").text(&why.words(pool)).ours(". ");
    match why {
        PoolTrouble::Unreadable => {
            line.ours("Ask an admin to allow ").code("usergroups:read").ours(", or choose people instead.")
        }
        PoolTrouble::Empty => line.ours("Add someone to it, or choose other people."),
        PoolTrouble::NoneLinked => {
            line.ours("Link them with ").code("/dialnote link").ours(", or choose other people.")
        }
    }
}

fn name(who: &str) -> Markup {
    Markup::default().bold(who)
}

/// A conversation that the reader was given.
struct Gift<'a> {
    actor: &'a str,
    conversation: &'a Conversation,
    note: &'a str,
    handoff: bool,
    answer_by: Option<AnswerBy>,
    /// The reason in brackets, if the app did it by itself.
    reason: String,
}

/// Returns the notice of a conversation that the reader was given, with the row that asks for an answer, or with the
/// answer.
fn given(gift: &Gift<'_>, told: &Occasion, links: &Links) -> MessagePart {
    let Gift { actor, conversation, note, handoff, answer_by, reason } = gift;
    let answer = told.answer(&conversation.id);
    if let Some(end) = answer.filter(|answer| is_over(answer)) {
        return ended(end, &About::from(*conversation), links);
    }
    let deed = if *handoff { " handed a conversation off to you" } else { " assigned a conversation to you" };
    let line = name(actor).ours(deed).text(reason).ours(".");
    let mut blocks = about(line, conversation, Some((actor, note)), links);
    blocks.extend(answer_by.filter(|_| answer.is_none()).map(|by| deadline(by, actor).small()));
    let place = if answer.is_none() { Place::Asks } else { Place::Owner };
    blocks.push(controls::actions(conversation, links, place, Some(ROW)));
    let blocks = answer.map(answered).into_iter().chain(blocks).collect();
    MessagePart { text: gift.text(answer), blocks }
}

impl Gift<'_> {
    /// Returns the whole notice in words.
    fn text(&self, answer: Option<&Answer>) -> String {
        let title = self.conversation.title();
        let last = self.conversation.last_activity.as_ref().map(|last| view::activity(last).1);
        let facts: Vec<_> = last.into_iter().chain(view::shared_number(self.conversation)).collect();
        let note = if self.note.is_empty() { String::new() } else { format!(": “{}”", self.note) };
        let by = self.answer_by.map_or_else(String::new, |by| format!(" Accept by {}.", utc(by.reminder)));
        match (answer, self.handoff) {
            (Some(_), _) => format!("You accepted {title}. {}", facts.join(" · ")),
            (None, true) => format!("{} handed {title} off to you{note}.{by} {}", self.actor, facts.join(" · ")),
            (None, false) => {
                format!("{} assigned {title} to you{}{note}. {}", self.actor, self.reason, facts.join(" · "))
            }
        }
    }
}

/// Says when the reminder comes, and when the conversation returns.
fn deadline(by: AnswerBy, actor: &str) -> Markup {
    let line = Markup::default().emoji(Emoji::WAITING).ours("Accept by ").clock(by.reminder);
    line.ours(", or you get a reminder. At ").clock(by.end).ours(" it returns to ").text(actor).ours(".")
}

/// Returns the notice of a conversation that the reader owns without having to accept it.
fn yours(
    line: &Markup,
    conversation: &Conversation,
    note: Option<(&String, &String)>,
    told: &Occasion,
    links: &Links,
) -> MessagePart {
    let answer = told.answer(&conversation.id);
    if let Some(end) = answer.filter(|answer| is_over(answer)) {
        return ended(end, &About::from(conversation), links);
    }
    let note = note.map(|(by, note)| (by.as_str(), note.as_str()));
    let blocks = about(line.clone(), conversation, note, links);
    let row = controls::actions(conversation, links, Place::Owner, Some(ROW));
    let words = note.filter(|(_, note)| !note.is_empty()).map(|(_, note)| format!(" “{note}”"));
    let text = format!("{}{}", line.words(), words.unwrap_or_default());
    MessagePart { text, blocks: answer.map(answered).into_iter().chain(blocks).chain([row]).collect() }
}

/// Returns what was done, the contact and what came in, and the words of the note or of the contact.
fn about(line: Markup, conversation: &Conversation, note: Option<(&str, &str)>, links: &Links) -> Vec<Block> {
    let note = note.filter(|(_, note)| !note.is_empty());
    let quote = match note {
        Some((by, note)) => Some(Block::quote(Some(by), note)),
        None => view::quote(&CardView::new(conversation.clone(), None)),
    };
    let line = line.then("\n", view::about(conversation, links)).paragraph();
    std::iter::once(line).chain(quote).collect()
}

/// Returns the notices of changes during an absence.
fn caught_up(
    away: Option<&Absence>,
    notices: &[DirectMessage],
    more: usize,
    told: &Occasion,
    links: &Links,
) -> MessagePart {
    let changes = match notices.len() + more {
        1 => "1 change concerns you:".to_owned(),
        many => format!("{many} changes concern you:"),
    };
    let line = absence_view::sentence(away).ours(&format!(" {changes}"));
    let mut parts = vec![MessagePart::line(&line)];
    parts.extend(notices.iter().map(|notice| part(notice, told, links)));
    let rest = format!("And {more} more. Type /inbox to see your conversations.");
    parts.extend((more > 0).then(|| MessagePart::line(&Markup::of(&rest))));
    joined(parts)
}

/// Returns the notice of several conversations that the reader now owns.
fn several(
    actor: &str,
    abouts: &[About],
    note: &str,
    handoff: bool,
    (told, links): (&Occasion, &Links),
) -> MessagePart {
    let done = if handoff {
        format!(" handed {} conversations off to you.", abouts.len())
    } else {
        format!(" assigned {} conversations to you.", abouts.len())
    };
    let line = name(actor).ours(&done);
    let mut blocks = vec![line.paragraph()];
    blocks.extend((!note.is_empty()).then(|| Block::quote(Some(actor), note)));
    for (nth, about) in abouts.iter().take(MOST_NAMED).enumerate() {
        blocks.extend((nth > 0).then(Block::divider));
        blocks.extend(one_of_several(about, told, links));
    }
    let more = abouts.len().saturating_sub(MOST_NAMED);
    let rest = format!("And {more} more. Type /inbox to see all your conversations.");
    blocks.extend((more > 0).then(|| Block::paragraph(&rest)));
    let titles: Vec<_> = abouts.iter().map(|about| about.title.as_str()).collect();
    let note = if note.is_empty() { String::new() } else { format!(" “{note}”") };
    let text =
        format!("{} {}.{note}", line.words().trim_end_matches('.').to_owned() + ":", words::listed_most(&titles));
    MessagePart { text, blocks }
}

/// Returns the notice of conversations that the reader owns as before, because a change was undone. There is nothing to
/// accept.
fn yours_again(actor: &str, abouts: &[About], told: &Occasion, links: &Links) -> MessagePart {
    let line = match abouts.len() {
        1 => name(actor).ours(" undid a change. You own this again:"),
        many => name(actor).ours(&format!(" undid a change. You own {many} conversations again:")),
    };
    let row = |about: &About| match told.answer(&about.id).filter(|answer| is_over(answer)) {
        Some(end) => ended(end, about, links).blocks,
        None => vec![contact(about, links).paragraph()],
    };
    let rest = abouts.len().saturating_sub(MOST_NAMED);
    let more = Markup::of(&format!("And {rest} more. Type /inbox to see all your conversations."));
    let mut blocks = vec![line.paragraph()];
    blocks.extend(abouts.iter().take(MOST_NAMED).flat_map(row));
    blocks.extend((rest > 0).then(|| more.paragraph()));
    let titles: Vec<_> = abouts.iter().map(|about| about.title.as_str()).collect();
    MessagePart { text: format!("{} {}.", line.words(), words::listed_most(&titles)), blocks }
}

fn one_of_several(about: &About, told: &Occasion, links: &Links) -> Vec<Block> {
    let named = contact(about, links);
    match told.answer(&about.id) {
        Some(end) if is_over(end) => ended(end, about, links).blocks,
        Some(answer) => vec![named.paragraph(), answered(answer)],
        None => vec![named.paragraph(), controls::to_answer(about, links, ROW)],
    }
}

/// Names a contact, as a link, with the number.
fn contact(about: &About, links: &Links) -> Markup {
    let line = Markup::default().link(&about.title, links.to(&about.id));
    line.then(" · ", Markup::default().text(&about.number))
}

fn reminder(
    actor: &str,
    about: &About,
    (note, until): (&str, Option<Timestamp>),
    told: &Occasion,
    links: &Links,
) -> MessagePart {
    if let Some(end) = told.answer(&about.id).filter(|answer| is_over(answer)) {
        return ended(end, about, links);
    }
    let line = Markup::of("Reminder: ")
        .bold(actor)
        .ours(" handed ")
        .link(&about.title, links.to(&about.id))
        .ours(" off to you.");
    let line = match until {
        Some(until) => line.ours(" Accept by ").clock(until).ours(", or it returns to ").text(actor).ours("."),
        None => line,
    };
    let text = line.words();
    let mut blocks = vec![line.paragraph()];
    blocks.extend((!note.is_empty()).then(|| Block::quote(Some(actor), note)));
    blocks.push(match told.answer(&about.id) {
        Some(answer) => answered(answer),
        None => controls::to_answer(about, links, ROW),
    });
    MessagePart { text, blocks }
}

/// Returns the question whether the reader still works on a conversation, with what happens if they do nothing.
fn still_on_it(
    about: &About,
    hours: u16,
    then: Option<(Timestamp, ReturnTo)>,
    (told, links): (&Occasion, &Links),
) -> MessagePart {
    if let Some(end) = told.answer(&about.id).filter(|answer| is_over(answer)) {
        return ended(end, about, links);
    }
    let line = Markup::of("Still working on ").link(&about.title, links.to(&about.id));
    let line = line.ours(&format!("? {}.", capital(&inactive_for(hours))));
    if let Some(answer) = told.answer(&about.id) {
        return MessagePart { text: line.words(), blocks: vec![line.paragraph(), answered(answer)] };
    }
    let below = controls::still_on_it(about, links, ROW);
    let Some(then) = then.map(|(until, to)| returns(until, to)) else {
        return MessagePart { text: line.words(), blocks: vec![line.paragraph(), below] };
    };
    let text = format!("{} {}", line.words(), then.words());
    MessagePart { text, blocks: vec![line.paragraph(), then.small(), below] }
}

/// Says what happens to an inactive conversation, and when.
fn returns(until: Timestamp, to: ReturnTo) -> Markup {
    let line = Markup::default().emoji(Emoji::WAITING).ours("If nothing happens by ").time(until);
    line.ours(match to {
        ReturnTo::Queue => ", it's unassigned.",
        ReturnTo::Next => ", it goes to the next person who can take it.",
    })
}

/// Returns a message that no longer applies: one line, and the way to dialnote.
fn ended(answer: &Answer, about: &About, links: &Links) -> MessagePart {
    let name = Markup::default().link(&about.title, links.to(&about.id)).ours(" · ");
    let line = name.then("", outcome(answer));
    let open = Element::link(Control::Open, "Open in dialnote", links.to(&about.id)).about(&words::spoken(about));
    MessagePart { text: line.words(), blocks: vec![Block::line(&line, Some(open))] }
}
