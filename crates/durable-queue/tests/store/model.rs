//! For any requests in any order, the store answers as a list in memory would: no job is lost, none is done twice,
//! partitions keep their order, and only the latest claim counts.

#![expect(clippy::indexing_slicing, reason = "an index that is wrong is a failed test")]

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use durable_queue::{
    Accepted, Claim, Delivery, DurableQueue, FollowUp, JobId, NewJob, Overview, Queue, QueueError, Settled, TenantId,
    Verdict,
};
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::Config;

use crate::sqlite::Home;

const LEASE: i64 = 20;

proptest! {
    #![proptest_config(Config { cases: 64, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_store_is_a_list_of_jobs(steps in vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        runtime.block_on(compare(steps)).map_err(|fault| TestCaseError::fail(fault.to_string()))?;
    }
}

async fn compare(steps: Vec<Step>) -> Result<(), QueueError> {
    let home = Home::new()?;
    let store = home.fresh().await?;
    let mut model = Model::default();
    for step in steps {
        model.take(&store, step).await?;
        model.look(&store).await?;
    }
    model.drain(&store).await
}

/// One request to the store.
#[derive(Clone, Debug)]
enum Step {
    Accept { installation: usize, delivery: usize, jobs: Vec<Wish> },
    Claim { queue: Queue, max: usize },
    Settle { claim: Index, ending: Ending, follows: Option<Wish> },
    Renew { claim: Index, seconds: i64 },
    Tell { claim: Index, notice: Wish },
    Wait { seconds: i64 },
}

/// A verdict without its texts.
#[derive(Clone, Debug)]
enum Ending {
    Done,
    Continue(i64),
    Retry(i64),
    Dead,
}

/// A job before it is stored, without its name.
#[derive(Clone, Debug)]
struct Wish {
    queue: Queue,
    key: usize,
    behind: Option<usize>,
    delay: i64,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..2_usize, 0..12_usize, vec(wish(), 0..4))
            .prop_map(|(installation, delivery, jobs)| Step::Accept { installation, delivery, jobs }),
        4 => (queue(), 0..4_usize).prop_map(|(queue, max)| Step::Claim { queue, max }),
        6 => (any::<Index>(), ending(), option::of(wish()))
            .prop_map(|(claim, ending, follows)| Step::Settle { claim, ending, follows }),
        1 => (any::<Index>(), 0..40_i64).prop_map(|(claim, seconds)| Step::Renew { claim, seconds }),
        1 => (any::<Index>(), wish()).prop_map(|(claim, notice)| Step::Tell { claim, notice }),
        2 => (1..30_i64).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        3 => Just(Ending::Done),
        1 => (0..40_i64).prop_map(Ending::Continue),
        2 => (0..40_i64).prop_map(Ending::Retry),
        1 => Just(Ending::Dead),
    ]
}

fn wish() -> impl Strategy<Value = Wish> {
    (queue(), 0..3_usize, option::of(0..3_usize), 0..15_i64).prop_map(|(queue, key, behind, delay)| Wish {
        queue,
        key,
        behind,
        delay,
    })
}

fn queue() -> impl Strategy<Value = Queue> {
    prop_oneof![3 => Just(Queue::Work), 1 => Just(Queue::Outbox)]
}

/// A job in the list. Jobs are in the list in the order in which they were stored.
#[derive(Clone, Debug)]
struct Job {
    installation: usize,
    queue: Queue,
    key: String,
    due: i64,
    /// The virtual time, in milliseconds.
    turn: i64,
    accepted: i64,
    request: Option<Timestamp>,
    told: bool,
    attempt: u32,
    body: String,
    /// The index in `claims` of the claim that counts.
    held: Option<usize>,
}

