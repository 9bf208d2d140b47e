//! The central decision: facts in, plans out. [`decide`] says which dialnote calls to make, or why not. The messages
//! that follow are decided in `commands::announce`.

use crate::core::note::SIGNATURE;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::commands::facts::{Facts, Plan};
use crate::commands::looked::Looked;
use crate::commands::undo;
use crate::core::about::About;
use crate::core::call::Call;
use crate::core::command::Action;
use crate::core::conversation::{Conversation, Status};
use crate::core::note::LONGEST_NOTE;
use crate::core::participant::Participant;
use crate::core::refusal::Refusal;
use crate::core::teammate::Teammate;
use crate::core::text::LONGEST_NAME;
use crate::core::verbs::Verb;
use crate::core::when::model::When;
use crate::core::{text, working_hours};

/// The longest time for which a conversation can be snoozed.
const LONGEST_SNOOZE: SignedDuration = SignedDuration::from_hours(366 * 24);

/// A plan that is being carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The plan.
    pub plan: Plan,
    /// The number of its calls that are done.
    pub done: usize,
    /// The conversation as the last call left it.
    pub now: Conversation,
    /// The time at which that state was read, if a call was made.
    #[serde(default)]
    pub seen: Option<Timestamp>,
    /// The last read of the conversation; `None` if an earlier version wrote this, which read too rarely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked: Option<Looked>,
}

/// Decides on the plan for `act` on the conversation in `facts`. Fails with the reason why it must not be carried out.
pub(crate) fn decide(act: &Action, note: &str, facts: Facts) -> Result<Plan, Refusal> {
    let written = note.chars().count();
    if written > LONGEST_NOTE {
        return Err(Refusal::NoteTooLong { characters: written, most: LONGEST_NOTE });
    }
    let rules = facts.rules.clone();
    let plan = if *act == Action::Undo { undo::plan(facts)? } else { plan(act, note, facts)? };
    // The rules say what people may do. The app's own acts have reasons instead.
    let allowed = match &plan.reason {
        Some(_) => Ok(()),
        None => rules.allow(&plan.requester, plan.from.as_ref(), act, &plan.calls),
    };
    allowed.map_err(|rule| Refusal::RuleForbids {
        rule,
        about: About::from(&plan.before),
        owner: plan.from.as_ref().map(|owner| owner.name.clone()),
    })?;
    rules.note_is_there(act, note, About::from(&plan.before))?;
    Ok(plan)
}

fn plan(act: &Action, note: &str, facts: Facts) -> Result<Plan, Refusal> {
    if act.is_answer() {
        facts.is_to_be_answered()?;
    }
    if act.is_the_owners() && !facts.conversation.is_owned_by(&facts.requester.member) {
        return Err(facts.not_yours());
    }
    let wanted = wanted(act, &facts);
    let first = match &wanted {
        PlannedChange::Owner(to) => owner_call(act, to.as_ref(), &facts).map(Some),
        PlannedChange::Status(status) => status_call(act, *status, &facts).map(Some),
        PlannedChange::Later(when) => snooze_call(when, &facts).map(Some),
        PlannedChange::Nothing => Ok(None),
    };
    let notes = note_calls(note, &facts);
    let calls = match first {
        Ok(call) => call.into_iter().chain(notes).collect(),
        // The wanted state holds already. The note that came with the command is still written.
        Err(refusal) if refusal.is_already_so() && !notes.is_empty() => notes,
        Err(refusal) => return Err(refusal),
    };
    let to = match wanted {
        PlannedChange::Owner(to) => to,
        PlannedChange::Status(_) | PlannedChange::Later(_) | PlannedChange::Nothing => facts.owner.clone(),
    };
    Ok(Plan {
        act: act.clone(),
        requester: facts.requester,
        writer: facts.writer,
        before: facts.conversation,
        from: facts.owner,
        to,
        note: note.to_owned(),
        calls,
        picked: facts.picked,
        giver: facts.giver.filter(|_| act.is_answer()),
        note_stays: false,
        reason: facts.reason,
    })
}

enum PlannedChange {
    Owner(Option<Participant>),
    Status(Status),
    Later(When),
    Nothing,
}

fn wanted(act: &Action, facts: &Facts) -> PlannedChange {
    let participant = |teammate: &Teammate| Participant::from(teammate.clone());
    match act {
        Action::Assign(_) | Action::Handoff(_) => {
            PlannedChange::Owner(Some(participant(facts.target.as_ref().unwrap_or(&facts.requester))))
        }
        Action::Take { .. } => PlannedChange::Owner(Some(participant(&facts.requester))),
        Action::Unassign => PlannedChange::Owner(None),
        Action::Done => PlannedChange::Status(Status::Done),
        Action::Reopen | Action::Wake => PlannedChange::Status(Status::Open),
        Action::Snooze(when) => PlannedChange::Later(when.clone()),
        Action::GiveBack | Action::Return => PlannedChange::Owner(facts.giver.clone()),
        Action::Plain(_) | Action::History | Action::Show | Action::Undo => PlannedChange::Nothing,
    }
}

