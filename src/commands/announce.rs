//! Decides who is notified of a carried-out plan. A result is of no use to people who do not hear of it, and a
//! nuisance to people who need not.

use jiff::Timestamp;

use crate::commands::facts::Plan;
use crate::commands::plan::Progress;
use crate::commands::reply_view;
use crate::commands::result::{CommandResult, Hidden, Reply, ResultKind};
use crate::core::about::About;
use crate::core::answer::{Answer, Ended, EndedBy, Ending};
use crate::core::automation::AutomaticReason;
use crate::core::call::Call;
use crate::core::card_view::{CardNote, CardView};
use crate::core::command::Action;
use crate::core::conversation::{State, Status};
use crate::core::direct_message::DirectMessage;
use crate::core::event::{Again, Event, HistoryEntry, ThreadEntry};
use crate::core::ids::{ChannelId, SlackUserId};
use crate::core::refusal::Refusal;
use crate::core::request_context::{RequestContext, Via};
use crate::core::verbs::Verb;
use crate::jobs::outbox::announcement::Announcement;
use crate::jobs::outbox::cards::PostCard;
use crate::jobs::outbox::direct::{MarkDirect, SendDirect, ShowAnswer};

/// The end of a plan: all of its calls were made, or all up to the note.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Concluded<'a> {
    /// The plan and its progress.
    pub progress: &'a Progress,
    /// The id of the act that the plan is part of.
    pub act: &'a str,
    /// The reason why its note was refused, if it was.
    pub note_refused: Option<&'a Refusal>,
    /// The time by which a hand-off has to be accepted, if there is one.
    pub until: Option<Timestamp>,
}

/// Returns whether the requester is answered in words after the plan was carried out. `told` is true if the requester
/// knows that the command was delayed.
pub(crate) fn is_answered(ending: Concluded<'_>, requester: &RequestContext, told: bool) -> bool {
    // No one reads an answer to a command that a timer or a workflow started.
    let is_asked = requester.via.has_a_reader();
    let is_seen = is_seen_on_card(requester) || on_direct_message(ending, requester, Timestamp::MIN).is_some();
    is_asked && (ending.note_refused.is_some() || told || !is_seen)
}

/// Returns the messages about a plan, whether all of it was carried out or all up to the refused note. `cards` are the
/// channels that have a card of the conversation.
pub(crate) fn announcement(
    ending: Concluded<'_>,
    requester: &RequestContext,
    cards: &[ChannelId],
    now: Timestamp,
) -> Announcement {
    let Concluded { progress, note_refused, .. } = ending;
    let plan = &progress.plan;
    let noted = !plan.note.is_empty() && note_refused.is_none();
    let directs = [to_new_owner(progress, noted), to_old_owner(plan), to_giver(progress, noted)];
    Announcement {
        answered: on_direct_message(ending, requester, now),
        marks: on_older_messages(plan, now).into_iter().collect(),
        directs: directs.into_iter().flatten().collect(),
        ..on_cards(progress, requester, cards, (noted, now))
    }
}

/// Returns the update of the direct message in which the requester answered: it shows the answer.
fn on_direct_message(ending: Concluded<'_>, requester: &RequestContext, now: Timestamp) -> Option<ShowAnswer> {
    let plan = &ending.progress.plan;
    let answered = match plan.event() {
        Event::Did(Verb::Accept) => Answer::Accepted(now),
        Event::Did(Verb::Keep) => Answer::Kept,
        Event::GaveBack { .. } => Answer::GaveBack,
        Event::Unassigned { .. } => Answer::Ended(Ended { what: Ending::Unassigned, by: EndedBy::You, at: now }),
        Event::Done => Answer::Done,
        _ => return None,
    };
    Some(ShowAnswer {
        to: requester.addressee(),
        ts: requester.message.clone()?,
        conversation: plan.before.id.clone(),
        answer: answered,
        otherwise: reply_view::content(&Concluded { until: None, ..ending }.answer(), None),
    })
}

