-- Times are milliseconds since 1970 UTC. JSON is kept as text: the queue never looks into it.
-- STRICT, so that a wrong type is an error on the day it is written and not on the day it is read.

-- Acknowledged requests. The primary key *is* the deduplication: one search per request, however many millions lie
-- here. Keys that grow with time come to lie together at the end, and old ones leave together from the other: pages
-- that are written anyway. WITHOUT ROWID: the row is two short names and a time, so the key's tree holds all of it.
CREATE TABLE deliveries (
    installation TEXT NOT NULL,
    key TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (key, installation)
) STRICT, WITHOUT ROWID;

-- Jobs to do ('live') and jobs that failed for good ('dead'). Finished jobs are deleted, so the table is as long as
-- what waits, not as long as our history.
-- AUTOINCREMENT: a claim on a job that is gone must never fit a job that came later.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    installation TEXT NOT NULL,
    queue TEXT NOT NULL CHECK (queue IN ('work', 'outbox')),
    -- The ordering key: the jobs of one tenant, queue and key form a partition.
    key TEXT NOT NULL,
    -- 1 iff the job is the oldest live one of its partition, the only one that may be claimed. Kept up to date where
    -- a partition changes, so that a claim never has to look along partitions.
    head INTEGER NOT NULL CHECK (head IN (0, 1)),
    -- 1 if its due time has come and no worker has it. Set when a claim finds that it has come.
    ready INTEGER NOT NULL DEFAULT 0 CHECK (ready IN (0, 1)),
    -- 1 if a worker has it, or died over it.
    in_flight INTEGER NOT NULL DEFAULT 0 CHECK (in_flight IN (0, 1)),
    -- 1 if an attempt at its current step may have had its effect.
    outcome_unknown INTEGER NOT NULL DEFAULT 0 CHECK (outcome_unknown IN (0, 1)),
    -- 1 if its time in its buckets is reserved: when it is due it only has to find them open.
    reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved IN (0, 1)),
    -- 0 for what a person waits for, 1 for what a machine noticed: people first.
    class INTEGER NOT NULL,
    -- Its time if the jobs of all flows were served alike: a flood has late turns.
    virtual_time INTEGER NOT NULL,
    -- Earliest time of a claim; the end of the lease while it is claimed.
    due INTEGER NOT NULL,
    fence INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 0,
    accepted INTEGER NOT NULL,
    -- 1 if its person knows that it waits.
    delay_notified INTEGER NOT NULL CHECK (delay_notified IN (0, 1)),
    -- A later job with the same mark in the same partition replaces this one's body instead of joining.
    coalesce_key TEXT,
    -- The buckets it has to pass, as JSON.
    rate_limits TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'dead')),
    -- The reason of its last retry, or of its failure.
    cause TEXT,
    -- The request from which it follows, named by when that was accepted; empty where it is the job's own.
    request INTEGER
) STRICT;

-- For claiming: only jobs that nothing holds back, in the order in which they are taken.
CREATE INDEX jobs_ready ON jobs (queue, class, virtual_time, id) WHERE state = 'live' AND head = 1 AND ready = 1;

-- For noticing that a due time has come, or a lease has ended. A partition of 100,000 jobs is one entry here.
CREATE INDEX jobs_timed ON jobs (queue, due) WHERE state = 'live' AND head = 1 AND ready = 0;

-- For the operator, who counts and lists what failed for good.
CREATE INDEX jobs_dead ON jobs (installation) WHERE state = 'dead';

-- For notifying people whose command waits, and for the operator's overview, without touching the bodies.
CREATE INDEX jobs_waiting ON jobs (queue, delay_notified, accepted) WHERE state = 'live';

-- How often the other side may be called. A row per bucket that was ever used or closed.
CREATE TABLE buckets (
    installation TEXT NOT NULL,
    name TEXT NOT NULL,
    -- When it would be empty if everything that was let through were spread evenly.
    full_until INTEGER NOT NULL DEFAULT 0,
    -- Nothing passes before, because the other side said so.
    closed_until INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (installation, name)
) STRICT, WITHOUT ROWID;

-- The instance that does what only one should do at a time.
CREATE TABLE leaders (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
