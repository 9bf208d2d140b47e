//! The expected state of `random_sequences`: owners and statuses according to the product's description. It shares no
//! code with the app.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// The time in which something can be undone.
const UNDO_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// The time until a person is reminded of a hand-off, and again until it returns.
const ANSWER_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// The author of changes in dialnote itself.
pub const ELSEWHERE: &str = "elsewhere";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Open,
    Done,
    Snoozed(Timestamp),
}

/// A conversation's owner and status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub owner: Option<&'static str>,
    pub status: Status,
}

/// A change made through the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub by: &'static str,
    pub before: State,
    pub after: State,
    pub at: Timestamp,
}

/// A change that undo may take back, or that blocks undo.
#[derive(Clone, Debug)]
struct Deed {
    by: &'static str,
    /// The number shared by all changes of one request.
    act: u64,
    change: Option<(State, State)>,
    at: Timestamp,
    /// True if no one did it through the app.
    unasked: bool,
}

impl Deed {
    fn is_by(&self, who: &str) -> bool {
        !self.unasked && self.by == who
    }

    fn is_late(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) > UNDO_WITHIN
    }
}

/// A hand-off without an answer.
#[derive(Clone, Debug)]
struct Given {
    by: &'static str,
    to: &'static str,
    at: Timestamp,
    due: Option<Timestamp>,
    reminded: bool,
}

#[derive(Clone, Debug)]
pub struct Conversation {
    now: State,
    pub changes: Vec<Change>,
    /// The changes that still stand.
    standing: Vec<Deed>,
    /// The state the app last notified about.
    pub told: Option<State>,
    /// The state the app knows, exactly: the end of a snooze does not change it.
    pub seen: State,
    given: Option<Given>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Assign(&'static str),
    Handoff(&'static str),
    Take,
    TakeOver(&'static str),
    Unassign,
    Done,
    Reopen,
    Snooze(Timestamp),
    Wake,
    Note,
    /// Undo of a person's last change to a conversation, or of part of a certain act.
    Undo(Option<u64>),
    Accept,
    GiveBack,
}

/// The outcome of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    Done,
    Refused,
    /// The app asks the person first.
    Asked,
}

/// An attempt, and the conversation before and after it.
#[derive(Clone, Debug)]
pub struct Step {
    pub id: String,
    pub who: &'static str,
    pub noted: bool,
    pub undid: bool,
    pub before: Conversation,
    pub after: Conversation,
    pub at: Timestamp,
}

/// The whole world.
pub struct Model {
    pub members: &'static [&'static str],
    pub conversations: BTreeMap<String, Conversation>,
    /// The attempts since this was emptied.
    pub steps: Vec<Step>,
    /// The number of the present request.
    act: u64,
}

impl State {
    /// Returns the state at a time: a snooze may be over.
    fn at(&self, now: Timestamp) -> Self {
        match self.status {
            Status::Snoozed(until) if until <= now => Self { status: Status::Open, ..self.clone() },
            _ => self.clone(),
        }
    }
}

impl Conversation {
    pub fn new(now: State) -> Self {
        Self { seen: now.clone(), now, changes: Vec::new(), standing: Vec::new(), told: None, given: None }
    }

    /// Answers whether a change was neither an undo nor undone since.
    pub fn stands(&self, change: &Change) -> bool {
        self.standing.iter().any(|deed| deed.at == change.at && deed.change.is_some())
    }

    pub fn state(&self, now: Timestamp) -> State {
        self.now.at(now)
    }

    /// Changes the conversation in dialnote itself.
    pub fn set(&mut self, state: State) {
        self.now = state;
    }

    /// Answers whether the hand-off waits for the person's answer.
    pub fn waits_for(&self, who: &str) -> bool {
        self.given.as_ref().is_some_and(|given| given.to == who)
    }

    /// Returns the sender, if the hand-off waits for an answer.
    pub fn given_by(&self) -> Option<&'static str> {
        self.given.as_ref().map(|given| given.by)
    }

    /// Returns the change to undo: part of an act, if one is named, else the person's last.
    fn undone(&self, who: &str, act: Option<u64>, now: Timestamp) -> Option<(usize, State)> {
        let mine = |deed: &Deed| match act {
            Some(act) => deed.is_by(who) && deed.act == act && deed.change.is_some(),
            None => deed.is_by(who),
        };
        let place = self.standing.iter().rposition(mine)?;
        let last = self.standing.iter().rposition(|deed| deed.change.is_some())?;
        let deed = &self.standing[place];
        let (before, after) = deed.change.as_ref()?;
        (place == last && *after == self.state(now) && !deed.is_late(now)).then(|| (place, before.at(now)))
    }

