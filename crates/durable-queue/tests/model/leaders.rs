//! Leadership: only one of several instances at a time does the work of the leader. The model has one clock, because
//! the promise is no better than the agreement of the instances' clocks.

use durable_queue::{DurableQueue, QueueError};

use crate::explorer::{Broken, Explored, Model};
use crate::rules::{Rule, Rules};
use crate::stores::from_millis;

pub(crate) const ONE_LEADER: Broken = "at most one leads at a time";
pub(crate) const FREE_TO_LEAD: Broken = "who asks while nobody else leads is made the leader";

const INSTANCES: usize = 3;

/// The longest time of leading without asking again.
const LONGEST: u8 = 2;

/// Three instances that want to lead.
pub(crate) struct Leaders(pub(crate) Rules);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    holder: Option<usize>,
    until: u8,
    /// The time for which each may believe that it leads.
    leads: [u8; INSTANCES],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    Ask { who: usize, ticks: u8 },
    Tick,
}

impl Model for Leaders {
    type State = State;
    type Key = State;
    type Move = Move;

    fn start(&self) -> State {
        State::default()
    }

    fn moves(&self, _: &State) -> Vec<Move> {
        let asks = (0..INSTANCES).flat_map(|who| (0..=LONGEST).map(move |ticks| Move::Ask { who, ticks }));
        asks.chain([Move::Tick]).collect()
    }

    fn step(&self, state: &State, step: Move) -> Result<State, Broken> {
        let Move::Ask { who, ticks } = step else { return Ok(state.later()) };
        let others = (0..INSTANCES).any(|other| other != who && state.leads[other] > 0);
        let mut after = *state;
        match (self.grants(state, who), others) {
            (true, true) => return Err(ONE_LEADER),
            (false, false) => return Err(FREE_TO_LEAD),
            (true, false) => {
                (after.holder, after.until) = (Some(who), ticks);
                after.leads[who] = ticks;
            }
            (false, true) => {}
        }
        Ok(after)
    }

    fn key(&self, state: &State) -> State {
        *state
    }

    fn describe(&self, before: &State, step: Move) -> String {
        match step {
            Move::Ask { who, ticks } => {
                format!("instance {who} asks to lead for {ticks} ticks: {}", self.grants(before, who))
            }
            Move::Tick => "time passes".into(),
        }
    }
}

impl Leaders {
    /// Answers whether the store's rule grants leadership.
    fn grants(&self, state: &State, who: usize) -> bool {
        let over = state.until == 0 && self.0.has(Rule::LeadEndsInTime);
        let goes_on = state.holder == Some(who) && self.0.has(Rule::LeadersGoOn);
        state.holder.is_none() || over || goes_on || !self.0.has(Rule::LeadersAreAlone)
    }
}

impl State {
    fn later(self) -> Self {
        let leads = self.leads.map(|ticks| ticks.saturating_sub(1));
        Self { until: self.until.saturating_sub(1), leads, ..self }
    }
}

/// Makes every transition in a real store, each under a name of its own.
pub(crate) async fn walk(
    model: &Leaders,
    found: &Explored<Leaders>,
    store: &dyn DurableQueue,
) -> Result<usize, QueueError> {
    let mut walked = 0;
    for end in 0..found.states.len() {
        for last in model.moves(&found.states[end]) {
            walked += 1;
            let (mut state, mut now) = (model.start(), 0);
            for step in found.path(end).into_iter().chain([last]) {
                let at = |ticks: u8| from_millis(now + i64::from(ticks) * 1000);
                match step {
                    Move::Ask { who, ticks } => {
                        let led = store
                            .try_acquire_leadership(&walked.to_string(), &who.to_string(), at(0), at(ticks))
                            .await?;
                        let how = model.describe(&state, step);
                        assert_eq!(led, model.grants(&state, who), "{how}, but the store differs");
                    }
                    Move::Tick => now += 1000,
                }
                state = model.step(&state, step).map_err(QueueError::new)?;
            }
        }
    }
    Ok(walked)
}
