//! The heart of it: facts in, decisions out. [`decide`] says which dialnote calls to make or why
//! not; [`conclude`] says, once they are made, who has to hear what.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::asker::{Asker, Via};
use crate::domain::command::Act;
use crate::domain::conversation::{Conversation, Status};
use crate::domain::message::{Deed, Event, Face, Line, Message, Notice, Say, What};
use crate::domain::people::Teammate;
use crate::domain::refusal::{About, Refusal};
use crate::domain::verb::Verb;
use crate::domain::when::When;
use crate::ids::{ChannelId, MemberId, SlackUserId};

/// The longest note dialnote takes, in characters (contracts/dialnote.md, Objects).
pub const LONGEST_NOTE: usize = 5000;

/// The longest time for which a conversation is put away.
const LONGEST_SNOOZE: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Everything a decision rests on.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Who asks.
    pub asker: Teammate,
    /// Who is to be the owner, if the command names somebody.
    pub target: Option<Teammate>,
    /// The conversation as it is in dialnote right now.
    pub conversation: Conversation,
    /// Its owner, if it has one.
    pub owner: Option<Party>,
    /// What was done to it through this app, newest first.
    pub past: Vec<Past>,
    /// Now.
    pub now: Timestamp,
    /// What our note can be found by afterwards.
    pub reference: String,
}

/// Somebody who owns or owned a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The member.
    pub member: MemberId,
    /// The Slack user, if we know one.
    pub user: Option<SlackUserId>,
    /// What colleagues call them.
    pub name: String,
}

/// Something done earlier through this app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// What.
    pub verb: Verb,
    /// What colleagues call the one who did it.
    pub by: String,
    /// The owner that resulted.
    pub owner: Option<MemberId>,
    /// When.
    pub at: Timestamp,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What was asked for.
    pub act: Act,
    /// By whom.
    pub asker: Teammate,
    /// The conversation before.
    pub before: Conversation,
    /// The owner before.
    pub from: Option<Party>,
    /// The owner afterwards.
    pub to: Option<Party>,
    /// The note; empty if there is none.
    pub note: String,
    /// The calls to make, in order.
    pub calls: Vec<Call>,
}

/// One write in dialnote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Set or clear the owner.
    Assign(Option<MemberId>),
    /// Set the status.
    SetStatus(Status),
    /// Put it away until then.
    Snooze(Timestamp),
    /// Write a note. It ends with the reference, by which it is found again if the outcome of
    /// writing it is unknown.
    AddNote {
        /// The whole note.
        content: String,
        /// The reference in it.
        reference: String,
    },
}

/// A plan being carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The plan.
    pub plan: Plan,
    /// How many of its calls are done.
    pub done: usize,
    /// The conversation as the last call left it.
    pub now: Conversation,
}

impl Call {
    /// A name for it that is its own within a plan.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Assign(_) => "assign",
            Self::SetStatus(_) => "status",
            Self::Snooze(_) => "snooze",
            Self::AddNote { .. } => "note",
        }
    }

    /// Whether the conversation is as the call would make it. A note is not part of that.
    pub fn holds(&self, conversation: &Conversation) -> bool {
        match self {
            Self::Assign(owner) => conversation.owner.as_ref().map(|owner| &owner.id) == owner.as_ref(),
            Self::SetStatus(status) => conversation.status == *status,
            Self::Snooze(until) => {
                let shown = conversation.snoozed_until;
                conversation.status == Status::Snoozed && shown.is_none_or(|shown| shown == *until)
            }
            Self::AddNote { .. } => false,
        }
    }
}

