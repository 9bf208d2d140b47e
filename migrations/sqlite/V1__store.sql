-- Times are milliseconds since 1970 UTC. JSON is kept as text: the store never looks into it.
-- STRICT, so that a wrong type is an error on the day it is written and not on the day it is read.

-- Requests we have acknowledged. The primary key *is* the deduplication: one search per request,
-- however many millions lie here. WITHOUT ROWID: the row is two short names and a time, so the
-- key's tree holds all of it and there is no second tree to write.
CREATE TABLE deliveries (
    installation TEXT NOT NULL,
    key TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (installation, key)
) STRICT, WITHOUT ROWID;

-- For sweeping: the oldest are found from this end without reading the young.
CREATE INDEX deliveries_by_age ON deliveries (at);

-- What is to be done ('live') and what was given up ('dead'). Finished jobs are deleted, so the
-- table is as long as what waits, not as long as our history.
-- AUTOINCREMENT: a claim on a job that is gone must never fit a job that came later.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    installation TEXT NOT NULL,
    lane TEXT NOT NULL CHECK (lane IN ('inbox', 'outbox')),
    -- The ordering key: the jobs of one installation, lane and key form a line.
    key TEXT NOT NULL,
    -- 1 iff the job is the oldest live one of its line, the only one that may be claimed. Kept up
    -- to date where a line changes, so that a claim never has to look along lines.
    head INTEGER NOT NULL CHECK (head IN (0, 1)),
    -- Whether its due time has come and nobody works on it. Set when a claim finds that it has.
    ready INTEGER NOT NULL DEFAULT 0 CHECK (ready IN (0, 1)),
    -- Whether somebody works on it, or died over it.
    in_flight INTEGER NOT NULL DEFAULT 0 CHECK (in_flight IN (0, 1)),
    -- Whether an attempt at its current step may have had its effect although nobody knows.
    unsure INTEGER NOT NULL DEFAULT 0 CHECK (unsure IN (0, 1)),
    -- Whether its time in its buckets is reserved: when it is due it only has to find them open.
    slot INTEGER NOT NULL DEFAULT 0 CHECK (slot IN (0, 1)),
    -- 0 for what a person waits for, 1 for what a machine noticed: people first.
    class INTEGER NOT NULL,
    -- When it would be its turn if everybody's jobs were served alike: a flood has late turns.
    turn INTEGER NOT NULL,
    -- Not to be claimed before; the end of the lease while it is claimed.
    due INTEGER NOT NULL,
    fence INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 0,
    accepted INTEGER NOT NULL,
    told INTEGER NOT NULL CHECK (told IN (0, 1)),
    -- A later job with the same mark in the same line replaces this one's body instead of joining.
    fold TEXT,
    -- The buckets it has to pass, as JSON.
    pace TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'dead')),
    -- Why it was last put off, or given up.
    cause TEXT
) STRICT;

-- For claiming: only jobs that nothing holds back, in the order in which they are taken.
CREATE INDEX jobs_ready ON jobs (lane, class, turn, id) WHERE state = 'live' AND head = 1 AND ready = 1;

-- For noticing that a due time has come, or a lease has ended. A line of 100,000 jobs is one entry
-- here.
CREATE INDEX jobs_timed ON jobs (lane, due) WHERE state = 'live' AND head = 1 AND ready = 0;

-- For joining a line and for finding the successor when its head leaves. It carries `accepted` at
-- its end so that the operator's overview is counted from it without touching the bodies.
CREATE INDEX jobs_in_line ON jobs (installation, lane, key, id, accepted) WHERE state = 'live';

-- For telling people that their command waits: empty while all is well.
CREATE INDEX jobs_untold ON jobs (accepted) WHERE state = 'live' AND lane = 'inbox' AND told = 0;

-- For the operator, who counts and lists what was given up.
CREATE INDEX jobs_dead ON jobs (installation) WHERE state = 'dead';

-- Where conversations stand in Slack. The primary key finds one card, and all of a conversation
-- in the order of their channels.
CREATE TABLE cards (
    installation TEXT NOT NULL,
    conversation TEXT NOT NULL,
    channel TEXT NOT NULL,
    -- NULL while it waits to be posted.
    ts TEXT,
    face TEXT NOT NULL,
    PRIMARY KEY (installation, conversation, channel)
) STRICT;

-- Commands kept until their person picks or retries.
CREATE TABLE drafts (
    installation TEXT NOT NULL,
    id TEXT NOT NULL,
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (installation, id)
) STRICT;

-- For sweeping.
CREATE INDEX drafts_by_age ON drafts (at);

-- The audit log: rows are only ever added. AUTOINCREMENT keeps their ids in the order of writing.
CREATE TABLE entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    installation TEXT NOT NULL,
    conversation TEXT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    verb TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;

-- For a conversation's history, read from its newest end.
CREATE INDEX entries_of_conversation ON entries (installation, conversation, id);

-- Facts read from Slack or dialnote.
CREATE TABLE memos (
    installation TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    alias TEXT,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (installation, kind, id)
) STRICT;

-- For finding a fact by its second name, the most recently read one first.
CREATE INDEX memos_by_alias ON memos (installation, kind, alias, at) WHERE alias IS NOT NULL;

-- For sweeping.
CREATE INDEX memos_by_age ON memos (at);

-- Whom we may call how often. A row per bucket that was ever used or closed.
CREATE TABLE buckets (
    installation TEXT NOT NULL,
    name TEXT NOT NULL,
    -- When it would be empty if everything that was let through were spread evenly.
    full_until INTEGER NOT NULL DEFAULT 0,
    -- Nothing passes before, because the other side said so.
    closed_until INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (installation, name)
) STRICT, WITHOUT ROWID;

-- Which instance does what only one should do at a time.
CREATE TABLE leaders (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
