//! Several instances claim at once. Each skips jobs that another is taking (`SKIP LOCKED`), so no claim waits for a
//! job. Claims wait only for buckets, which they share and lock in one order.

use std::collections::{BTreeMap, HashMap};

use deadpool_postgres::ClientWrapper;
use jiff::Timestamp;
use tokio_postgres::{Error, Row};

use super::statements::{Params, changed, prepared, rows};
use crate::clock::{from_millis, rows as limit};
use crate::queue_names::name;
use crate::rate_limit::{Admission, BucketState, RateLimit, pass};
use crate::{Claim, JobId, Queue, TenantId};

pub(super) const TIME_HAS_COME: &str = "
    UPDATE jobs SET ready = TRUE WHERE id = ANY(ARRAY(
        SELECT id FROM jobs WHERE queue = $1 AND state = 'live' AND head AND NOT ready AND due <= $2
        ORDER BY due LIMIT $3 FOR UPDATE SKIP LOCKED
    ))";

pub(super) const READY: &str = "
    SELECT id, installation, rate_limits, reserved FROM jobs
    WHERE queue = $1 AND state = 'live' AND head AND ready
    ORDER BY class, virtual_time, id LIMIT $2 FOR UPDATE SKIP LOCKED";

pub(super) const TAKE: &str = "
    UPDATE jobs SET due = $2, ready = FALSE, reserved = FALSE, fence = fence + 1,
        attempt = least(attempt + 1, 4294967295), outcome_unknown = outcome_unknown OR in_flight, in_flight = TRUE
    WHERE id = ANY($1)
    RETURNING id, installation, key, fence, due, attempt, accepted, delay_notified, body, outcome_unknown, request,
        coalesce((SELECT version FROM tenant_versions WHERE tenant_versions.installation = jobs.installation), 0)";

/// The rows are asked for twice, so that even a plan that was made for an empty table searches for them.
pub(super) const PUT_OFF: &str = "
    UPDATE jobs SET due = later.due, ready = FALSE, reserved = later.reserved
    FROM unnest($1::bigint[], $2::bigint[], $3::bool[]) AS later (id, due, reserved)
    WHERE jobs.id = ANY($1) AND jobs.id = later.id";

/// Creates missing buckets, so that there is a row to lock. One without a limit is never full and needs none.
pub(super) const PROVIDE: &str = "
    INSERT INTO buckets (installation, name)
    SELECT installation, name FROM unnest($1::text[], $2::text[]) AS wanted (installation, name)
    ORDER BY installation COLLATE \"C\", name COLLATE \"C\"
    ON CONFLICT (installation, name) DO NOTHING";

/// Locks the buckets in the order given. LATERAL, so that each is one search of the index.
pub(super) const LEVELS: &str = "
    SELECT found.installation, found.name, found.full_until, found.closed_until
    FROM unnest($1::text[], $2::text[]) AS wanted (installation, name)
    CROSS JOIN LATERAL (
        SELECT installation, name, full_until, closed_until FROM buckets
        WHERE buckets.installation = wanted.installation AND buckets.name = wanted.name
        LIMIT 1 FOR UPDATE
    ) AS found";

/// The buckets are there. An insertion searches the index for each, whatever the plan was made for.
pub(super) const FILL: &str = "
    INSERT INTO buckets (installation, name, full_until) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
    ON CONFLICT (installation, name) DO UPDATE SET full_until = excluded.full_until";

/// Number of jobs that a claim looks at, beyond those it takes: each one that its buckets hold back is
/// put off, and is not looked at again before its time.
pub(super) const LOOKED_AT: usize = 256;

/// One scan of ready jobs. A claim that finds jobs held back by their buckets scans again in a new transaction: in the
/// same one it would lock its buckets out of order.
pub(super) struct ClaimScan {
    pub(super) queue: Queue,
    pub(super) max: usize,
    pub(super) now: Timestamp,
    pub(super) until: Timestamp,
    /// True if jobs whose time has come since the last scan are to be noticed.
    pub(super) notices: bool,
}

/// Result of a scan.
pub(super) struct ScanResult {
    pub(super) claims: Vec<Claim>,
    pub(super) looked_at: usize,
}

impl ClaimScan {
    /// Takes the ready jobs that their buckets admit, and puts off the rest.
    pub(super) async fn scan(&self, db: &ClientWrapper) -> Result<ScanResult, Error> {
        let candidates = self.candidates(db).await?;
        if candidates.is_empty() {
            return Ok(ScanResult { claims: Vec::new(), looked_at: 0 });
        }
        let mut buckets = Buckets::lock(db, &candidates).await?;
        let (mut taken, mut later) = (Vec::new(), Vec::new());
        for candidate in &candidates {
            match buckets.pass(candidate, self.now) {
                Admission::Now => taken.push(candidate.id),
                Admission::Reserved(time) => later.push((candidate.id, time.as_millisecond(), true)),
                Admission::Blocked(opens) => later.push((candidate.id, opens.as_millisecond(), false)),
            }
        }
        buckets.fill(db).await?;
        put_off(db, &later).await?;
        Ok(ScanResult { claims: self.take(db, &taken).await?, looked_at: candidates.len() })
    }

    /// Marks jobs whose time has come as ready and reads the next ones, both in one round trip.
    async fn candidates(&self, db: &ClientWrapper) -> Result<Vec<Candidate>, Error> {
        let (come, ready) = (prepared(db, TIME_HAS_COME).await?, prepared(db, READY).await?);
        let (queue, now) = (name(self.queue), self.now.as_millisecond());
        let (noticed, wanted) = (limit(LOOKED_AT.max(self.max)), limit(self.max));
        let due: Params<'_> = &[&queue, &now, &noticed];
        let next: Params<'_> = &[&queue, &wanted];
        let notice = async { if self.notices { db.execute(&come, due).await.map(drop) } else { Ok(()) } };
        let ((), found) = tokio::try_join!(biased; notice, db.query(&ready, next))?;
        found.iter().map(Candidate::read).collect()
    }