/// Decides what to do about `act` on the conversation in `facts`.
pub fn decide(act: &Act, note: &str, facts: Facts) -> Result<Plan, Refusal> {
    let written = note.chars().count();
    if written > LONGEST_NOTE {
        return Err(Refusal::NoteTooLong { characters: written, most: LONGEST_NOTE });
    }
    let wanted = wanted(act, &facts);
    let first = match &wanted {
        Wanted::Owner(to) => owner_call(act, to.as_ref(), &facts).map(Some),
        Wanted::Status(status) => status_call(act, *status, &facts).map(Some),
        Wanted::Later(when) => snooze_call(when, &facts).map(Some),
        Wanted::Nothing => Ok(None),
    };
    let notes = note_calls(note, &facts);
    let calls = match first {
        Ok(call) => call.into_iter().chain(notes).collect(),
        // It is so already. What somebody wrote for it is not thrown away for that.
        Err(refusal) if refusal.is_already_so() && !notes.is_empty() => notes,
        Err(refusal) => return Err(refusal),
    };
    let to = match wanted {
        Wanted::Owner(to) => to,
        Wanted::Status(_) | Wanted::Later(_) | Wanted::Nothing => facts.owner.clone(),
    };
    Ok(Plan {
        act: act.clone(),
        asker: facts.asker,
        before: facts.conversation,
        from: facts.owner,
        to,
        note: note.to_owned(),
        calls,
    })
}

enum Wanted {
    Owner(Option<Party>),
    Status(Status),
    Later(When),
    Nothing,
}

fn wanted(act: &Act, facts: &Facts) -> Wanted {
    let party = |teammate: &Teammate| Party {
        member: teammate.member.clone(),
        user: Some(teammate.user.clone()),
        name: teammate.name.clone(),
    };
    match act {
        Act::Assign(_) | Act::Handoff(_) => Wanted::Owner(Some(party(facts.target.as_ref().unwrap_or(&facts.asker)))),
        Act::Take { .. } => Wanted::Owner(Some(party(&facts.asker))),
        Act::Unassign => Wanted::Owner(None),
        Act::Done => Wanted::Status(Status::Done),
        Act::Reopen | Act::Wake => Wanted::Status(Status::Open),
        Act::Snooze(when) => Wanted::Later(when.clone()),
        Act::Note | Act::History => Wanted::Nothing,
    }
}

fn owner_call(act: &Act, to: Option<&Party>, facts: &Facts) -> Result<Call, Refusal> {
    let about = About::from(&facts.conversation);
    match (&facts.owner, to) {
        (None, None) => Err(Refusal::NobodyOwnsIt(about)),
        (Some(owner), Some(to)) if owner.member == to.member => Err(if to.member == facts.asker.member {
            Refusal::AlreadyYours(about)
        } else {
            Refusal::AlreadyTheirs { about, owner: to.name.clone() }
        }),
        (Some(owner), _) if !may_take_from(act, owner) => Err(Refusal::Taken {
            about,
            owner: owner.name.clone(),
            owner_id: owner.member.clone(),
            seconds_ago: facts.since_owned_by(&owner.member),
        }),
        (_, to) => Ok(Call::Assign(to.map(|to| to.member.clone()))),
    }
}

/// **Take it** claims only what nobody owns, or what is still owned by the one it was to be taken over from.
fn may_take_from(act: &Act, owner: &Party) -> bool {
    match act {
        Act::Take { over } => over.as_ref() == Some(&owner.member),
        _ => true,
    }
}

/// Until a time to come that somebody may still remember.
fn snooze_call(when: &When, facts: &Facts) -> Result<Call, Refusal> {
    let zone = facts.asker.zone.as_deref().and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
    match when.instant(facts.now, &zone) {
        Some(until) if until <= facts.now => Err(Refusal::TimePassed),
        Some(until) if until.duration_since(facts.now) <= LONGEST_SNOOZE => Ok(Call::Snooze(until)),
        _ => Err(Refusal::TimeTooFar),
    }
}

