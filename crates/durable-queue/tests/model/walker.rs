//! A walker repeats the moves of the model in a real store and compares the answers. Each walk uses its own
//! installation and ends with nothing left to do, so that many can follow each other on one database.

use std::time::Duration;

use durable_queue::rate_limit::RateLimit;
use durable_queue::{
    Accepted, Class, Delivery, DurableQueue, FollowUp, JobId, NewJob, Queue, QueueError, Settled, TenantId,
};
use jiff::Timestamp;

use crate::explorer::Model;
use crate::queue::{INBOX, JOBS, LEASE, PAUSE, Plan, Stage, Verdict};
use crate::stores::{Database, from_millis};
use crate::world::{Answer, Move, State, WORKERS, Worker, World};

/// The length of a tick, in milliseconds.
const TICK: i64 = 1000;

/// The largest number of moves until nothing is left to do.
const PATIENCE: usize = 200;

pub(crate) struct Walker<'a> {
    world: &'a World,
    database: &'a Database,
    store: Option<Box<dyn DurableQueue>>,
    walks: i64,
    pub(crate) state: State,
    now: i64,
    claims: [Option<durable_queue::Claim>; WORKERS],
    ids: [Option<JobId>; JOBS],
    dead: u64,
    trace: Vec<String>,
}

impl<'a> Walker<'a> {
    pub(crate) async fn new(world: &'a World, database: &'a Database) -> Result<Self, QueueError> {
        let store = Some(database.open().await?);
        let state = world.start();
        let (claims, ids, trace) = (Default::default(), Default::default(), Vec::new());
        let dead = 0;
        let mut walker = Self { world, database, store, walks: 0, state, now: 0, claims, ids, dead, trace };
        walker.dead = walker.store()?.overview().await?.dead;
        walker.begin();
        Ok(walker)
    }

    /// Begins a walk.
    pub(crate) fn begin(&mut self) {
        self.walks += 1;
        self.state = self.world.start();
        // Later than anything of the walk before.
        self.now += 1_000_000;
        (self.claims, self.ids) = Default::default();
        self.trace.clear();
    }

    fn store(&self) -> Result<&dyn DurableQueue, QueueError> {
        self.store.as_deref().ok_or_else(|| QueueError::new("the store is closed"))
    }

    /// Makes a move in both worlds.
    pub(crate) async fn make(&mut self, step: Move) -> Result<(), QueueError> {
        let before = self.state;
        self.trace.push(self.world.describe(&before, step));
        let expected = self.world.act(&mut self.state, step).map_err(|broken| self.differs(broken))?;
        let answer = self.ask(&before, step, expected).await?;
        if answer != expected {
            return Err(self.differs(&format!("the store answers{answer}")));
        }
        self.look().await
    }

    /// Ends a walk: does the rest of the work.
    pub(crate) async fn end(&mut self) -> Result<(), QueueError> {
        let mut moves = 0;
        while let Some(step) = self.world.fair(&self.state) {
            self.make(step).await?;
            moves += 1;
            if moves > PATIENCE {
                return Err(self.differs("it never ends"));
            }
        }
        let notices = self.store()?.claim(Queue::Outbox, 100, self.at(0), Duration::from_secs(1)).await?;
        let told = self.state.told.count_ones() as usize;
        if notices.len() != told {
            return Err(self.differs(&format!("{told} were told by {} notices", notices.len())));
        }
        for notice in notices {
            self.store()?.settle(&notice, durable_queue::Verdict::Done, Vec::new(), self.at(0)).await?;
        }
        self.dead += self.state.queue.rows.iter().filter(|row| row.stage == Stage::Dead).count() as u64;
        let left = self.store()?.overview().await?;
        let nothing = durable_queue::Overview { dead: self.dead, ..durable_queue::Overview::default() };
        if left == nothing { Ok(()) } else { Err(self.differs(&format!("what is left is {left:?}"))) }
    }

