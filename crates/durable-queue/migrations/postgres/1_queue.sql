-- Times are milliseconds since 1970 UTC. JSON is kept as text: the queue never looks into it.
-- Names compare by their bytes (COLLATE "C"): the same order as in the program and in SQLite, and one that no upgrade
-- of the operating system can change under an index.

-- Acknowledged requests. The primary key *is* the deduplication. Keys that grow with time come to lie together at the
-- end of the index, and old ones leave together from the other: pages that are written anyway.
CREATE TABLE deliveries (
    installation TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (key, installation)
);

-- For sweeping: the oldest are found from this end without reading the young.
CREATE INDEX deliveries_by_age ON deliveries (at);

-- Locks of partitions. A transaction that changes a partition (joins it, or takes its head away) first locks the row
-- its name falls on. A fixed number of rows: nothing to create, to clean up or to race about. Two partitions that
-- share a row only wait for each other for the length of a transaction.
CREATE TABLE partition_locks (n BIGINT PRIMARY KEY);
INSERT INTO partition_locks SELECT generate_series(0, 1023);

-- Jobs to do ('live') and jobs that failed for good ('dead'). Finished jobs are deleted. Ids are given out under the
-- lock of the partition, so in every partition they grow in the order of joining.
CREATE TABLE jobs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    installation TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL CHECK (queue IN ('work', 'outbox')),
    -- The ordering key: the jobs of one tenant, queue and key form a partition.
    key TEXT COLLATE "C" NOT NULL,
    -- True iff it is the oldest live job of its partition, the only one that may be claimed. Kept up to date where a
    -- partition changes, so that a claim never has to look along partitions.
    head BOOLEAN NOT NULL,
    -- True if its due time has come and no worker has it. Set when a claim finds that it has come.
    ready BOOLEAN NOT NULL DEFAULT FALSE,
    -- True if a worker has it, or died over it.
    in_flight BOOLEAN NOT NULL DEFAULT FALSE,
    -- True if an attempt at its current step may have had its effect.
    outcome_unknown BOOLEAN NOT NULL DEFAULT FALSE,
    -- True if its time in its buckets is reserved: when it is due it only has to find them open.
    reserved BOOLEAN NOT NULL DEFAULT FALSE,
    -- True if its person knows that it waits.
    delay_notified BOOLEAN NOT NULL,
    -- 0 for what a person waits for, 1 for what a machine noticed: people first.
    class BIGINT NOT NULL,
    -- Its time if the jobs of all flows were served alike: a flood has late turns.
    virtual_time BIGINT NOT NULL,
    -- Earliest time of a claim; the end of the lease while it is claimed.
    due BIGINT NOT NULL,
    fence BIGINT NOT NULL DEFAULT 0,
    attempt BIGINT NOT NULL DEFAULT 0,
    accepted BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'dead')),
    -- A later job with the same mark in the same partition replaces this one's body instead of joining.
    coalesce_key TEXT COLLATE "C",
    -- The buckets it has to pass, as JSON.
    rate_limits TEXT NOT NULL,
    body TEXT NOT NULL,
    -- The reason of its last retry, or of its failure.
    cause TEXT,
    -- The request from which it follows, named by when that was accepted; empty where it is the job's own.
    request BIGINT
);

-- A partition has one head. Should the locking ever be wrong, the second head is refused here.
CREATE UNIQUE INDEX jobs_one_head ON jobs (installation, queue, key) WHERE state = 'live' AND head;

-- For claiming: only jobs that nothing holds back, in the order in which they are taken.
CREATE INDEX jobs_ready ON jobs (queue, class, virtual_time, id) WHERE state = 'live' AND head AND ready;

-- For noticing that a due time has come, or a lease has ended.
CREATE INDEX jobs_timed ON jobs (queue, due) WHERE state = 'live' AND head AND NOT ready;

-- For finding the successor when a head leaves. The head itself is found by its own index, and most partitions have
-- no other job.
CREATE INDEX jobs_behind ON jobs (installation, queue, key, id) WHERE state = 'live' AND NOT head;

-- For notifying people whose command waits: empty while all is well.
CREATE INDEX jobs_not_notified ON jobs (accepted, id) WHERE state = 'live' AND queue = 'work' AND NOT delay_notified;

-- For the operator, who counts and lists what failed for good.
CREATE INDEX jobs_dead ON jobs (installation) WHERE state = 'dead';

-- How often the other side may be called. A row per bucket that was ever filled or closed.
CREATE TABLE buckets (
    installation TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    -- When it would be empty if everything that was let through were spread evenly.
    full_until BIGINT NOT NULL DEFAULT 0,
    -- Nothing passes before, because the other side said so.
    closed_until BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (installation, name)
);

-- The instance that does what only one should do at a time.
CREATE TABLE leaders (
    name TEXT COLLATE "C" PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);