#[derive(Default)]
struct Model {
    now: i64,
    named: usize,
    /// The order in which due jobs are served, by name.
    turns: HashMap<String, i64>,
    last_turns: HashMap<(usize, bool), i64>,
    dead: u64,
    deliveries: HashSet<(usize, usize)>,
    jobs: Vec<Job>,
    /// Every claim given out so far.
    claims: Vec<Claim>,
}

impl Model {
    async fn take(&mut self, store: &dyn DurableQueue, step: Step) -> Result<(), QueueError> {
        match step {
            Step::Accept { installation, delivery, jobs } => self.accept(store, installation, delivery, jobs).await,
            Step::Claim { queue, max } => self.claim(store, queue, max).await.map(drop),
            Step::Settle { claim, ending, follows } if !self.claims.is_empty() => {
                self.settle(store, claim.index(self.claims.len()), ending, follows).await
            }
            Step::Renew { claim, seconds } if !self.claims.is_empty() => {
                self.renew(store, claim.index(self.claims.len()), seconds).await
            }
            Step::Tell { claim, notice } if !self.claims.is_empty() => {
                self.tell(store, claim.index(self.claims.len()), &notice).await
            }
            Step::Settle { .. } | Step::Renew { .. } | Step::Tell { .. } => Ok(()),
            Step::Wait { seconds } => {
                self.now += seconds;
                Ok(())
            }
        }
    }

    async fn accept(
        &mut self,
        store: &dyn DurableQueue,
        installation: usize,
        delivery: usize,
        preferences: Vec<Wish>,
    ) -> Result<(), QueueError> {
        let jobs: Vec<_> = preferences.iter().map(|wish| self.name(installation, wish)).collect();
        let expected = if self.deliveries.insert((installation, delivery)) {
            for job in &jobs {
                self.enqueue(installation, job);
            }
            Accepted::New
        } else {
            Accepted::Duplicate
        };
        let delivery = Delivery { installation: id(installation), key: delivery.to_string() };
        assert_eq!(store.accept(delivery, jobs, at(self.now)).await?, expected);
        Ok(())
    }

    async fn claim(&mut self, store: &dyn DurableQueue, queue: Queue, max: usize) -> Result<Vec<Claim>, QueueError> {
        let claims = store.claim(queue, max, at(self.now), Duration::from_secs(LEASE.unsigned_abs())).await?;
        let mut ready: Vec<usize> =
            (0..self.jobs.len()).filter(|&n| self.is_head(n, queue) && self.jobs[n].due <= self.now).collect();
        ready.sort_by_key(|&n| self.jobs[n].turn);
        ready.truncate(max);
        assert_eq!(claims.len(), ready.len(), "{claims:?}");
        for (claim, n) in claims.iter().zip(ready) {
            self.jobs[n].attempt += 1;
            self.jobs[n].due = self.now + LEASE;
            assert_eq!(*claim, describe(&self.jobs[n], claim));
            if let Some(before) = self.claims.iter().rfind(|earlier| earlier.id == claim.id) {
                assert!(claim.fence > before.fence, "the fence grows: {before:?} {claim:?}");
            }
            self.jobs[n].held = Some(self.claims.len());
            self.claims.push(claim.clone());
        }
        Ok(claims)
    }