fn owner_call(act: &Action, to: Option<&Participant>, facts: &Facts) -> Result<Call, Refusal> {
    let about = About::from(&facts.conversation);
    match (&facts.owner, to) {
        (None, None) => Err(Refusal::NobodyOwnsIt(about)),
        (Some(owner), _) if act.picks() => Err(Refusal::Owned { about, owner: owner.name.clone() }),
        (Some(owner), Some(to)) if owner.member == to.member => Err(if to.member == facts.requester.member {
            Refusal::AlreadyYours(about)
        } else {
            Refusal::AlreadyTheirs { about, owner: to.name.clone() }
        }),
        (Some(owner), _) if !may_take_from(act, owner) => Err(Refusal::Taken {
            about,
            owner: owner.name.clone(),
            owner_id: owner.member.clone(),
            seconds_ago: facts.since_taken_by(owner),
        }),
        (_, to) => Ok(Call::Assign(to.map(|to| to.member.clone()))),
    }
}

/// Answers whether a command may take a conversation from `owner`. **Take it** takes only an unassigned conversation,
/// or one that is still owned by the person to take over from.
fn may_take_from(act: &Action, owner: &Participant) -> bool {
    match act {
        Action::Take { over } => over.as_ref() == Some(&owner.member),
        _ => true,
    }
}

/// Returns the call that snoozes until a future time within `LONGEST_SNOOZE`. Fails if the time has passed, or is too
/// far away.
fn snooze_call(when: &When, facts: &Facts) -> Result<Call, Refusal> {
    let zone = working_hours::zone(facts.requester.zone.as_deref());
    let about = About::from(&facts.conversation);
    match when.instant(facts.asked, &zone) {
        Some(until) if until <= facts.now => Err(Refusal::SnoozeOver { about, until, waited: until > facts.asked }),
        Some(until) if !is_too_far(until, facts.now) => Ok(Call::Snooze(until)),
        _ => Err(Refusal::SnoozeTooLong { about }),
    }
}

/// Answers whether a time is further away than a snooze may last.
pub(crate) fn is_too_far(until: Timestamp, now: Timestamp) -> bool {
    until.duration_since(now) > LONGEST_SNOOZE
}

fn status_call(act: &Action, status: Status, facts: &Facts) -> Result<Call, Refusal> {
    if matches!(act, Action::Wake) && facts.conversation.status != Status::Snoozed {
        return Err(Refusal::NotSnoozed(About::from(&facts.conversation)));
    }
    if facts.conversation.status != status {
        return Ok(Call::SetStatus(status));
    }
    let last = facts.past.iter().find(|past| past.before.status != past.after.status);
    // An undo restores what others did. A person who repeats a command need not be named to themselves.
    let last = last.filter(|past| past.after.status == status && past.verb != Verb::Undo);
    let last = last.filter(|past| past.actor != facts.requester.user);
    let by = last.map(|past| (past.by.clone(), facts.seconds_since(past.at)));
    Err(Refusal::AlreadySo { about: About::from(&facts.conversation), done: status == Status::Done, by })
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

/// Returns the calls that write the note. Each note ends with a line that names the writer and the reference, because
/// dialnote cannot know the writer: the key is the organization's (docs/contracts/dialnote.md, Consequences 2). A note
/// that is too long with that line is split.
fn note_calls(note: &str, facts: &Facts) -> Vec<Call> {
    let mut calls = Vec::new();
    let writer = text::cut(&facts.writer, LONGEST_NAME);
    let mut rest = note.trim();
    while !rest.is_empty() {
        let reference = match calls.len() {
            0 => facts.reference.clone(),
            n => format!("{}-{}", facts.reference, n + 1),
        };
        let signature = format!("\n\n— {writer}{SIGNATURE}{reference}");
        let room = LONGEST_NOTE.saturating_sub(signature.chars().count());
        let (part, after) = cut(rest, room);
        calls.push(Call::AddNote { content: format!("{}{signature}", part.trim_end()), reference });
        rest = after.trim_start();
    }
    calls
}

/// Splits `text` after at most `room` characters, between words if there is a space.
fn cut(text: &str, room: usize) -> (&str, &str) {
    let head = text::beginning(text, room);
    let tail = text.strip_prefix(head).unwrap_or_default();
    if tail.is_empty() {
        return (text, "");
    }
    match head.rfind(char::is_whitespace).and_then(|space| text.split_at_checked(space)) {
        Some((head, tail)) if !head.is_empty() => (head, tail),
        _ => (head, tail),
    }
}