    async fn ask(&mut self, before: &State, step: Move, expected: Answer) -> Result<Answer, QueueError> {
        Ok(match step {
            Move::Send { delivery, .. } => Answer::Accepted(self.accept(before, delivery).await?),
            Move::Claim { worker, lane } => self.claim(worker, lane, expected).await?,
            Move::Renew { worker } => {
                let claim = self.held(worker)?;
                Answer::Held(self.store()?.renew(claim, self.at(LEASE)).await? == Settled::Applied)
            }
            Move::Settle { worker, verdict } => Answer::Held(self.settle(before, worker, verdict).await?),
            Move::Look { .. } => Answer::Overdue(self.overdue().await?),
            Move::Tell { job, .. } => Answer::Told(self.tell(job).await?),
            Move::Crash { .. } => Answer::Nothing,
            Move::Restart => {
                self.store = None;
                self.store = Some(self.database.open().await?);
                Answer::Nothing
            }
            Move::Tick => {
                self.now += TICK;
                Answer::Nothing
            }
        })
    }

    async fn accept(&self, before: &State, delivery: usize) -> Result<bool, QueueError> {
        let plans = self.world.deliveries[delivery].iter().map(|job| usize::from(*job));
        let jobs = plans.map(|job| self.job(job, before.asked + 1)).collect();
        let delivery = Delivery { installation: self.installation(), key: delivery.to_string() };
        Ok(self.store()?.accept(delivery, jobs, self.at(0)).await? == Accepted::New)
    }

    fn job(&self, job: usize, version: u8) -> NewJob {
        let plan = &self.world.on.jobs[job];
        let rate_limit = self.world.on.rate_limit;
        let millis = |ticks: u8| u32::from(ticks) * u32::try_from(TICK).unwrap_or_default();
        let bucket =
            RateLimit { bucket: "bucket".into(), every_ms: millis(rate_limit.every), burst: rate_limit.burst.into() };
        let body = body(plan, job, 0, version);
        NewJob {
            after_key: plan.behind.map(|key| key.to_string()),
            // Its own, so that its virtual time is when it joins.
            fairness_key: job.to_string(),
            class: if plan.machine { Class::Machine } else { Class::Person },
            rate_limits: plan.paced.then_some(bucket).into_iter().collect(),
            coalesce_key: plan.folds.then(|| "update".to_owned()),
            due: self.at(plan.delay),
            ..NewJob::new(&self.installation(), lane(plan.lane), plan.key.to_string(), self.at(0), body)
        }
    }

    async fn claim(&mut self, worker: usize, from: u8, expected: Answer) -> Result<Answer, QueueError> {
        let lease = Duration::from_millis(u64::from(LEASE) * TICK.unsigned_abs());
        let given = self.store()?.claim(lane(from), 1, self.at(0), lease).await?.into_iter().next();
        let Some(claim) = given else { return Ok(Answer::Claimed(None)) };
        let Answer::Claimed(Some(meant)) = expected else { return Err(self.differs(&format!("it gives {claim:?}"))) };
        let job = usize::from(meant.job);
        let id = *self.ids[job].get_or_insert(claim.id);
        let expected = durable_queue::Claim {
            id,
            installation: self.installation(),
            queue: lane(from),
            key: meant.key.to_string(),
            fence: meant.fence.into(),
            until: self.at(LEASE),
            attempt: meant.attempt.into(),
            outcome_unknown: meant.outcome_unknown,
            // Other tests check the time of the delivery.
            accepted: claim.accepted,
            request: claim.request,
            delay_notified: meant.told,
            body: body(&self.world.on.jobs[job], job, meant.step, meant.body),
            tenant_version: 0,
        };
        if claim != expected {
            return Err(self.differs(&format!("it gives {claim:?}\ninstead of {expected:?}")));
        }
        self.claims[worker] = Some(claim);
        Ok(Answer::Claimed(Some(meant)))
    }

    fn held(&self, worker: usize) -> Result<&durable_queue::Claim, QueueError> {
        self.claims[worker].as_ref().ok_or_else(|| self.differs("the worker holds nothing"))
    }

