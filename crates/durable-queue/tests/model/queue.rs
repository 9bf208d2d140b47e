//! The durable queue in memory: the text of the trait `DurableQueue`, one line of code for a sentence. Times are ticks
//! from now; a past time is 0, because the queue never asks how long ago.

use crate::rules::{Rule, Rules};

/// The largest number of jobs.
pub(crate) const JOBS: usize = 4;

/// The queue of commands, and that of messages.
pub(crate) const INBOX: u8 = 0;
pub(crate) const OUTBOX: u8 = 1;

/// The length of a lease, in ticks.
pub(crate) const LEASE: u8 = 2;

/// The wait of a retried job, in ticks.
pub(crate) const PAUSE: u8 = 1;

/// The properties of a job before it exists.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) lane: u8,
    /// Its ordering key.
    pub(crate) key: u8,
    pub(crate) behind: Option<u8>,
    /// True if no person waits for it.
    pub(crate) machine: bool,
    /// True if it is an update that a later one may replace.
    pub(crate) folds: bool,
    /// The time from its acceptance until it is due.
    pub(crate) delay: u8,
    /// True if it must pass the bucket.
    pub(crate) paced: bool,
    /// The number of its steps besides the last.
    pub(crate) steps: u8,
    /// The job it leaves behind when it is done.
    pub(crate) then: Option<u8>,
}

/// The speed at which a bucket empties, in ticks for each call, and the number of calls that pass at once after a rest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) every: u8,
    pub(crate) burst: u8,
}

/// The settings of the queue.
#[derive(Clone, Debug)]
pub(crate) struct Protocol {
    pub(crate) rules: Rules,
    pub(crate) jobs: Vec<Plan>,
    pub(crate) rate_limit: Pace,
}

impl Protocol {
    /// Returns the same under other rules.
    pub(crate) fn with(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }
}

/// The state of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Stage {
    #[default]
    Unknown,
    Live,
    /// Its body replaced an earlier one's.
    Folded,
    Done,
    Dead,
}

/// The stored row of a job.
#[expect(clippy::struct_excessive_bools, reason = "they are the table's columns")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    pub(crate) stage: Stage,
    pub(crate) id: u8,
    /// Its partition.
    pub(crate) key: u8,
    pub(crate) head: bool,
    pub(crate) ready: bool,
    pub(crate) in_flight: bool,
    pub(crate) outcome_unknown: bool,
    pub(crate) slot: bool,
    pub(crate) told: bool,
    /// True if time has passed since it was accepted.
    pub(crate) old: bool,
    pub(crate) due: u8,
    pub(crate) fence: u8,
    pub(crate) attempt: u8,
    pub(crate) step: u8,
    /// The version that its body shows, if it is an update.
    pub(crate) body: u8,
}

/// The right to work on a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Claim {
    /// The job's number; the queue itself goes by the id.
    pub(crate) job: u8,
    pub(crate) id: u8,
    pub(crate) key: u8,
    pub(crate) fence: u8,
    pub(crate) attempt: u8,
    pub(crate) outcome_unknown: bool,
    pub(crate) told: bool,
    pub(crate) step: u8,
    pub(crate) body: u8,
}

/// The outcome of a claimed job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Done,
    Dead,
    Continue,
    Retry {
        outcome_unknown: bool,
    },
    /// Surely without effect; and nothing passes the bucket for this many ticks.
    Limited(u8),
}

/// Everything that is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Queue {
    pub(crate) rows: [Row; JOBS],
    pub(crate) deliveries: u8,
    pub(crate) last_id: u8,
    pub(crate) full: u8,
    pub(crate) closed: u8,
}

impl Queue {
    /// Answers whether the delivery is new. One that is torn is stored without its jobs.
    pub(crate) fn accept(&mut self, on: &Protocol, delivery: usize, jobs: &[u8], torn: bool) -> bool {
        let known = self.deliveries >> delivery & 1 == 1;
        if known && on.rules.has(Rule::AcceptKnowsDeliveries) {
            return false;
        }
        self.deliveries |= 1 << delivery;
        for job in jobs.iter().filter(|_| !torn) {
            self.join(on, *job, false, false);
        }
        true
    }

