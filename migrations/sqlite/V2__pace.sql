-- Fairness, pacing and joining. `jobs` could so far be claimed in the order of due times only.

-- 0 for what a person waits for, 1 for what a machine noticed: people first.
ALTER TABLE jobs ADD COLUMN class INTEGER NOT NULL DEFAULT 0;
-- When it would be its turn if everybody's jobs were served alike: a flood has late turns.
ALTER TABLE jobs ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
-- 1 iff its due time has come and nobody works on it. Set when a claim finds that the time has come.
ALTER TABLE jobs ADD COLUMN ready INTEGER NOT NULL DEFAULT 0 CHECK (ready IN (0, 1));
-- 1 while somebody works on it, and after they died.
ALTER TABLE jobs ADD COLUMN in_flight INTEGER NOT NULL DEFAULT 0 CHECK (in_flight IN (0, 1));
-- 1 iff an attempt at its current step may have had its effect although nobody knows.
ALTER TABLE jobs ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0 CHECK (unsure IN (0, 1));
-- A later job with the same mark in the same line replaces this one's body instead of joining.
ALTER TABLE jobs ADD COLUMN fold TEXT;
-- The buckets it has to pass, as JSON.
ALTER TABLE jobs ADD COLUMN pace TEXT NOT NULL DEFAULT '[]';
-- 1 iff its time in its buckets is reserved: when it is due it only has to find them open.
ALTER TABLE jobs ADD COLUMN slot INTEGER NOT NULL DEFAULT 0 CHECK (slot IN (0, 1));

UPDATE jobs SET turn = accepted, in_flight = attempt > 0;

DROP INDEX jobs_ready;

-- For claiming: only jobs that nothing holds back, in the order in which they are taken.
CREATE INDEX jobs_ready ON jobs (lane, class, turn, id) WHERE state = 'live' AND head = 1 AND ready = 1;

-- For noticing that a due time has come, or a lease has ended.
CREATE INDEX jobs_timed ON jobs (lane, due) WHERE state = 'live' AND head = 1 AND ready = 0;

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