/// Notifies the person who assigned the conversation of the answer.
fn to_giver(progress: &Progress, noted: bool) -> Option<SendDirect> {
    let plan = &progress.plan;
    let giver = plan.giver.as_ref().filter(|giver| giver.member != plan.requester.member)?;
    let actor = plan.requester.name.clone();
    let notice = match plan.event() {
        Event::Did(Verb::Accept) => DirectMessage::Accepted { actor, about: About::from(&plan.before) },
        event @ (Event::GaveBack { .. } | Event::Returned { .. }) => DirectMessage::BackToYou {
            actor,
            conversation: Box::new(progress.now.clone()),
            note: if noted { plan.note.clone() } else { String::new() },
            late: matches!(event, Event::Returned { .. }),
        },
        _ => return None,
    };
    Some(SendDirect::new(giver.user.clone()?, notice))
}

/// Updates the direct messages that gave the conversation to its previous owner: they show the outcome.
fn on_older_messages(plan: &Plan, at: Timestamp) -> Option<MarkDirect> {
    let from = plan.from.as_ref()?;
    let user = from.user.clone()?;
    let actor =
        if user == plan.requester.user { EndedBy::You } else { EndedBy::Colleague(plan.requester.name.clone()) };
    let is_theirs = plan.to.as_ref().is_some_and(|to| to.member == from.member);
    let ended = |what, by| Some(Answer::Ended(Ended { what, by, at }));
    let answer = match (plan.event(), &plan.to) {
        (Event::Did(Verb::Accept), _) => Some(Answer::Accepted(at)),
        (Event::Done, _) => ended(Ending::Done, actor),
        _ if is_theirs => None,
        (Event::Undone(_), _) => ended(Ending::Undone, actor),
        (Event::Returned { to }, _) => ended(Ending::Returned(to), EndedBy::Time),
        (Event::GaveBack { .. }, _) => Some(Answer::GaveBack),
        (_, Some(to)) if to.member == plan.requester.member => ended(Ending::TakenOver, actor),
        (_, Some(to)) => ended(Ending::Reassigned(to.name.clone()), actor),
        (_, None) => ended(Ending::Unassigned, actor),
    };
    Some(MarkDirect { user, conversation: plan.before.id.clone(), answer: answer? })
}

impl Concluded<'_> {
    /// Returns the answer to the requester.
    pub(crate) fn answer(self) -> Reply {
        let deed = self.deed();
        match self.note_refused {
            Some(why) => {
                Reply::NoteRefused { deed: Box::new(deed), why: why.clone(), note: self.progress.plan.note.clone() }
            }
            None => Reply::Done(deed),
        }
    }

    /// Returns the result as the requester reads it.
    pub(crate) fn deed(self) -> CommandResult {
        let (plan, now) = (&self.progress.plan, &self.progress.now);
        let what = plan.what();
        let hidden = match now.status {
            Status::Open | Status::Other => None,
            Status::Done => Some(Hidden::Done),
            Status::Snoozed => Some(Hidden::Snoozed(now.snoozed_until)),
        };
        let hidden =
            hidden.filter(|_| matches!(what, ResultKind::Mine | ResultKind::Theirs(_) | ResultKind::HandedTo(_)));
        CommandResult {
            about: About::from(&plan.before),
            from: plan.owner_before_if_other(),
            noted: !plan.note.is_empty() && self.note_refused.is_none(),
            picked: plan.picked.clone(),
            receipts: Vec::new(),
            until: self.until,
            state: hidden.map(|_| State::from(now)),
            hidden,
            note_stays: plan.note_stays,
            undo: what.can_be_undone().then(|| self.act.to_owned()),
            what,
        }
    }
}

/// Returns whether the requester sees the result on the card: a click on a card or an emoji changes the card, so it needs
/// no words.
fn is_seen_on_card(requester: &RequestContext) -> bool {
    let in_channel = requester.channel.as_ref().is_some_and(|channel| !channel.is_direct());
    matches!(requester.via, Via::Clicked | Via::Reacted)
        && in_channel
        && !requester.reply.as_ref().is_some_and(|reply| reply.replace)
}