    async fn settle(
        &mut self,
        store: &dyn DurableQueue,
        which: usize,
        ending: Ending,
        follows: Option<Wish>,
    ) -> Result<(), QueueError> {
        let claim = self.claims[which].clone();
        let installation = usize::from(claim.installation == id(1));
        let follows = follows.map(|wish| self.name(installation, &wish));
        let verdict = match ending {
            Ending::Done => Verdict::Done,
            Ending::Dead => Verdict::Dead { cause: "given up".into() },
            Ending::Retry(seconds) => {
                Verdict::Retry { due: at(self.now + seconds), cause: "failed".into(), outcome_unknown: false }
            }
            Ending::Continue(seconds) => {
                Verdict::Continue { body: format!("{}+", claim.body), until: at(self.now + seconds) }
            }
        };
        let effects = follows.iter().cloned().map(FollowUp::Enqueue).collect();
        let settled = store.settle(&claim, verdict, effects, at(self.now)).await?;
        let Some(n) = self.holder(which) else {
            assert_eq!(settled, Settled::LostLease, "{claim:?}");
            return Ok(());
        };
        assert_eq!(settled, Settled::Applied, "{claim:?}");
        let (told, queue) = (self.jobs[n].told, self.jobs[n].queue);
        match ending {
            Ending::Done => drop(self.jobs.remove(n)),
            Ending::Dead => {
                self.jobs.remove(n);
                self.dead += 1;
            }
            Ending::Retry(seconds) => {
                self.jobs[n].due = self.now + seconds;
                self.jobs[n].held = None;
            }
            Ending::Continue(seconds) => {
                self.jobs[n].due = self.now + seconds;
                self.jobs[n].body = format!("{}+", claim.body);
            }
        }
        if let Some(job) = follows {
            let told = job.delay_notified || (told && job.queue == queue);
            self.enqueue(installation, &NewJob { delay_notified: told, request: Some(claim.request()), ..job });
        }
        Ok(())
    }

    async fn renew(&mut self, store: &dyn DurableQueue, which: usize, seconds: i64) -> Result<(), QueueError> {
        let settled = store.renew(&self.claims[which], at(self.now + seconds)).await?;
        let holder = self.holder(which);
        assert_eq!(settled, if holder.is_some() { Settled::Applied } else { Settled::LostLease });
        if let Some(n) = holder {
            self.jobs[n].due = self.now + seconds;
        }
        Ok(())
    }

    /// Notifies the person behind a job that was claimed before, regardless of its present holder.
    async fn tell(&mut self, store: &dyn DurableQueue, which: usize, wish: &Wish) -> Result<(), QueueError> {
        let job = self.claims[which].id;
        let installation = usize::from(self.claims[which].installation == id(1));
        let notice = self.name(installation, wish);
        let told = store.tell(job, notice.clone(), at(self.now)).await?;
        let waiting = self.unfinished(job).and_then(|n| self.jobs.get_mut(n)).filter(|waiting| !waiting.told);
        assert_eq!(told, waiting.is_some(), "{job}");
        if let Some(waiting) = waiting {
            waiting.told = true;
            self.enqueue(installation, &notice);
        }
        Ok(())
    }

    /// Compares the answers that need no request: the next due time and the views.
    async fn look(&self, store: &dyn DurableQueue) -> Result<(), QueueError> {
        for queue in [Queue::Work, Queue::Outbox] {
            let heads = (0..self.jobs.len()).filter(|&n| self.is_head(n, queue));
            let next = heads.map(|n| self.jobs[n].due).min().map(at);
            let said = store.next_due(queue).await?;
            let both_past = said.is_some_and(|said| said <= at(self.now)) && next <= Some(at(self.now));
            assert!(said == next || both_past, "{queue:?}: {said:?} instead of {next:?}");
        }
        let waiting = |queue| self.jobs.iter().filter(|job| job.queue == queue).count() as u64;
        let expected = Overview {
            inbox: waiting(Queue::Work),
            outbox: waiting(Queue::Outbox),
            dead: self.dead,
            oldest: self.jobs.iter().map(|job| job.accepted).min().map(at),
        };
        assert_eq!(store.overview().await?, expected);
        let mut untold: Vec<_> = self.jobs.iter().filter(|job| job.queue == Queue::Work && !job.told).collect();
        untold.sort_by_key(|job| job.accepted);
        let overdue = store.overdue(at(self.now), 5).await?;
        let expected = untold.into_iter().filter(|job| job.accepted < self.now).take(5);
        assert_eq!(bodies(&overdue), expected.map(|job| job.body.as_str()).collect::<Vec<_>>());
        Ok(())
    }