    async fn settle(&mut self, before: &State, worker: usize, verdict: Verdict) -> Result<bool, QueueError> {
        let claim = self.held(worker)?.clone();
        let (Worker::Holding(known) | Worker::Spent(known)) = before.workers[worker] else { return Ok(false) };
        let job = usize::from(known.job);
        let retry = |outcome_unknown| durable_queue::Verdict::Retry {
            due: self.at(PAUSE),
            cause: "failed".into(),
            outcome_unknown,
        };
        let next = body(&self.world.on.jobs[job], job, known.step + 1, known.body);
        let (stored, mut effects) = match verdict {
            Verdict::Done => (durable_queue::Verdict::Done, Vec::new()),
            Verdict::Dead => (durable_queue::Verdict::Dead { cause: "given up".into() }, Vec::new()),
            Verdict::Continue => {
                (durable_queue::Verdict::Continue { body: next.clone(), until: self.at(LEASE) }, Vec::new())
            }
            Verdict::Retry { outcome_unknown } => (retry(outcome_unknown), Vec::new()),
            Verdict::Limited(until) => {
                (retry(false), vec![FollowUp::Close { bucket: "bucket".into(), until: self.at(until) }])
            }
        };
        if let Some(then) = self.world.on.jobs[job].then.filter(|_| verdict == Verdict::Done) {
            let then = self.job(usize::from(then), 0);
            effects.push(FollowUp::Enqueue(NewJob {
                accepted: claim.accepted,
                delay_notified: claim.delay_notified,
                ..then
            }));
        }
        let held = self.store()?.settle(&claim, stored, effects, self.at(0)).await? == Settled::Applied;
        if verdict == Verdict::Continue && held {
            self.claims[worker] = Some(durable_queue::Claim { body: next, ..claim });
        }
        Ok(held)
    }

    async fn overdue(&mut self) -> Result<u8, QueueError> {
        let mut jobs = 0;
        for waiting in self.store()?.overdue(self.at(0), 100).await? {
            let job = job_of(&waiting.body).ok_or_else(|| self.differs("who is that?"))?;
            self.ids[job].get_or_insert(waiting.id);
            jobs |= 1 << job;
        }
        Ok(jobs)
    }

    async fn tell(&self, job: usize) -> Result<bool, QueueError> {
        let id = self.ids[job].ok_or_else(|| self.differs("nobody said that this job waits"))?;
        let notice = NewJob::new(&self.installation(), Queue::Outbox, format!("notice {job}"), self.at(0), "it waits");
        self.store()?.tell(id, notice, self.at(0)).await
    }

    /// Compares the answers that need no move: the next due time.
    async fn look(&self) -> Result<(), QueueError> {
        for asked in self.world.lanes() {
            let said = self.store()?.next_due(lane(asked)).await?;
            let heads = self
                .state
                .queue
                .rows
                .iter()
                .zip(&self.world.on.jobs)
                .filter(|(row, plan)| row.stage == Stage::Live && row.head && plan.lane == asked);
            let next = heads.map(|(row, _)| self.at(if row.ready { 0 } else { row.due })).min();
            let both_past = said.is_some_and(|said| said <= self.at(0)) && next == Some(self.at(0));
            if said != next && !both_past {
                return Err(self.differs(&format!("the next is due {said:?} instead of {next:?}")));
            }
        }
        Ok(())
    }

    fn installation(&self) -> TenantId {
        TenantId::new(format!("T{}-{}", self.world.name, self.walks))
    }

    fn at(&self, ticks: u8) -> Timestamp {
        from_millis(self.now + i64::from(ticks) * TICK)
    }

    fn differs(&self, how: &str) -> QueueError {
        let trace: Vec<_> = self.trace.iter().enumerate().map(|(n, line)| format!("{:4}. {line}", n + 1)).collect();
        QueueError::new(format!("{}: the store differs from the model\n{}\n{how}", self.world.name, trace.join("\n")))
    }
}

fn lane(lane: u8) -> Queue {
    if lane == INBOX { Queue::Work } else { Queue::Outbox }
}

/// Returns a body that names the job and its progress; for an update, the version it shows.
fn body(plan: &Plan, job: usize, step: u8, version: u8) -> String {
    if plan.folds { format!("version {version}") } else { format!("{job} {step}") }
}

fn job_of(body: &str) -> Option<usize> {
    body.split(' ').next().and_then(|job| job.parse().ok())
}