fn on_cards(
    progress: &Progress,
    requester: &RequestContext,
    cards: &[ChannelId],
    (noted, now): (bool, Timestamp),
) -> Announcement {
    let plan = &progress.plan;
    let entry = ThreadEntry {
        actor: plan.requester.name.clone(),
        what: plan.event(),
        note: if noted { plan.note.clone() } else { String::new() },
    };
    let here = requester.channel.iter().filter(|channel| !channel.is_direct() && !cards.contains(channel));
    let channels: Vec<_> = here.chain(cards).cloned().collect();
    let mut on_cards = Announcement::default();
    on_cards.add_entry(&channels, &plan.before.id, &entry);
    let is_asked = requester.via.has_a_reader();
    on_cards.cards.extend(channels.into_iter().map(|channel| PostCard {
        requester: (is_asked && requester.channel.as_ref() == Some(&channel)).then(|| requester.addressee()),
        channel,
        card_view: progress.card_view(now, noted),
    }));
    on_cards
}

fn to_new_owner(progress: &Progress, noted: bool) -> Option<SendDirect> {
    let plan = &progress.plan;
    let to = plan.to.as_ref().filter(|to| to.member != plan.requester.member)?;
    let user = to.user.clone()?;
    let actor = plan.requester.name.clone();
    let note = if noted { plan.note.clone() } else { String::new() };
    let event = plan.event();
    let reason = if let Event::Automatic { reason, .. } = &event { Some(reason.clone()) } else { None };
    let notice = match event {
        Event::Took { .. } | Event::Assigned { .. } | Event::HandedOff { .. } | Event::Automatic { .. } => {
            DirectMessage::YoursNow {
                actor,
                conversation: Box::new(progress.now.clone()),
                note,
                handoff: matches!(plan.act, Action::Handoff(_)),
                answer_by: None,
                reason,
            }
        }
        Event::Did(_) if !note.is_empty() => DirectMessage::Noted { actor, about: About::from(&plan.before), note },
        Event::Undone(Again::OwnedBy(_)) => {
            DirectMessage::YoursAgain { actor, abouts: vec![About::from(&progress.now)] }
        }
        _ => return None,
    };
    Some(SendDirect::new(user, notice))
}

fn to_old_owner(plan: &Plan) -> Option<SendDirect> {
    let from = plan.from.as_ref()?;
    let about = About::from(&plan.before);
    if let Event::Returned { to } = plan.event() {
        return Some(SendDirect::new(from.user.clone()?, DirectMessage::Returned { about, to }));
    }
    // An absent owner gets one message about all of them, once they are back.
    if matches!(plan.reason, Some(AutomaticReason::OwnerAway(_))) {
        return None;
    }
    let stays = plan.to.as_ref().is_some_and(|to| to.member == from.member);
    if stays || from.member == plan.requester.member {
        return None;
    }
    let notice = DirectMessage::NotYoursNow {
        actor: plan.requester.name.clone(),
        about,
        to: plan.to.as_ref().map(|to| to.name.clone()),
        reason: plan.reason.clone(),
    };
    Some(SendDirect::new(from.user.clone()?, notice))
}

impl Progress {
    /// Returns the card as it is now. `noted` is true if the plan's note was saved.
    pub fn card_view(&self, now: Timestamp, noted: bool) -> CardView {
        let known = [&self.plan.to, &self.plan.from];
        let owner = self.now.owner.as_ref().map(|owner| {
            let participant = known.into_iter().flatten().find(|participant| participant.member == owner.id);
            participant.map_or_else(|| owner.name.clone(), |participant| participant.name.clone())
        });
        let by = &self.plan.requester.name;
        let (what, text) = (self.plan.event(), &self.plan.note);
        let is_news = what.changes_state() || matches!(what, Event::Did(Verb::Accept | Verb::Keep));
        CardView {
            last: is_news.then(|| HistoryEntry { at: now, by: by.clone(), what }),
            note: (noted && !text.is_empty()).then(|| CardNote { by: Some(by.clone()), text: text.clone(), at: now }),
            ..CardView::new(self.now.clone(), owner)
        }
    }
}

