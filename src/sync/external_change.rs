//! Changes in dialnote that this app did not make: a person works in dialnote itself, a contact calls or writes, a
//! snooze ends. Decides which of them are news, and who is notified.

use jiff::Timestamp;

use crate::core::about::About;
use crate::core::answer::{Answer, Ended, EndedBy, Ending};
use crate::core::card_view::{CardNote, CardView};
use crate::core::conversation::{Activity, ActivityContext, ActivityKind, Conversation, Owner, State, Status};
use crate::core::direct_message::DirectMessage;
use crate::core::event::{Event, HistoryEntry, SOMEBODY, ThreadEntry};
use crate::core::ids::ChannelId;
use crate::core::participant::Participant;
use crate::core::verbs::Verb;
use crate::core::wait_news;
use crate::jobs::events::WaitCause;
use crate::jobs::outbox::announcement::Announcement;
use crate::jobs::outbox::cards::{PostCard, RepostCard};
use crate::jobs::outbox::direct::{MarkDirect, SendDirect};

/// A conversation that changed in dialnote, with its state before and now.
#[derive(Clone, Debug)]
pub(crate) struct ExternalChange {
    /// The owner and status that the app knew before; nothing, if the conversation is new.
    pub before: Option<State>,
    /// The activities since the last one that the app knew before, oldest first, without notes.
    pub news: Vec<Activity>,
    /// The conversation as it is now.
    pub now: Conversation,
    /// The previous owner.
    pub from: Option<Participant>,
    /// The owner now.
    pub to: Option<Participant>,
    /// Notes that were written in dialnote itself in the time between.
    pub notes: Vec<String>,
    /// The time at which the change was found.
    pub at: Timestamp,
}

impl ExternalChange {
    /// Returns the card as it is now.
    pub(crate) fn card_view(&self) -> CardView {
        let last = self.events().into_iter().rfind(|(_, event)| event.changes_state());
        let note = self.notes.last().map(|text| CardNote { by: None, text: text.clone(), at: self.at });
        let owner = self.to.as_ref().map(|to| to.name.clone());
        CardView {
            last: last.map(|(by, what)| HistoryEntry { at: self.at, by, what }),
            note,
            ..CardView::new(self.now.clone(), owner)
        }
    }

    /// Answers whether the contact has got an answer, and nothing from them is newer.
    pub(crate) fn is_answered(&self) -> bool {
        self.news.last().is_some_and(Activity::ends_a_wait)
    }

    /// Returns the last activity, if it is new and the contact called or wrote. A conversation with nothing but notes
    /// has a note as its last activity, which does not count.
    pub(crate) fn heard(&self) -> Option<&Activity> {
        self.news.last().filter(|last| last.inbound && last.kind != ActivityKind::Note)
    }

    /// Returns the reason why the conversation waits for an owner, if it does.
    pub(crate) fn wait_cause(&self) -> Option<WaitCause> {
        if !self.now.is_open() || self.to.is_some() {
            return None;
        }
        let ends_snooze = || self.events().iter().any(|(_, event)| *event == Event::TimeIsUp);
        let came = wait_news::first_unanswered(self.news.iter().rev()).map(|first| first.at);
        let is_news = self.heard().is_some() || ends_snooze();
        Some(if is_news { WaitCause::News { came } } else { WaitCause::Other })
    }

    /// Returns the activity for which a conversation without a card gets one.
    pub(crate) fn deserves_a_card(&self) -> Option<&Activity> {
        self.heard().filter(|_| self.now.is_open())
    }

    /// Returns the owner and the time at which the contact got in touch, if that wants an answer of an owner who had the
    /// conversation before. A person who became the owner since was chosen with the contact's call in view.
    pub(crate) fn wants_the_owner(&self) -> Option<(&Owner, Timestamp)> {
        let heard = self.deserves_a_card().filter(|heard| heard.wants_an_answer())?;
        let owner = self.now.owner.as_ref()?;
        let had_it = self.before.as_ref().is_some_and(|before| before.owner.as_ref() == Some(&owner.id));
        had_it.then_some((owner, heard.at))
    }

    /// Returns the events that explain the change, each with its actor.
    pub(crate) fn events(&self) -> Vec<(String, Event)> {
        let Some(before) = &self.before else { return Vec::new() };
        [self.owner_event(before), self.answer_event(), self.status_event(before)].into_iter().flatten().collect()
    }

    fn answer_event(&self) -> Option<(String, Event)> {
        let last = self.news.last()?;
        let ActivityContext::Answer { by } = &last.activity_context else { return None };
        let actor = by.clone().unwrap_or_else(|| SOMEBODY.to_owned());
        Some((actor, Event::Answered { call: last.kind == ActivityKind::Call }))
    }

    fn owner_event(&self, before: &State) -> Option<(String, Event)> {
        let owner = self.now.owner.as_ref().map(|owner| &owner.id);
        if before.owner.as_ref() == owner {
            return None;
        }
        let from = self.from.as_ref().map(|from| from.name.clone());
        let event = match &self.to {
            Some(to) => Event::Assigned { from, to: to.name.clone() },
            None => Event::Unassigned { from },
        };
        Some((SOMEBODY.to_owned(), event))
    }