    fn join(&mut self, on: &Protocol, job: u8, told: bool, old: bool) {
        let plan = on.jobs[usize::from(job)];
        let behind =
            plan.behind.filter(|key| !on.rules.has(Rule::BehindNeedsSomebody) || self.head(on, plan.lane, *key));
        let key = behind.filter(|_| on.rules.has(Rule::JoinHonoursBehind)).unwrap_or(plan.key);
        let head = !on.rules.has(Rule::JoinLooksWhoIsThere) || !self.head(on, plan.lane, key);
        let body = self.version(on, &plan);
        if !head && plan.folds && self.folded(on, &plan, key, body) {
            self.rows[usize::from(job)].stage = Stage::Folded;
            return;
        }
        let (id, due) = (self.new_id(on), plan.delay);
        let row = Row { stage: Stage::Live, id, key, head, due, told, old, body, ..Row::default() };
        self.rows[usize::from(job)] = Row { ready: head && is_due(on.rules, &row), ..row };
    }

    /// Answers whether a job is in the partition.
    fn head(&self, on: &Protocol, lane: u8, key: u8) -> bool {
        self.line(on, lane, key).next().is_some()
    }

    fn line<'a>(&'a self, on: &'a Protocol, lane: u8, key: u8) -> impl Iterator<Item = usize> + 'a {
        (0..on.jobs.len()).filter(move |n| {
            let row = &self.rows[*n];
            row.stage == Stage::Live && row.key == key && on.jobs[*n].lane == lane
        })
    }

    /// Returns the version that an update shows, which grows in the order of joining.
    fn version(&self, on: &Protocol, plan: &Plan) -> u8 {
        let before = (0..on.jobs.len()).filter(|n| on.jobs[*n].folds && self.rows[*n].stage != Stage::Unknown);
        if plan.folds { before.fold(1, |version, _| version + 1) } else { 0 }
    }

    fn folded(&mut self, on: &Protocol, plan: &Plan, key: u8, version: u8) -> bool {
        let waits = |row: &Row| !row.in_flight || !on.rules.has(Rule::FoldSparesWhatIsInFlight);
        let alike = self.line(on, plan.lane, key).filter(|n| on.jobs[*n].folds && waits(&self.rows[*n]));
        let by_age = |n: &usize| self.rows[*n].id;
        let latest = on.rules.has(Rule::FoldReplacesTheLatest);
        let replaced = if latest { alike.max_by_key(by_age) } else { alike.min_by_key(by_age) };
        let replaced = replaced.filter(|_| on.rules.has(Rule::FoldReplaces));
        replaced.map(|n| self.rows[n].body = version).is_some()
    }

    fn new_id(&mut self, on: &Protocol) -> u8 {
        let kept = self.rows.iter().filter(|row| matches!(row.stage, Stage::Live | Stage::Dead));
        let last = if on.rules.has(Rule::IdsAreNew) { Some(self.last_id) } else { kept.map(|row| row.id).max() };
        self.last_id = last.unwrap_or_default() + 1;
        self.last_id
    }

    /// Takes one job of the queue.
    pub(crate) fn claim(&mut self, on: &Protocol, lane: u8) -> Option<Claim> {
        let heads = |row: &Row| row.stage == Stage::Live && (row.head || !on.rules.has(Rule::ClaimTakesHeads));
        let lanes = |n: usize| on.jobs[n].lane == lane;
        for n in (0..on.jobs.len()).filter(|n| lanes(*n)) {
            let row = &mut self.rows[n];
            row.ready |= heads(row) && is_due(on.rules, row);
        }
        loop {
            let ready = (0..on.jobs.len()).filter(|n| lanes(*n) && heads(&self.rows[*n]) && self.rows[*n].ready);
            let class = |n: &usize| on.jobs[*n].machine && on.rules.has(Rule::ClaimPrefersPeople);
            let n = ready.min_by_key(|n| (class(n), self.rows[*n].id))?;
            match self.put_off(on, n) {
                None => return Some(self.take(on, n)),
                Some((due, slot)) => self.rows[n] = Row { due, slot, ready: false, ..self.rows[n] },
            }
        }
    }