    /// Does the rest of the work: each job once, and each partition in its order.
    async fn drain(&mut self, store: &dyn DurableQueue) -> Result<(), QueueError> {
        let mut left: HashSet<String> = self.jobs.iter().map(|job| job.body.clone()).collect();
        assert_eq!(left.len(), self.jobs.len(), "names are unique");
        self.now += 1000;
        for queue in [Queue::Work, Queue::Outbox] {
            loop {
                let claims = self.claim(store, queue, 3).await?;
                if claims.is_empty() {
                    break;
                }
                let first = self.claims.len() - claims.len();
                for (n, claim) in claims.iter().enumerate() {
                    assert!(left.remove(&claim.body), "{claim:?} is done once");
                    self.settle(store, first + n, Ending::Done, None).await?;
                }
            }
        }
        assert!(left.is_empty(), "never done: {left:?}");
        self.look(store).await
    }

    fn name(&mut self, installation: usize, wish: &Wish) -> NewJob {
        self.named += 1;
        let last = self.last_turns.entry((installation, wish.queue == Queue::Work)).or_insert(i64::MIN / 2);
        *last = (self.now * 1000).max(*last + 100);
        self.turns.insert(self.named.to_string(), *last);
        let (key, name) = (wish.key.to_string(), self.named.to_string());
        NewJob {
            after_key: wish.behind.map(|key| key.to_string()),
            due: at(self.now + wish.delay),
            ..NewJob::new(&id(installation), wish.queue, key, at(self.now), name)
        }
    }

    fn enqueue(&mut self, installation: usize, new: &NewJob) {
        let taken = |key: &String| {
            self.jobs.iter().any(|job| job.installation == installation && job.queue == new.queue && job.key == *key)
        };
        let key = new.after_key.as_ref().filter(|key| taken(key)).unwrap_or(&new.key).clone();
        self.jobs.push(Job {
            installation,
            queue: new.queue,
            key,
            due: seconds(new.due),
            turn: self.turns[&new.body],
            accepted: seconds(new.accepted),
            request: new.request,
            told: new.delay_notified,
            attempt: 0,
            body: new.body.clone(),
            held: None,
        });
    }

    fn is_head(&self, n: usize, queue: Queue) -> bool {
        let line = |job: &Job| (job.installation, job.queue, job.key.clone());
        let job = &self.jobs[n];
        job.queue == queue && !self.jobs[..n].iter().any(|older| line(older) == line(job))
    }

    /// Returns the job whose valid claim is this one.
    fn holder(&self, claim: usize) -> Option<usize> {
        self.jobs.iter().position(|job| job.held == Some(claim))
    }

    /// Returns the unfinished job with this id, recognised by its name.
    fn unfinished(&self, id: JobId) -> Option<usize> {
        let claim = self.claims.iter().find(|claim| claim.id == id)?;
        let name = claim.body.trim_end_matches('+');
        self.jobs.iter().position(|job| job.body.trim_end_matches('+') == name)
    }
}

/// Returns the claim that the list would give out. The store chooses only the id and the fence.
fn describe(job: &Job, given: &Claim) -> Claim {
    Claim {
        id: given.id,
        fence: given.fence,
        until: given.until,
        installation: id(job.installation),
        queue: job.queue,
        key: job.key.clone(),
        attempt: job.attempt,
        outcome_unknown: given.outcome_unknown,
        accepted: at(job.accepted),
        request: job.request,
        delay_notified: job.told,
        body: job.body.clone(),
        tenant_version: 0,
    }
}

fn bodies(claims: &[Claim]) -> Vec<&str> {
    claims.iter().map(|claim| claim.body.as_str()).collect()
}

fn id(installation: usize) -> TenantId {
    TenantId::new(format!("T{installation}"))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millisecond(seconds * 1000).unwrap_or(Timestamp::MAX)
}

fn seconds(instant: Timestamp) -> i64 {
    instant.as_second()
}
