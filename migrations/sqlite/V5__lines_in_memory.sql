-- Who waits in which line is kept in memory: here it cost a page for nearly every job, because lines
-- are named at random.
DROP INDEX jobs_in_line;

-- For the operator's overview, without touching the bodies. Jobs are accepted in the order of time, so
-- new entries lie together at the end.
CREATE INDEX jobs_waiting ON jobs (lane, accepted) WHERE state = 'live';
