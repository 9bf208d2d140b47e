-- Times are milliseconds since 1970 UTC. JSON is kept as text: the store never looks into it.
-- Names compare by their bytes (COLLATE "C"): the same order as in the program and in SQLite, and
-- one that no upgrade of the operating system can change under an index.

-- Requests we have acknowledged. The primary key *is* the deduplication.
CREATE TABLE deliveries (
    installation TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (installation, key)
);

-- For sweeping: the oldest are found from this end without reading the young.
CREATE INDEX deliveries_by_age ON deliveries (at);

-- Who changes a line (joins it, or takes its head away) first locks the row its name falls on.
-- A fixed number of rows: nothing to create, to clean up or to race about. Two lines that share a
-- row only wait for each other for the length of a transaction.
CREATE TABLE line_locks (n BIGINT PRIMARY KEY);
INSERT INTO line_locks SELECT generate_series(0, 1023);

-- What is to be done ('live') and what was given up ('dead'). Finished jobs are deleted. Ids are
-- given out under the lock of the line, so in every line they grow in the order of joining.
CREATE TABLE jobs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    installation TEXT COLLATE "C" NOT NULL,
    lane TEXT COLLATE "C" NOT NULL CHECK (lane IN ('inbox', 'outbox')),
    -- The ordering key: the jobs of one installation, lane and key form a line.
    key TEXT COLLATE "C" NOT NULL,
    -- Whether it is the oldest live job of its line, the only one that may be claimed. Kept up to
    -- date where a line changes, so that a claim never has to look along lines.
    head BOOLEAN NOT NULL,
    -- Whether its due time has come and nobody works on it. Set when a claim finds that it has.
    ready BOOLEAN NOT NULL DEFAULT FALSE,
    -- Whether somebody works on it, or died over it.
    in_flight BOOLEAN NOT NULL DEFAULT FALSE,
    -- Whether an attempt at its current step may have had its effect although nobody knows.
    unsure BOOLEAN NOT NULL DEFAULT FALSE,
    -- Whether its time in its buckets is reserved: when it is due it only has to find them open.
    slot BOOLEAN NOT NULL DEFAULT FALSE,
    told BOOLEAN NOT NULL,
    -- 0 for what a person waits for, 1 for what a machine noticed: people first.
    class BIGINT NOT NULL,
    -- When it would be its turn if everybody's jobs were served alike: a flood has late turns.
    turn BIGINT NOT NULL,
    -- Not to be claimed before; the end of the lease while it is claimed.
    due BIGINT NOT NULL,
    fence BIGINT NOT NULL DEFAULT 0,
    attempt BIGINT NOT NULL DEFAULT 0,
    accepted BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'dead')),
    -- A later job with the same mark in the same line replaces this one's body instead of joining.
    fold TEXT COLLATE "C",
    -- The buckets it has to pass, as JSON.
    pace TEXT NOT NULL,
    body TEXT NOT NULL,
    -- Why it was last put off, or given up.
    cause TEXT
);

-- A line has one head. Should the locking ever be wrong, the second head is refused here.
CREATE UNIQUE INDEX jobs_one_head ON jobs (installation, lane, key) WHERE state = 'live' AND head;

-- For claiming: only jobs that nothing holds back, in the order in which they are taken.
CREATE INDEX jobs_ready ON jobs (lane, class, turn, id) WHERE state = 'live' AND head AND ready;

-- For noticing that a due time has come, or a lease has ended.
CREATE INDEX jobs_timed ON jobs (lane, due) WHERE state = 'live' AND head AND NOT ready;

-- For joining a line and for finding the successor when its head leaves.
CREATE INDEX jobs_in_line ON jobs (installation, lane, key, id) WHERE state = 'live';

-- For telling people that their command waits: empty while all is well.
CREATE INDEX jobs_untold ON jobs (accepted, id) WHERE state = 'live' AND lane = 'inbox' AND NOT told;

-- For the operator, who counts and lists what was given up.
CREATE INDEX jobs_dead ON jobs (installation) WHERE state = 'dead';

-- Where conversations stand in Slack. The primary key finds one card, and all of a conversation in
-- the order of their channels.
CREATE TABLE cards (
    installation TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    -- NULL while it waits to be posted.
    ts TEXT,
    face TEXT NOT NULL,
    PRIMARY KEY (installation, conversation, channel)
);

-- Commands kept until their person picks or retries.
CREATE TABLE drafts (
    installation TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (installation, id)
);

-- For sweeping.
CREATE INDEX drafts_by_age ON drafts (at);

-- The audit log: rows are only ever added.
CREATE TABLE entries (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    installation TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C",
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    verb TEXT NOT NULL,
    detail TEXT NOT NULL
);

-- For a conversation's history, read from its newest end.
CREATE INDEX entries_of_conversation ON entries (installation, conversation, id);

-- Facts read from Slack or dialnote.
CREATE TABLE memos (
    installation TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    alias TEXT COLLATE "C",
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (installation, kind, id)
);

-- For finding a fact by its second name, the most recently read one first.
CREATE INDEX memos_by_alias ON memos (installation, kind, alias, at) WHERE alias IS NOT NULL;

-- For sweeping.
CREATE INDEX memos_by_age ON memos (at);

-- Whom we may call how often. A row per bucket that was ever filled or closed.
CREATE TABLE buckets (
    installation TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    -- When it would be empty if everything that was let through were spread evenly.
    full_until BIGINT NOT NULL DEFAULT 0,
    -- Nothing passes before, because the other side said so.
    closed_until BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (installation, name)
);

-- Which instance does what only one should do at a time.
CREATE TABLE leaders (
    name TEXT COLLATE "C" PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);
