//! What was done is of no use to those who do not hear of it, and a nuisance to those who need not:
//! once the calls of a plan are made, this says who is told what.

use jiff::Timestamp;

use crate::domain::asker::{Asker, Via};
use crate::domain::command::Act;
use crate::domain::conversation::Status;
use crate::domain::message::{Again, Deed, Event, Face, Line, Message, Notice, Say, What};
use crate::domain::plan::{Call, Plan, Progress};
use crate::domain::refusal::{About, Refusal};
use crate::ids::ChannelId;

/// Says who has to hear what after the plan was carried out, all of it or up to the refused note.
/// `cards` are the channels that have a card of the conversation.
pub fn messages(
    progress: &Progress,
    asker: &Asker,
    told: bool,
    cards: &[ChannelId],
    note_refused: Option<&Refusal>,
) -> Vec<Message> {
    let plan = &progress.plan;
    let noted = !plan.note.is_empty() && note_refused.is_none();
    let deed = Deed {
        about: About::from(&plan.before),
        what: plan.what(),
        from: plan.owner_before_if_other(),
        noted,
        picked: plan.picked.clone(),
    };
    let mut messages = Vec::new();
    match note_refused {
        Some(why) => {
            let say = Say::NoteRefused { deed, why: why.clone(), note: plan.note.clone() };
            messages.push(Message::Private { to: asker.addressee(), say });
        }
        None if told || !is_seen_on_card(asker) => {
            messages.push(Message::Private { to: asker.addressee(), say: Say::Done(deed) });
        }
        None => {}
    }
    messages.extend(on_cards(progress, asker, cards, noted));
    messages.extend(to_new_owner(progress, noted));
    messages.extend(to_old_owner(plan));
    messages
}

/// Somebody who clicks on a card sees the card change: that is the answer.
fn is_seen_on_card(asker: &Asker) -> bool {
    let in_channel = asker.channel.as_ref().is_some_and(|channel| !channel.is_direct());
    asker.via == Via::Clicked && in_channel && !asker.reply.as_ref().is_some_and(|reply| reply.replace)
}

fn on_cards(progress: &Progress, asker: &Asker, cards: &[ChannelId], noted: bool) -> Vec<Message> {
    let plan = &progress.plan;
    let line = Line {
        actor: plan.asker.name.clone(),
        what: plan.event(),
        note: if noted { plan.note.clone() } else { String::new() },
    };
    let here = asker.channel.iter().filter(|channel| !channel.is_direct() && !cards.contains(channel));
    let mut messages = Vec::new();
    for channel in here.chain(cards) {
        messages.push(Message::Card {
            channel: channel.clone(),
            face: progress.face(),
            asker: (asker.channel.as_ref() == Some(channel)).then(|| asker.addressee()),
        });
        messages.push(Message::Line {
            channel: channel.clone(),
            conversation: plan.before.id.clone(),
            line: line.clone(),
        });
    }
    messages
}

fn to_new_owner(progress: &Progress, noted: bool) -> Option<Message> {
    let plan = &progress.plan;
    let to = plan.to.as_ref().filter(|to| to.member != plan.asker.member)?;
    let user = to.user.clone()?;
    let actor = plan.asker.name.clone();
    let note = if noted { plan.note.clone() } else { String::new() };
    let notice = match plan.event() {
        Event::Took { .. } | Event::Assigned { .. } | Event::HandedOff { .. } => Notice::YoursNow {
            actor,
            conversation: Box::new(progress.now.clone()),
            note,
            handoff: matches!(plan.act, Act::Handoff(_)),
        },
        Event::Noted => Notice::Noted { actor, about: About::from(&plan.before), note },
        Event::Undone(Again::OwnedBy(_)) => {
            Notice::YoursNow { actor, conversation: Box::new(progress.now.clone()), note, handoff: false }
        }
        Event::Unassigned { .. }
        | Event::Done
        | Event::Reopened
        | Event::Snoozed(_)
        | Event::Woke
        | Event::Undone(_) => return None,
    };
    Some(Message::Direct { user, notice })
}