    /// Returns the new state; `None` if the change is refused.
    fn wanted(&self, who: &'static str, act: Act, noted: bool, now: Timestamp) -> Option<State> {
        let state = self.state(now);
        let owned_by = |owner| Some(State { owner: Some(owner), ..state.clone() });
        let is = |status| Some(State { status, ..state.clone() });
        match act {
            Act::Handoff(_) if !noted => None,
            Act::Assign(to) | Act::Handoff(to) => owned_by(to).filter(|wanted| noted || *wanted != state),
            Act::Take => owned_by(who).filter(|_| state.owner.is_none()),
            Act::TakeOver(from) => {
                owned_by(who).filter(|_| state.owner != Some(who) && state.owner.is_none_or(|owner| owner == from))
            }
            Act::Unassign => state.owner.map(|_| State { owner: None, ..state.clone() }),
            Act::Done => is(Status::Done).filter(|wanted| noted || *wanted != state),
            Act::Reopen => is(Status::Open).filter(|wanted| *wanted != state),
            Act::Wake => is(Status::Open).filter(|_| matches!(state.status, Status::Snoozed(_))),
            Act::Snooze(until) => is(Status::Snoozed(until)),
            Act::Note => noted.then_some(state),
            Act::Undo(act) => self.undone(who, act, now).map(|(_, before)| before),
            Act::Accept | Act::GiveBack => {
                let given = self.given.as_ref().filter(|given| given.to == who && state.owner == Some(who))?;
                if act == Act::Accept { Some(state) } else { owned_by(given.by) }
            }
        }
    }

    fn apply(&mut self, who: &'static str, act: Act, noted: bool, now: Timestamp, as_act: Option<u64>) -> Option<()> {
        let before = self.state(now);
        let after = self.wanted(who, act, noted, now)?;
        let changed = before != after;
        if let Act::Undo(act) = act {
            let (place, _) = self.undone(who, act, now)?;
            self.standing.remove(place);
        } else if changed || noted {
            let change = changed.then(|| (before.clone(), after.clone()));
            let unasked = as_act.is_none();
            self.standing.push(Deed { by: who, act: as_act.unwrap_or_default(), change, at: now, unasked });
        }
        let ends = matches!(act, Act::Accept | Act::GiveBack) || act == Act::Done && changed;
        let passed = before.owner != after.owner;
        match (act, after.owner) {
            (Act::Assign(to) | Act::Handoff(to), _) if passed && to != who => {
                let due = matches!(act, Act::Handoff(_)).then(|| now + ANSWER_WITHIN);
                self.given = Some(Given { by: who, to, at: now, due, reminded: false });
            }
            (Act::Undo(_), Some(to)) if passed && to != who => {
                self.given = Some(Given { by: who, to, at: now, due: None, reminded: false });
            }
            _ if ends || passed => self.given = None,
            _ => {}
        }
        if changed {
            self.changes.push(Change { by: who, before, after: after.clone(), at: now });
        }
        self.told = Some(after.clone());
        self.seen = after.clone();
        self.now = after;
        Some(())
    }
}