    /// Returns the time until which its bucket holds the job back, and whether that is a reservation; `None` if it
    /// passes.
    fn put_off(&mut self, on: &Protocol, n: usize) -> Option<(u8, bool)> {
        let reserved = self.rows[n].slot;
        if !on.jobs[n].paced {
            return None;
        }
        let held_up = !reserved || on.rules.has(Rule::ClosedHoldsUpAppointments);
        if self.closed > 0 && held_up && on.rules.has(Rule::ClosedIsClosed) {
            return Some((self.closed, false));
        }
        if reserved && on.rules.has(Rule::AppointmentsAreKept) {
            return None;
        }
        let free = self.full.saturating_sub(on.rate_limit.every * (on.rate_limit.burst - 1));
        if on.rules.has(Rule::PassingFills) {
            self.full += on.rate_limit.every;
        }
        (free > 0).then_some((free, true))
    }

    fn take(&mut self, on: &Protocol, n: usize) -> Claim {
        let row = &mut self.rows[n];
        (row.ready, row.slot) = (false, false);
        if on.rules.has(Rule::ClaimTakesALease) {
            row.due = LEASE;
        }
        row.fence += u8::from(on.rules.has(Rule::ClaimMovesTheFence));
        row.attempt += u8::from(on.rules.has(Rule::ClaimCounts));
        row.outcome_unknown |= row.in_flight && on.rules.has(Rule::ClaimDoubtsWhatWasInFlight);
        row.in_flight = true;
        let job = u8::try_from(n).unwrap_or_default();
        let Row { id, key, fence, attempt, outcome_unknown, told, step, body, .. } = *row;
        Claim { job, id, key, fence, attempt, outcome_unknown, told, step, body }
    }

    /// Returns the row of the claim, if it holds.
    fn held(&self, on: &Protocol, claim: Claim, fenced: Rule) -> Option<usize> {
        let lane = on.jobs[usize::from(claim.job)].lane;
        (0..on.jobs.len()).find(|n| {
            let row = &self.rows[*n];
            let kept =
                row.stage == Stage::Live || row.stage == Stage::Dead && !on.rules.has(Rule::SettleNeedsALivingJob);
            let named = row.id == claim.id && row.key == claim.key && on.jobs[*n].lane == lane;
            kept && named && (row.fence == claim.fence || !on.rules.has(fenced))
        })
    }

    /// Moves the end of the lease. Answers whether the claim holds.
    pub(crate) fn renew(&mut self, on: &Protocol, claim: Claim) -> bool {
        let Some(n) = self.held(on, claim, Rule::RenewChecksTheFence) else { return false };
        if on.rules.has(Rule::RenewMovesTheLease) {
            self.postpone(on, n, LEASE);
        }
        true
    }

    fn postpone(&mut self, on: &Protocol, n: usize, due: u8) {
        let row = &mut self.rows[n];
        let appointed = row.slot && on.rules.has(Rule::AppointmentsStand);
        row.due = if appointed { row.due.max(due) } else { due };
        row.ready = false;
    }

    /// Stores the verdict. Answers whether it was stored.
    pub(crate) fn settle(&mut self, on: &Protocol, claim: Claim, verdict: Verdict) -> bool {
        let Some(n) = self.held(on, claim, Rule::SettleChecksTheFence) else { return false };
        let told = claim.told || on.rules.has(Rule::ToldIsInherited) && self.rows[n].told;
        let old = self.rows[n].old;
        match verdict {
            Verdict::Done => self.leave(on, n, Stage::Done, Rule::DoneFreesTheNext),
            Verdict::Dead => self.leave(on, n, Stage::Dead, Rule::DeadFreesTheNext),
            Verdict::Continue => self.go_on(on, n),
            Verdict::Retry { outcome_unknown } => self.give_back(on, n, PAUSE, outcome_unknown),
            Verdict::Limited(until) => {
                self.give_back(on, n, PAUSE, false);
                self.closed = if on.rules.has(Rule::LaterClosingHolds) { self.closed.max(until) } else { until };
            }
        }
        let then = on.jobs[usize::from(claim.job)].then.filter(|_| verdict == Verdict::Done);
        if let Some(then) = then.filter(|_| on.rules.has(Rule::SettleIsAtomic)) {
            self.join(on, then, told, old);
        }
        true
    }

