//! Verdicts on claimed jobs, each kind in one statement. A claim is checked as its verdict is stored: of two workers
//! that believe they have the job, the one with the older fence stores nothing.

use std::collections::{HashMap, HashSet};

use deadpool_postgres::ClientWrapper;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, Statement};

use super::partitions;
use super::statements::prepared;
use crate::fairness::Settlement;
use crate::queue_names::name;
use crate::{Claim, Verdict};

/// Here and below the jobs are locked in the order of their ids. The ids are asked for twice, so that even a plan that
/// was made for an empty table searches for them.
pub(super) const CONTINUE: &str = "
    UPDATE jobs SET body = step.body, due = CASE WHEN reserved THEN greatest(step.due, jobs.due) ELSE step.due END,
        ready = FALSE, outcome_unknown = FALSE
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
        AS step (id, fence, installation, queue, key, body, due)
    WHERE jobs.id = ANY($1) AND jobs.id = step.id AND jobs.fence = step.fence AND jobs.installation = step.installation
        AND jobs.queue = step.queue AND jobs.key = step.key AND jobs.state = 'live'
    RETURNING step.id, step.fence, jobs.delay_notified, jobs.virtual_time";

/// An attempt that surely had no effect does not undo the doubt that an earlier one left.
pub(super) const GIVE_BACK: &str = "
    UPDATE jobs SET due = CASE WHEN reserved THEN greatest(later.due, jobs.due) ELSE later.due END, ready = FALSE,
        cause = later.cause, fence = jobs.fence + 1, in_flight = FALSE,
        outcome_unknown = jobs.outcome_unknown OR later.outcome_unknown
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::bool[])
        AS later (id, fence, installation, queue, key, due, cause, outcome_unknown)
    WHERE jobs.id = ANY($1) AND jobs.id = later.id AND jobs.fence = later.fence
        AND jobs.installation = later.installation
        AND jobs.queue = later.queue AND jobs.key = later.key AND jobs.state = 'live'
    RETURNING later.id, later.fence, jobs.delay_notified, jobs.virtual_time";

pub(super) const REMOVE: &str = "
    DELETE FROM jobs
    USING unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[])
        AS done (id, fence, installation, queue, key)
    WHERE jobs.id = ANY($1) AND jobs.id = done.id AND jobs.fence = done.fence AND jobs.installation = done.installation
        AND jobs.queue = done.queue AND jobs.key = done.key AND jobs.state = 'live'
    RETURNING done.id, done.fence, jobs.delay_notified, jobs.virtual_time";

pub(super) const BURY: &str = "
    UPDATE jobs SET state = 'dead', head = FALSE, cause = dead.cause
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
        AS dead (id, fence, installation, queue, key, cause)
    WHERE jobs.id = ANY($1) AND jobs.id = dead.id AND jobs.fence = dead.fence AND jobs.installation = dead.installation
        AND jobs.queue = dead.queue AND jobs.key = dead.key AND jobs.state = 'live'
    RETURNING dead.id, dead.fence, jobs.delay_notified, jobs.virtual_time";

/// Properties of a claimed job that its followers inherit.
pub(super) struct Held {
    pub(super) told: bool,
    pub(super) turn: i64,
}

/// The id of a job and the fence of its claim.
type FencedJob = (i64, i64);

fn fenced(claim: &Claim) -> FencedJob {
    (claim.id.0, claim.fence)
}

/// Verdicts by their kinds.
#[derive(Default)]
pub(super) struct Verdicts<'a> {
    continued: Vec<(&'a Claim, &'a str, i64)>,
    given_back: Vec<(&'a Claim, i64, &'a str, bool)>,
    removed: Vec<&'a Claim>,
    buried: Vec<(&'a Claim, &'a str)>,
}