impl Model {
    pub fn new(members: &'static [&'static str], conversations: BTreeMap<String, Conversation>) -> Self {
        Self { members, conversations, steps: Vec::new(), act: 0 }
    }

    /// Begins a request: the following changes share its number.
    pub fn at_once(&mut self) {
        self.act += 1;
    }

    /// Answers whether the app asks a person first, because a button or a form shows an outdated state.
    pub fn asks(&self, who: &'static str, id: &str, act: Act, noted: bool, shown: &State, now: Timestamp) -> bool {
        let conversation = &self.conversations[id];
        let (shown, state) = (shown.at(now), conversation.state(now));
        let is_allowed = self.members.contains(&who)
            && !matches!(act, Act::Assign(to) | Act::Handoff(to) if !self.members.contains(&to));
        let changes = conversation.wanted(who, act, noted, now).is_some_and(|wanted| wanted != state);
        let is_other = match (shown.status, state.status) {
            (Status::Snoozed(_), Status::Snoozed(_)) => {
                shown.status != state.status && matches!(act, Act::Done | Act::Reopen | Act::Wake | Act::Snooze(_))
            }
            (shown, now) => shown != now,
        };
        let last = conversation.changes.last().filter(|change| change.after == state);
        is_allowed && changes && (shown.owner != state.owner || is_other) && last.is_none_or(|change| change.by != who)
    }

    /// Performs a person's action on a conversation.
    pub fn act(&mut self, who: &'static str, id: &str, act: Act, noted: bool, now: Timestamp) -> Came {
        let stranger = match act {
            Act::Assign(to) | Act::Handoff(to) => !self.members.contains(&to),
            _ => false,
        };
        let conversation = self.conversations.get_mut(id).expect("a conversation");
        let allowed = self.members.contains(&who) && !stranger;
        let before = conversation.clone();
        let came = if allowed { conversation.apply(who, act, noted, now, Some(self.act)) } else { None };
        let after = conversation.clone();
        let (id, undid) = (id.to_owned(), matches!(act, Act::Undo(_)) && came.is_some());
        self.steps.push(Step { id, who, noted, undid, before, after, at: now });
        if came.is_some() { Came::Done } else { Came::Refused }
    }

    /// Returns a person's last act and its conversations, if it can be undone; notes and old acts cannot. The error
    /// holds the conversations that the refusal names.
    pub fn last_act_of(&self, who: &str, now: Timestamp) -> Result<(u64, Vec<String>), Vec<String>> {
        let deeds = self.conversations.iter().flat_map(|(id, one)| one.standing.iter().map(move |deed| (id, deed)));
        let mine: Vec<_> = deeds.filter(|(_, deed)| deed.is_by(who)).collect();
        let (_, last) = mine.iter().max_by_key(|(_, deed)| deed.act).ok_or(Vec::new())?;
        let of_act: Vec<_> = mine.iter().filter(|(_, deed)| deed.act == last.act).collect();
        let changed = of_act.iter().filter(|(_, deed)| deed.change.is_some());
        let on: Vec<_> = changed.map(|(id, _)| (*id).clone()).collect();
        if on.is_empty() || last.is_late(now) {
            return Err(of_act.iter().map(|(id, _)| (*id).clone()).collect());
        }
        Ok((last.act, on))
    }

    /// Returns the conversation last assigned to a person, of those they still own.
    pub fn given_last(&self, who: &str) -> Option<String> {
        let given = self.conversations.iter().filter_map(|(id, one)| {
            let theirs = one.given.as_ref().filter(|given| given.to == who && one.seen.owner == Some(given.to));
            theirs.map(|given| (given.at, id.clone()))
        });
        given.max().map(|(_, id)| id)
    }

    /// Records the refusal of a person's request about a conversation.
    pub fn refused(&mut self, who: &'static str, id: &str, now: Timestamp) {
        let before = self.conversations[id].clone();
        let after = before.clone();
        self.steps.push(Step { id: id.to_owned(), who, noted: false, undid: false, before, after, at: now });
    }

    /// Returns everything open that a person owns.
    pub fn open_of(&self, who: &str, now: Timestamp) -> Vec<String> {
        let mine = |one: &Conversation| {
            let state = one.state(now);
            state.owner == Some(who) && state.status == Status::Open
        };
        self.conversations.iter().filter(|(_, one)| mine(one)).map(|(id, _)| id.clone()).collect()
    }

    /// Polls dialnote as the app does, and notifies people of changes there unless the app was away for long.
    pub fn look(&mut self, now: Timestamp, away: bool) {
        for (id, one) in &mut self.conversations {
            let (before, state) = (one.clone(), one.state(now));
            if one.seen == state {
                continue;
            }
            one.changes.push(Change { by: ELSEWHERE, before: one.seen.clone(), after: state.clone(), at: now });
            let change = Some((one.seen.clone(), state.clone()));
            one.standing.push(Deed { by: ELSEWHERE, act: 0, change, at: now, unasked: true });
            one.told = one.told.take().map(|_| state.clone());
            one.seen = state;
            if !away {
                let (id, after) = (id.clone(), one.clone());
                let step = Step { id, who: ELSEWHERE, noted: false, undid: false, before, after, at: now };
                self.steps.push(step);
            }
        }
    }

    /// Lets time pass: hand-offs lead to a reminder, or return.
    pub fn tick(&mut self, now: Timestamp) {
        for (id, one) in &mut self.conversations {
            let (before, state) = (one.clone(), one.state(now));
            let Some(given) = one.given.as_mut().filter(|given| given.due.is_some_and(|due| due <= now)) else {
                continue;
            };
            let to = given.to;
            if state.owner != Some(to) || state.status != Status::Open {
                one.given = None;
            } else if given.reminded {
                one.apply(to, Act::GiveBack, false, now, None);
            } else {
                (given.reminded, given.due) = (true, Some(now + ANSWER_WITHIN));
            }
            let (id, after) = (id.clone(), one.clone());
            self.steps.push(Step { id, who: to, noted: false, undid: false, before, after, at: now });
        }
    }
}
