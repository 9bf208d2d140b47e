-- Every index is written to for every request that is acknowledged.
--
-- Deliveries lie nearly in the order of time anyway, so old ones are found by walking along them, a
-- little each second.
DROP INDEX deliveries_by_age;

-- Who was told that they wait, and how much waits at all: one index for both.
DROP INDEX jobs_untold;
DROP INDEX jobs_waiting;
CREATE INDEX jobs_waiting ON jobs (lane, told, accepted) WHERE state = 'live';