    fn leave(&mut self, on: &Protocol, n: usize, stage: Stage, frees: Rule) {
        let Row { id, key, fence, told, .. } = self.rows[n];
        self.rows[n] = Row { stage, id, key, told, fence, ..Row::default() };
        if on.rules.has(frees) {
            self.free(on, on.jobs[n].lane, key);
        }
    }

    fn free(&mut self, on: &Protocol, lane: u8, key: u8) {
        if let Some(next) = self.line(on, lane, key).min_by_key(|n| self.rows[*n].id) {
            let row = &mut self.rows[next];
            row.head = true;
            row.ready = is_due(on.rules, row);
        }
    }

    fn go_on(&mut self, on: &Protocol, n: usize) {
        let due = if on.rules.has(Rule::ContinueMovesTheLease) { LEASE } else { self.rows[n].due };
        self.postpone(on, n, due);
        let row = &mut self.rows[n];
        row.step += 1;
        row.outcome_unknown &= !on.rules.has(Rule::ContinueEndsDoubt);
    }

    fn give_back(&mut self, on: &Protocol, n: usize, due: u8, outcome_unknown: bool) {
        self.postpone(on, n, if on.rules.has(Rule::RetryWaits) { due } else { 0 });
        let row = &mut self.rows[n];
        row.fence += u8::from(on.rules.has(Rule::RetryMovesTheFence));
        row.in_flight &= !on.rules.has(Rule::RetryEndsTheFlight);
        row.outcome_unknown &= on.rules.has(Rule::RetryKeepsEarlierDoubt);
        row.outcome_unknown |= outcome_unknown && on.rules.has(Rule::RetryKeepsItsDoubt);
        if !on.rules.has(Rule::RetryKeepsItsPlace) {
            let (id, key) = (self.new_id(on), self.rows[n].key);
            self.rows[n] = Row { id, head: false, ..self.rows[n] };
            self.free(on, on.jobs[n].lane, key);
        }
    }

    /// Returns the commands whose people were not notified of the delay yet, as a set.
    pub(crate) fn overdue(&self, on: &Protocol) -> u8 {
        let waits = |row: &Row| row.stage == Stage::Live && row.old && !row.told;
        let commands = (0..on.jobs.len()).filter(|n| on.jobs[*n].lane == INBOX);
        commands.filter(|n| waits(&self.rows[*n])).fold(0, |set, n| set | 1 << n)
    }

    /// Answers whether the person was notified.
    pub(crate) fn tell(&mut self, on: &Protocol, job: usize) -> bool {
        let row = &mut self.rows[job];
        let waits = row.stage == Stage::Live || !on.rules.has(Rule::TellLooksWhetherItWaits);
        let told = waits && (!row.told || !on.rules.has(Rule::TellOnce));
        row.told |= told;
        told
    }

    /// Ends every lease: the only process there was is dead.
    pub(crate) fn restart(&mut self, on: &Protocol) {
        let held = |row: &Row| row.stage == Stage::Live && row.in_flight && !row.ready;
        for n in 0..JOBS {
            if held(&self.rows[n]) {
                self.postpone(on, n, 0);
            }
        }
    }

    /// Lets time pass. The age of a job changes only if a timer asks for it.
    pub(crate) fn tick(&mut self, ages: bool) {
        for row in &mut self.rows {
            row.due = row.due.saturating_sub(1);
            row.old |= ages && row.stage == Stage::Live;
        }
        self.full = self.full.saturating_sub(1);
        self.closed = self.closed.saturating_sub(1);
    }
}

fn is_due(rules: Rules, row: &Row) -> bool {
    let leased = row.in_flight && row.due > 0;
    let waited = if row.in_flight {
        !leased || !rules.has(Rule::ClaimRespectsLeases)
    } else {
        row.due == 0 || !rules.has(Rule::ClaimWaitsUntilDue)
    };
    waited && (rules.has(Rule::EndedLeasesAreDue) || !row.in_flight)
}