    fn status_event(&self, before: &State) -> Option<(String, Event)> {
        let now = State::from(&self.now);
        // The contact's number is never used here: not every channel shows numbers.
        let contact = self.now.contact.name.clone().unwrap_or_else(|| "The contact".to_owned());
        let by_itself = |event| Some((contact.clone(), event));
        let by_somebody = |event| Some((SOMEBODY.to_owned(), event));
        match (before.status, now.status) {
            (Status::Snoozed, Status::Snoozed) if before.until == now.until => None,
            (_, Status::Snoozed) => by_somebody(Event::Snoozed(now.until?)),
            // The card shows dialnote's word for an unknown status. The app does not know its meaning.
            (Status::Open, Status::Open) | (Status::Done, Status::Done) | (_, Status::Other) => None,
            (_, Status::Done) => by_somebody(Event::Done),
            (_, Status::Open) if self.heard().is_some() => by_itself(Event::GotInTouch),
            (Status::Snoozed, Status::Open) if before.until.is_some_and(|until| until <= self.at) => {
                by_itself(Event::TimeIsUp)
            }
            (Status::Snoozed, Status::Open) => by_somebody(Event::Woke),
            (Status::Done | Status::Other, Status::Open) => by_somebody(Event::Reopened),
        }
    }

    /// Returns the messages about the change. `cards` are the channels that have its card. `to_draw` are the channels
    /// whose card is out of date, and those that are to get one.
    pub(crate) fn announcement(&self, cards: &[ChannelId], to_draw: &[ChannelId]) -> Announcement {
        let (events, id) = (self.events(), &self.now.id);
        let mut told_of = self.on_cards(cards, to_draw);
        for (actor, event) in &events {
            let entry = ThreadEntry { actor: actor.clone(), what: event.clone(), note: String::new() };
            told_of.add_entry(cards, id, &entry);
        }
        for note in &self.notes {
            let entry = ThreadEntry { actor: SOMEBODY.to_owned(), what: Event::Did(Verb::Note), note: note.clone() };
            told_of.add_entry(cards, id, &entry);
            told_of.directs.extend(self.note_to_owner(note));
        }
        told_of.marks = events.iter().filter_map(|(_, event)| self.on_older_messages(event)).collect();
        told_of.directs.extend(events.iter().filter_map(|(_, event)| self.to_owner(event)));
        told_of.directs.extend(events.iter().filter_map(|(actor, event)| self.to_owner_before(actor, event)));
        told_of
    }

    fn on_cards(&self, cards: &[ChannelId], to_draw: &[ChannelId]) -> Announcement {
        let done_before = self.before.as_ref().is_some_and(|before| before.status == Status::Done);
        let reopened = done_before && self.deserves_a_card().is_some();
        let mut on_cards = Announcement::default();
        for channel in to_draw.iter().cloned() {
            let card_view = self.card_view();
            if reopened && cards.contains(&channel) {
                on_cards.reposts.push(RepostCard { channel, card_view });
            } else {
                on_cards.cards.push(PostCard { channel, card_view, requester: None });
            }
        }
        on_cards
    }

    fn note_to_owner(&self, note: &str) -> Option<SendDirect> {
        let user = self.to.as_ref()?.user.clone()?;
        let about = About::from(&self.now);
        let notice = DirectMessage::Noted { actor: SOMEBODY.to_owned(), about, note: note.to_owned() };
        Some(SendDirect::new(user, notice))
    }

    /// Updates the direct messages that gave the conversation to its previous owner: they show the outcome.
    fn on_older_messages(&self, event: &Event) -> Option<MarkDirect> {
        let (owner, what) = match (event, &self.to) {
            (Event::Assigned { .. }, Some(to)) => (&self.from, Ending::Reassigned(to.name.clone())),
            (Event::Unassigned { .. }, _) => (&self.from, Ending::Unassigned),
            (Event::Done, _) => (&self.to, Ending::Done),
            _ => return None,
        };
        let user = owner.as_ref()?.user.clone()?;
        let answer = Answer::Ended(Ended { what, by: EndedBy::Dialnote, at: self.at });
        Some(MarkDirect { user, conversation: self.now.id.clone(), answer })
    }

    fn to_owner(&self, event: &Event) -> Option<SendDirect> {
        let user = self.to.as_ref()?.user.clone()?;
        let conversation = Box::new(self.now.clone());
        let notice = match event {
            Event::Assigned { .. } => DirectMessage::YoursElsewhere { conversation },
            Event::GotInTouch => DirectMessage::Back { conversation, heard: true },
            Event::TimeIsUp => DirectMessage::Back { conversation, heard: false },
            _ => return None,
        };
        Some(SendDirect::new(user, notice))
    }

    fn to_owner_before(&self, actor: &str, event: &Event) -> Option<SendDirect> {
        if !matches!(event, Event::Assigned { .. } | Event::Unassigned { .. }) {
            return None;
        }
        let notice = DirectMessage::NotYoursNow {
            actor: actor.to_owned(),
            about: About::from(&self.now),
            to: self.to.as_ref().map(|to| to.name.clone()),
            reason: None,
        };
        Some(SendDirect::new(self.from.as_ref()?.user.clone()?, notice))
    }
}