fn to_old_owner(plan: &Plan) -> Option<Message> {
    let from = plan.from.as_ref()?;
    let stays = plan.to.as_ref().is_some_and(|to| to.member == from.member);
    if stays || from.member == plan.asker.member {
        return None;
    }
    let notice = Notice::NotYoursNow {
        actor: plan.asker.name.clone(),
        about: About::from(&plan.before),
        to: plan.to.as_ref().map(|to| to.name.clone()),
    };
    Some(Message::Direct { user: from.user.clone()?, notice })
}

impl Progress {
    /// What the card shows now.
    pub fn face(&self) -> Face {
        let known = [&self.plan.to, &self.plan.from];
        let owner = self.now.owner.as_ref().map(|owner| {
            let party = known.into_iter().flatten().find(|party| party.member == owner.id);
            party.map_or_else(|| owner.name.clone(), |party| party.name.clone())
        });
        Face { conversation: self.now.clone(), owner }
    }
}

impl Plan {
    /// Whether nothing is done but writing a note.
    fn only_notes(&self) -> bool {
        matches!(self.calls.first(), Some(Call::AddNote { .. }))
    }

    fn to_name(&self) -> String {
        self.to.as_ref().map(|to| to.name.clone()).unwrap_or_default()
    }

    /// The owner before, unless that was the one who asks.
    fn owner_before_if_other(&self) -> Option<String> {
        let from = self.from.as_ref().filter(|from| from.member != self.asker.member)?;
        Some(from.name.clone())
    }

    fn what(&self) -> What {
        let mine = self.to.as_ref().is_some_and(|to| to.member == self.asker.member);
        match &self.act {
            Act::Note | Act::History => What::Noted,
            Act::Undo => What::Undone(self.again()),
            _ if self.only_notes() => What::OnlyNoted,
            Act::Assign(_) | Act::Take { .. } | Act::Handoff(_) if mine => What::Mine,
            Act::Assign(_) | Act::Take { .. } => What::Theirs(self.to_name()),
            Act::Handoff(_) => What::HandedTo(self.to_name()),
            Act::Unassign => What::Unassigned,
            Act::Done => What::Done,
            Act::Reopen => What::Reopened,
            Act::Snooze(_) => self.until().map_or(What::Woken, What::Snoozed),
            Act::Wake => What::Woken,
        }
    }

    /// How it is after the undoing.
    fn again(&self) -> Again {
        match self.calls.first() {
            Some(Call::SetStatus(Status::Done)) => Again::Done,
            Some(Call::SetStatus(_)) => Again::Open,
            Some(Call::Snooze(_)) => Again::Snoozed,
            _ => self.to.as_ref().map_or(Again::Queued, |to| Again::OwnedBy(to.name.clone())),
        }
    }

    /// Until when it is put away, if it is.
    fn until(&self) -> Option<Timestamp> {
        self.calls.iter().find_map(|call| match call {
            Call::Snooze(until) => Some(*until),
            _ => None,
        })
    }

    /// What happened, for everybody who reads of it.
    pub fn event(&self) -> Event {
        let from = self.from.as_ref().map(|from| from.name.clone());
        match self.what() {
            What::OnlyNoted | What::Noted => Event::Noted,
            What::Mine => Event::Took { from },
            What::Theirs(to) => Event::Assigned { from, to },
            What::HandedTo(to) => Event::HandedOff { to },
            What::Unassigned => Event::Unassigned { from: self.owner_before_if_other() },
            What::Done => Event::Done,
            What::Reopened => Event::Reopened,
            What::Snoozed(until) => Event::Snoozed(until),
            What::Woken => Event::Woke,
            What::Undone(again) => Event::Undone(again),
        }
    }
}
