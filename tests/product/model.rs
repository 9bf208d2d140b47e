//! What `random` expects: who owns what and in which state, as the product's description says it. It
//! shares no code with the app.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// How long something can be taken back.
const UNDO_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// After how long somebody is reminded of a hand-over, and after as long again it goes back.
const ANSWER_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// Who did what was done in dialnote itself.
pub const ELSEWHERE: &str = "elsewhere";

/// Among how many of somebody's attempts the last that changed something is looked for.
const ATTEMPTS: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Open,
    Done,
    Snoozed(Timestamp),
}

/// Who owns a conversation, and its status.
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

/// Given and not answered.
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
    /// What the app was told last.
    pub told: Option<State>,
    /// What the app knows of, to the letter: a time that is over does not change what was seen.
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
    Undo,
    Accept,
    GiveBack,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    Done,
    Refused,
}

/// Something tried, and the conversation before and afterwards.
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
    /// What was tried since this was emptied.
    pub steps: Vec<Step>,
    /// What everybody tried, oldest first: on what, and whether it changed something.
    attempts: Vec<(&'static str, Timestamp, Option<String>, bool)>,
}

impl State {
    /// A time that has come is over.
    fn at(&self, now: Timestamp) -> Self {
        match self.status {
            Status::Snoozed(until) if until <= now => Self { status: Status::Open, ..self.clone() },
            _ => self.clone(),
        }
    }
}

impl Conversation {
    pub fn new(now: State) -> Self {
        Self { seen: now.clone(), now, changes: Vec::new(), told: None, given: None }
    }

    pub fn state(&self, now: Timestamp) -> State {
        self.now.at(now)
    }

    /// Somebody changes it elsewhere.
    pub fn set(&mut self, state: State) {
        self.now = state;
    }

    /// Whether somebody was given it and has not answered.
    pub fn waits_for(&self, who: &str) -> bool {
        self.given.as_ref().is_some_and(|given| given.to == who)
    }

    /// Who gave it, if it waits for an answer.
    pub fn given_by(&self) -> Option<&'static str> {
        self.given.as_ref().map(|given| given.by)
    }

    /// What it becomes; nothing, if that is refused.
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
            Act::Undo => {
                let last = self.changes.last()?;
                let mine = last.by == who && last.after == state && now.duration_since(last.at) <= UNDO_WITHIN;
                mine.then(|| last.before.at(now))
            }
            Act::Accept | Act::GiveBack => {
                let given = self.given.as_ref().filter(|given| given.to == who && state.owner == Some(who))?;
                if act == Act::Accept { Some(state) } else { owned_by(given.by) }
            }
        }
    }

    fn apply(&mut self, who: &'static str, act: Act, noted: bool, now: Timestamp) -> Option<bool> {
        let before = self.state(now);
        let after = self.wanted(who, act, noted, now)?;
        let changed = before != after;
        let ends = matches!(act, Act::Accept | Act::GiveBack) || act == Act::Done && changed;
        let passed = before.owner != after.owner;
        match (act, after.owner) {
            (Act::Assign(to) | Act::Handoff(to), _) if passed && to != who => {
                let due = matches!(act, Act::Handoff(_)).then(|| now + ANSWER_WITHIN);
                self.given = Some(Given { by: who, to, at: now, due, reminded: false });
            }
            (Act::Undo, Some(to)) if passed && to != who => {
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
        Some(changed)
    }
}

impl Model {
    pub fn new(members: &'static [&'static str], conversations: BTreeMap<String, Conversation>) -> Self {
        Self { members, conversations, steps: Vec::new(), attempts: Vec::new() }
    }

    /// Somebody wants something done to a conversation.
    pub fn act(&mut self, who: &'static str, id: &str, act: Act, noted: bool, now: Timestamp) -> Came {
        let stranger = match act {
            Act::Assign(to) | Act::Handoff(to) => !self.members.contains(&to),
            _ => false,
        };
        let conversation = self.conversations.get_mut(id).expect("a conversation");
        let allowed = self.members.contains(&who) && !stranger;
        let before = conversation.clone();
        let came = if allowed { conversation.apply(who, act, noted, now) } else { None };
        let after = conversation.clone();
        let (id, undid) = (id.to_owned(), act == Act::Undo && came.is_some());
        self.steps.push(Step { id: id.clone(), who, noted, undid, before, after, at: now });
        self.attempts.push((who, now, Some(id), came == Some(true)));
        if came.is_some() { Came::Done } else { Came::Refused }
    }

    /// The conversations to which somebody did something last: several, if that was at once.
    pub fn last_of(&self, who: &'static str) -> Vec<String> {
        let mine = self.attempts.iter().rev().filter(|(by, ..)| *by == who).take(ATTEMPTS);
        let changes: Vec<_> = mine.filter(|(.., changed)| *changed).collect();
        let at = changes.first().map(|(_, at, ..)| *at);
        changes.into_iter().filter(|(_, then, ..)| Some(*then) == at).filter_map(|(_, _, id, _)| id.clone()).collect()
    }

    /// The conversation that somebody was given last, of those that are still theirs.
    pub fn given_last(&self, who: &str) -> Option<String> {
        let given = self.conversations.iter().filter_map(|(id, one)| {
            let theirs = one.given.as_ref().filter(|given| given.to == who && one.seen.owner == Some(given.to));
            theirs.map(|given| (given.at, id.clone()))
        });
        given.max().map(|(_, id)| id)
    }

    /// Somebody wanted something and named nothing that there is.
    pub fn found_nothing(&mut self, who: &'static str, now: Timestamp) {
        self.attempts.push((who, now, None, false));
    }

    /// Everything that is open and somebody's.
    pub fn open_of(&self, who: &str, now: Timestamp) -> Vec<String> {
        let mine = |one: &Conversation| {
            let state = one.state(now);
            state.owner == Some(who) && state.status == Status::Open
        };
        self.conversations.iter().filter(|(_, one)| mine(one)).map(|(id, _)| id.clone()).collect()
    }

    /// The app looks at dialnote, and tells people what changed there unless it was away for long.
    pub fn look(&mut self, now: Timestamp, away: bool) {
        for (id, one) in &mut self.conversations {
            let (before, state) = (one.clone(), one.state(now));
            if one.seen == state {
                continue;
            }
            one.changes.push(Change { by: ELSEWHERE, before: one.seen.clone(), after: state.clone(), at: now });
            one.told = one.told.take().map(|_| state.clone());
            one.seen = state;
            if !away {
                let (id, after) = (id.clone(), one.clone());
                let step = Step { id, who: ELSEWHERE, noted: false, undid: false, before, after, at: now };
                self.steps.push(step);
            }
        }
    }

    /// Time has passed: who was handed something is reminded, or it goes back.
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
                let changed = one.apply(to, Act::GiveBack, false, now);
                self.attempts.push((to, now, Some(id.clone()), changed == Some(true)));
            } else {
                (given.reminded, given.due) = (true, Some(now + ANSWER_WITHIN));
            }
            let (id, after) = (id.clone(), one.clone());
            self.steps.push(Step { id, who: to, noted: false, undid: false, before, after, at: now });
        }
    }
}