impl<'a> Verdicts<'a> {
    /// Sorts the verdicts. Of two on one claim the first counts.
    pub(super) fn of(settlements: &[&'a Settlement]) -> Self {
        let mut claims = HashSet::new();
        let mut sorted: Vec<_> =
            settlements.iter().copied().filter(|settlement| claims.insert(fenced(&settlement.claim))).collect();
        sorted.sort_by_key(|settlement| settlement.claim.id);
        let mut verdicts = Self::default();
        for Settlement { claim, verdict, .. } in sorted {
            match verdict {
                Verdict::Continue { body, until } => verdicts.continued.push((claim, body, until.as_millisecond())),
                Verdict::Retry { due, cause, outcome_unknown } => {
                    verdicts.given_back.push((claim, due.as_millisecond(), cause, *outcome_unknown));
                }
                Verdict::Done => verdicts.removed.push(claim),
                Verdict::Dead { cause } => verdicts.buried.push((claim, cause)),
            }
        }
        verdicts
    }

    /// Takes the locks of partitions and stores the verdicts, all in one round trip. Returns the jobs whose claims
    /// hold.
    pub(super) async fn store(&self, db: &ClientWrapper, locks: &[i64]) -> Result<HeldJobs, Error> {
        // Statements that aren't known yet would be sent later than those that are.
        let lock = prepared(db, partitions::LOCK).await?;
        let (go_on, give_back) = (prepared(db, CONTINUE).await?, prepared(db, GIVE_BACK).await?);
        let (remove, bury) = (prepared(db, REMOVE).await?, prepared(db, BURY).await?);
        let ((), continued, given_back, removed, buried) = tokio::try_join!(
            biased;
            take(db, &lock, locks),
            self.go_on(db, &go_on),
            self.give_back(db, &give_back),
            self.remove(db, &remove),
            self.bury(db, &bury),
        )?;
        HeldJobs::read([continued, given_back, removed, buried].iter().flatten())
    }

    async fn go_on(&self, db: &ClientWrapper, sql: &Statement) -> Result<Vec<Row>, Error> {
        let bodies: Vec<_> = self.continued.iter().map(|(_, body, _)| *body).collect();
        let dues: Vec<_> = self.continued.iter().map(|(.., due)| *due).collect();
        ClaimColumns::of(self.continued.iter().map(|(claim, ..)| *claim)).judge(db, sql, &[&bodies, &dues]).await
    }

    async fn give_back(&self, db: &ClientWrapper, sql: &Statement) -> Result<Vec<Row>, Error> {
        let dues: Vec<_> = self.given_back.iter().map(|(_, due, ..)| *due).collect();
        let causes: Vec<_> = self.given_back.iter().map(|(_, _, cause, _)| *cause).collect();
        let doubts: Vec<_> = self.given_back.iter().map(|(.., doubt)| *doubt).collect();
        let claims = ClaimColumns::of(self.given_back.iter().map(|(claim, ..)| *claim));
        claims.judge(db, sql, &[&dues, &causes, &doubts]).await
    }

    async fn remove(&self, db: &ClientWrapper, sql: &Statement) -> Result<Vec<Row>, Error> {
        ClaimColumns::of(self.removed.iter().copied()).judge(db, sql, &[]).await
    }

    async fn bury(&self, db: &ClientWrapper, sql: &Statement) -> Result<Vec<Row>, Error> {
        let causes: Vec<_> = self.buried.iter().map(|(_, cause)| *cause).collect();
        ClaimColumns::of(self.buried.iter().map(|(claim, _)| *claim)).judge(db, sql, &[&causes]).await
    }
}

async fn take(db: &ClientWrapper, sql: &Statement, locks: &[i64]) -> Result<(), Error> {
    if locks.is_empty() {
        return Ok(());
    }
    db.query(sql, &[&locks]).await.map(drop)
}

/// Claims as the columns of a table.
#[derive(Default)]
struct ClaimColumns<'a> {
    ids: Vec<i64>,
    fences: Vec<i64>,
    installations: Vec<&'a str>,
    queues: Vec<&'static str>,
    keys: Vec<&'a str>,
}

impl<'a> ClaimColumns<'a> {
    fn of(claims: impl Iterator<Item = &'a Claim>) -> Self {
        let mut columns = Self::default();
        for Claim { id, fence, installation, queue, key, .. } in claims {
            columns.ids.push(id.0);
            columns.fences.push(*fence);
            columns.installations.push(installation.as_str());
            columns.queues.push(name(*queue));
            columns.keys.push(key);
        }
        columns
    }

    /// Stores verdicts of one kind on the claims, with what else the kind has. Returns the rows of those that hold.
    async fn judge(
        &self,
        db: &ClientWrapper,
        sql: &Statement,
        others: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Error> {
        if self.ids.is_empty() {
            return Ok(Vec::new());
        }
        let claims: [&(dyn ToSql + Sync); 5] = [&self.ids, &self.fences, &self.installations, &self.queues, &self.keys];
        db.query(sql, &[&claims, others].concat()).await
    }
}

/// The jobs whose claims held, by job and fence.
pub(super) struct HeldJobs(HashMap<FencedJob, Held>);

impl HeldJobs {
    fn read<'r>(rows: impl Iterator<Item = &'r Row>) -> Result<Self, Error> {
        let read = |row: &Row| {
            let held = Held { told: row.try_get(2)?, turn: row.try_get(3)? };
            Ok(((row.try_get(0)?, row.try_get(1)?), held))
        };
        Ok(Self(rows.map(read).collect::<Result<_, Error>>()?))
    }

    /// Takes out the job of a claim, if the claim held.
    pub(super) fn take(&mut self, claim: &Claim) -> Option<Held> {
        self.0.remove(&fenced(claim))
    }
}