impl Plan {
    /// Returns whether the plan only writes a note.
    fn only_notes(&self) -> bool {
        matches!(self.calls.first(), Some(Call::AddNote { .. }))
    }

    fn to_name(&self) -> String {
        self.to.as_ref().map(|to| to.name.clone()).unwrap_or_default()
    }

    /// Returns the name for colleagues of a participant of the plan; nothing, if `user` is no participant.
    pub(crate) fn name_of(&self, user: &SlackUserId) -> Option<&str> {
        let parties = [&self.to, &self.from, &self.giver].into_iter().flatten();
        let mut names = parties
            .filter(|participant| participant.user.as_ref() == Some(user))
            .map(|participant| participant.name.as_str());
        names.next()
    }

    /// Returns the previous owner's name, unless the requester was the previous owner.
    fn owner_before_if_other(&self) -> Option<String> {
        let from = self.from.as_ref().filter(|from| from.member != self.requester.member)?;
        Some(from.name.clone())
    }

    fn what(&self) -> ResultKind {
        let mine = self.to.as_ref().is_some_and(|to| to.member == self.requester.member);
        match &self.act {
            Action::Plain(verb) => ResultKind::Did(*verb),
            Action::History | Action::Show => ResultKind::Did(self.act.verb()),
            Action::GiveBack | Action::Return => ResultKind::GivenBack(self.to_name()),
            Action::Undo => ResultKind::Undone(self.again()),
            _ if self.only_notes() => ResultKind::OnlyNoted,
            Action::Assign(_) | Action::Take { .. } | Action::Handoff(_) if mine => ResultKind::Mine,
            Action::Assign(_) | Action::Take { .. } => ResultKind::Theirs(self.to_name()),
            Action::Handoff(_) => ResultKind::HandedTo(self.to_name()),
            Action::Unassign => ResultKind::Unassigned,
            Action::Done => ResultKind::Done,
            Action::Reopen => ResultKind::Reopened,
            Action::Snooze(_) => self.until().map_or(ResultKind::Woken, ResultKind::Snoozed),
            Action::Wake => ResultKind::Woken,
        }
    }

    /// Returns the state after an undo.
    fn again(&self) -> Again {
        match self.calls.first() {
            Some(Call::SetStatus(Status::Done)) => Again::Done,
            Some(Call::SetStatus(_)) => Again::Open,
            Some(Call::Snooze(_)) => Again::Snoozed,
            _ => self.to.as_ref().map_or(Again::Queued, |to| Again::OwnedBy(to.name.clone())),
        }
    }

    /// Returns the end of the snooze, if the plan snoozes the conversation.
    fn until(&self) -> Option<Timestamp> {
        self.calls.iter().find_map(|call| match call {
            Call::Snooze(until) => Some(*until),
            _ => None,
        })
    }

    /// Returns the event that threads, histories and digests show.
    pub fn event(&self) -> Event {
        let from = self.from.as_ref().map(|from| from.name.clone());
        if let Some(reason) = &self.reason {
            let to = self.to.as_ref().map(|to| to.name.clone());
            return Event::Automatic { from, to, reason: reason.clone() };
        }
        match self.what() {
            ResultKind::OnlyNoted => Event::Did(Verb::Note),
            ResultKind::Did(verb) => Event::Did(verb),
            ResultKind::Mine => Event::Took { from },
            ResultKind::Theirs(to) => Event::Assigned { from, to },
            ResultKind::HandedTo(to) => Event::HandedOff { to },
            ResultKind::Unassigned => Event::Unassigned { from: self.owner_before_if_other() },
            ResultKind::Done => Event::Done,
            ResultKind::Reopened => Event::Reopened,
            ResultKind::Snoozed(until) => Event::Snoozed(until),
            ResultKind::Woken => Event::Woke,
            ResultKind::Undone(again) => Event::Undone(again),
            ResultKind::GivenBack(_) if self.act == Action::Return => {
                Event::Returned { to: self.to.as_ref().map(|to| to.name.clone()) }
            }
            ResultKind::GivenBack(_) => Event::GaveBack { to: self.to.as_ref().map(|to| to.name.clone()) },
        }
    }
}
