//! Explores everything that can happen, breadth first: every state once, every move from it. So the first violation
//! found is one of the shortest, and none found means that there is none within the bounds of the model.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::{self, Debug, Display, Formatter};
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// A sentence that does not hold.
pub(crate) type Broken = &'static str;

pub(crate) const ENDS: Broken = "from every state a fair continuation finishes all jobs";

/// The largest number of moves in a fair continuation.
const PATIENCE: usize = 200;

/// The possible moves of a system, and the properties that must hold.
pub(crate) trait Model {
    type State: Clone;
    /// The key that tells states apart.
    type Key: Eq + Hash;
    type Move: Copy + PartialEq + Debug;

    fn start(&self) -> Self::State;

    /// Returns the possible next moves.
    fn moves(&self, state: &Self::State) -> Vec<Self::Move>;

    /// Returns the next state, or the property that the move violates.
    fn step(&self, state: &Self::State, step: Self::Move) -> Result<Self::State, Broken>;

    /// Answers whether exploring ends here: the bounds of the model.
    fn beyond(&self, _: &Self::State) -> bool {
        false
    }

    /// Returns the next move of a fair continuation, in which no one is unlucky for ever; `None` if there is nothing
    /// left to do.
    fn fair(&self, _: &Self::State) -> Option<Self::Move> {
        None
    }

    /// Returns the same key for states that differ only in the names of equal workers.
    fn key(&self, state: &Self::State) -> Self::Key;

    /// Returns the kind of situation in which the move was made, for tests that need one of each.
    fn situation(&self, _before: &Self::State, _step: Self::Move, _after: &Self::State) -> u64 {
        0
    }

    /// Returns the move and its result in words.
    fn describe(&self, before: &Self::State, step: Self::Move) -> String;
}

/// Every reachable state with its path.
pub(crate) struct Explored<M: Model> {
    pub(crate) states: Vec<M::State>,
    pub(crate) transitions: usize,
    /// The first occurrence of every situation: its state and its move.
    pub(crate) situations: HashMap<u64, (usize, M::Move), Fast>,
    index: HashMap<M::Key, usize, Fast>,
    /// The state before each state, and the move between them.
    cause: Vec<Option<(usize, M::Move)>>,
    /// The number of moves from the start to each state.
    depth: Vec<usize>,
}

/// The shortest path to a violation.
pub(crate) struct Counterexample {
    pub(crate) broken: Broken,
    trace: Vec<String>,
}

impl Display for Counterexample {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "violated: {}", self.broken)?;
        for (n, line) in self.trace.iter().enumerate() {
            writeln!(f, "{:4}. {line}", n + 1)?;
        }
        Ok(())
    }
}

/// Returns everything that can be reached from the start.
pub(crate) fn explore<M: Model>(model: &M) -> Result<Explored<M>, Counterexample> {
    explore_within(model, usize::MAX)
}

/// Returns everything that can be reached in `moves` moves.
pub(crate) fn explore_within<M: Model>(model: &M, moves: usize) -> Result<Explored<M>, Counterexample> {
    let start = model.start();
    let mut found = Explored {
        index: HashMap::from_iter([(model.key(&start), 0)]),
        states: vec![start],
        cause: vec![None],
        depth: vec![0],
        transitions: 0,
        situations: HashMap::default(),
    };
    let mut next = 0;
    while let Some(state) = found.states.get(next).filter(|_| found.depth[next] < moves).cloned() {
        for step in model.moves(&state) {
            let reached = model.step(&state, step).map_err(|broken| found.trace(model, next, Some(step), broken))?;
            if model.beyond(&reached) {
                continue;
            }
            found.transitions += 1;
            found.situations.entry(model.situation(&state, step, &reached)).or_insert((next, step));
            if let Entry::Vacant(place) = found.index.entry(model.key(&reached)) {
                place.insert(found.states.len());
                found.states.push(reached);
                found.cause.push(Some((next, step)));
                found.depth.push(found.depth[next] + 1);
            }
        }
        next += 1;
    }
    Ok(found)
}

impl<M: Model> Explored<M> {
    pub(crate) fn find(&self, model: &M, state: &M::State) -> Option<usize> {
        self.index.get(&model.key(state)).copied()
    }

    /// Returns the moves that lead to a state.
    pub(crate) fn path(&self, mut state: usize) -> Vec<M::Move> {
        let mut path = Vec::new();
        while let Some((before, step)) = self.cause[state] {
            path.push(step);
            state = before;
        }
        path.reverse();
        path
    }

    pub(crate) fn trace(&self, model: &M, end: usize, last: Option<M::Move>, broken: Broken) -> Counterexample {
        let mut state = model.start();
        let mut trace = Vec::new();
        for step in self.path(end).into_iter().chain(last) {
            trace.push(model.describe(&state, step));
            state = model.step(&state, step).unwrap_or(state);
        }
        Counterexample { broken, trace }
    }

    /// Checks that from every state everything comes to an end in its fair continuation.
    pub(crate) fn ends(&self, model: &M) -> Result<(), Counterexample> {
        let mut ends = vec![false; self.states.len()];
        for begin in 0..self.states.len() {
            let mut passed = vec![begin];
            let (mut state, mut moves) = (self.states[begin].clone(), Vec::new());
            while let Some(step) = model.fair(&state) {
                moves.push(step);
                let reached = model.step(&state, step);
                let violated = |broken| self.with_continuation(model, begin, &moves, broken);
                state = reached.map_err(violated)?;
                if moves.len() > PATIENCE {
                    return Err(violated(ENDS));
                }
                match self.find(model, &state) {
                    Some(known) if ends[known] => break,
                    Some(known) => passed.push(known),
                    None => {}
                }
            }
            for state in passed {
                ends[state] = true;
            }
        }
        Ok(())
    }

    fn with_continuation(&self, model: &M, begin: usize, moves: &[M::Move], broken: Broken) -> Counterexample {
        let mut example = self.trace(model, begin, None, broken);
        example.trace.push("from here on, fairly:".into());
        let mut state = self.states[begin].clone();
        for step in moves.iter().take(12) {
            example.trace.push(model.describe(&state, *step));
            state = model.step(&state, *step).unwrap_or(state);
        }
        example
    }
}

/// A multiplicative hash. The states are our own, so no one chooses them to collide.
#[derive(Default)]
pub(crate) struct Quick(u64);

pub(crate) type Fast = BuildHasherDefault<Quick>;

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.write_u64(u64::from_ne_bytes(*word));
        }
        for byte in rest {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}