fn status_call(act: &Act, status: Status, facts: &Facts) -> Result<Call, Refusal> {
    if matches!(act, Act::Wake) && facts.conversation.status != Status::Snoozed {
        return Err(Refusal::NotSnoozed(About::from(&facts.conversation)));
    }
    if facts.conversation.status != status {
        return Ok(Call::SetStatus(status));
    }
    let verb = if status == Status::Done { Verb::Done } else { Verb::Reopen };
    let last = facts.past.iter().find(|past| matches!(past.verb, Verb::Done | Verb::Reopen));
    let by = last.filter(|past| past.verb == verb).map(|past| (past.by.clone(), facts.seconds_since(past.at)));
    Err(Refusal::AlreadySo { about: About::from(&facts.conversation), done: status == Status::Done, by })
}

impl Facts {
    fn since_owned_by(&self, member: &MemberId) -> Option<i64> {
        let last = self.past.iter().find(|past| past.verb.changes_owner())?;
        (last.owner.as_ref() == Some(member)).then(|| self.seconds_since(last.at))
    }

    fn seconds_since(&self, at: Timestamp) -> i64 {
        self.now.duration_since(at).as_secs().max(0)
    }
}

impl Verb {
    fn changes_owner(self) -> bool {
        matches!(self, Self::Assign | Self::Take | Self::Unassign | Self::Handoff)
    }
}

impl Refusal {
    fn is_already_so(&self) -> bool {
        matches!(self, Self::AlreadyYours(_) | Self::AlreadyTheirs { .. } | Self::AlreadySo { .. })
    }
}

impl From<&Conversation> for About {
    fn from(conversation: &Conversation) -> Self {
        let number = conversation.contact.name.as_ref().map(|_| conversation.number());
        Self { id: conversation.id.clone(), title: conversation.title(), number: number.unwrap_or_default() }
    }
}

/// The note as dialnote keeps it: the words, then who wrote them and the reference. dialnote cannot
/// know who wrote it, because the key is the organization's (contracts/dialnote.md, Consequences 2).
/// A note that would be too long with that line becomes two.
fn note_calls(note: &str, facts: &Facts) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut rest = note.trim();
    while !rest.is_empty() {
        let reference = match calls.len() {
            0 => facts.reference.clone(),
            n => format!("{}-{}", facts.reference, n + 1),
        };
        let signature = format!("\n\n— {}, via Slack · ref {reference}", facts.asker.name);
        let room = LONGEST_NOTE.saturating_sub(signature.chars().count());
        let (part, after) = cut(rest, room);
        calls.push(Call::AddNote { content: format!("{}{signature}", part.trim_end()), reference });
        rest = after.trim_start();
    }
    calls
}

/// As much of `text` as `room` characters hold, cut between words if there is a space.
fn cut(text: &str, room: usize) -> (&str, &str) {
    let Some((end, _)) = text.char_indices().nth(room) else { return (text, "") };
    let (head, tail) = text.split_at_checked(end).unwrap_or((text, ""));
    match head.rfind(char::is_whitespace).and_then(|space| text.split_at_checked(space)) {
        Some((head, tail)) if !head.is_empty() => (head, tail),
        _ => (head, tail),
    }
}

impl Progress {
    /// The plan with nothing done yet.
    pub fn new(plan: Plan) -> Self {
        let now = plan.before.clone();
        Self { plan, done: 0, now }
    }

    /// The call to make next.
    pub fn next(&self) -> Option<&Call> {
        self.plan.calls.get(self.done)
    }

    /// Whether something was changed in dialnote already.
    pub fn has_begun(&self) -> bool {
        self.done > 0
    }
}

/// Says who has to hear what after the plan was carried out, all of it or up to the refused note.
/// `cards` are the channels that have a card of the conversation.
pub fn conclude(
    progress: &Progress,
    asker: &Asker,
    told: bool,
    cards: &[ChannelId],
    note_refused: Option<&Refusal>,
) -> Vec<Message> {
    let plan = &progress.plan;
    let noted = !plan.note.is_empty() && note_refused.is_none();
    let deed = Deed { about: About::from(&plan.before), what: plan.what(), from: plan.owner_before_if_other(), noted };
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
        Event::Unassigned { .. } | Event::Done | Event::Reopened | Event::Snoozed(_) | Event::Woke => return None,
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
        }
    }
}