    /// Takes the jobs, in the order given.
    async fn take(&self, db: &ClientWrapper, ids: &[i64]) -> Result<Vec<Claim>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let taken = rows(db, TAKE, &[&ids, &self.until.as_millisecond()]).await?;
        let claims: Result<Vec<_>, Error> = taken.iter().map(|row| read(row, self.queue)).collect();
        let mut claims: HashMap<_, _> = claims?.into_iter().map(|claim| (claim.id.0, claim)).collect();
        Ok(ids.iter().filter_map(|id| claims.remove(id)).collect())
    }
}

async fn put_off(db: &ClientWrapper, later: &[(i64, i64, bool)]) -> Result<(), Error> {
    if later.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = later.iter().map(|(id, ..)| *id).collect();
    let dues: Vec<_> = later.iter().map(|(_, due, _)| *due).collect();
    let slots: Vec<_> = later.iter().map(|(.., slot)| *slot).collect();
    changed(db, PUT_OFF, &[&ids, &dues, &slots]).await.map(drop)
}

/// A job whose time has come, and the buckets it has to pass.
struct Candidate {
    id: i64,
    installation: String,
    rate_limit: Vec<RateLimit>,
    reserved: bool,
}

impl Candidate {
    fn read(row: &Row) -> Result<Self, Error> {
        // Limits that a later version wrote and we cannot read do not hold a job back.
        let rate_limit = serde_json::from_str(row.try_get(2)?).unwrap_or_default();
        Ok(Self { id: row.try_get(0)?, installation: row.try_get(1)?, rate_limit, reserved: row.try_get(3)? })
    }
}

/// The buckets of some candidates, locked until the commit.
struct Buckets {
    levels: BTreeMap<(String, String), BucketState>,
    filled: BTreeMap<(String, String), i64>,
}

impl Buckets {
    async fn lock(db: &ClientWrapper, candidates: &[Candidate]) -> Result<Self, Error> {
        let mut limited = BTreeMap::new();
        for candidate in candidates {
            for rate_limit in &candidate.rate_limit {
                let bucket = (candidate.installation.as_str(), rate_limit.bucket.as_str());
                *limited.entry(bucket).or_insert(false) |= rate_limit.every_ms > 0;
            }
        }
        let mut levels = BTreeMap::new();
        if !limited.is_empty() {
            provide(db, limited.iter().filter(|(_, limited)| **limited).map(|(bucket, _)| *bucket)).await?;
            let (installations, names): (Vec<_>, Vec<_>) = limited.into_keys().unzip();
            for row in rows(db, LEVELS, &[&installations, &names]).await? {
                let level = BucketState { full_until: row.try_get(2)?, closed_until: row.try_get(3)? };
                levels.insert((row.try_get(0)?, row.try_get(1)?), level);
            }
        }
        Ok(Self { levels, filled: BTreeMap::new() })
    }

    fn pass(&mut self, candidate: &Candidate, now: Timestamp) -> Admission {
        let named = |rate_limit: &RateLimit| (candidate.installation.clone(), rate_limit.bucket.clone());
        let level = |rate_limit: &RateLimit| {
            (rate_limit.clone(), self.levels.get(&named(rate_limit)).copied().unwrap_or_default())
        };
        let mut buckets: Vec<_> = candidate.rate_limit.iter().map(level).collect();
        let passage = pass(&mut buckets, now, candidate.reserved);
        for (rate_limit, level) in buckets.into_iter().filter(|(rate_limit, _)| rate_limit.every_ms > 0) {
            let changed = self.levels.insert(named(&rate_limit), level) != Some(level);
            if changed {
                self.filled.insert(named(&rate_limit), level.full_until);
            }
        }
        passage
    }

    async fn fill(self, db: &ClientWrapper) -> Result<(), Error> {
        if self.filled.is_empty() {
            return Ok(());
        }
        let levels: Vec<_> = self.filled.values().copied().collect();
        let (installations, names): (Vec<_>, Vec<_>) = self.filled.into_keys().unzip();
        changed(db, FILL, &[&installations, &names, &levels]).await.map(drop)
    }
}

async fn provide<'a>(db: &ClientWrapper, buckets: impl Iterator<Item = (&'a str, &'a str)>) -> Result<(), Error> {
    let (installations, names): (Vec<_>, Vec<_>) = buckets.unzip();
    if names.is_empty() {
        return Ok(());
    }
    changed(db, PROVIDE, &[&installations, &names]).await.map(drop)
}

/// Returns a claim from the columns in the order of [`TAKE`].
pub(super) fn read(row: &Row, queue: Queue) -> Result<Claim, Error> {
    Ok(Claim {
        id: JobId(row.try_get(0)?),
        installation: TenantId::new(row.try_get::<_, String>(1)?),
        queue,
        key: row.try_get(2)?,
        fence: row.try_get(3)?,
        until: from_millis(row.try_get(4)?),
        attempt: u32::try_from(row.try_get::<_, i64>(5)?).unwrap_or(u32::MAX),
        accepted: from_millis(row.try_get(6)?),
        delay_notified: row.try_get(7)?,
        body: row.try_get(8)?,
        outcome_unknown: row.try_get(9)?,
        request: row.try_get::<_, Option<i64>>(10)?.map(from_millis),
        tenant_version: row.try_get(11)?,
    })
}
