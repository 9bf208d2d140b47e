-- Every index is written to for every request that is acknowledged, and again with every claim. Whether
-- somebody is in a line, its head tells (`jobs_one_head`); only those behind it need an index of their
-- own, and most lines have nobody there.
DROP INDEX jobs_in_line;
CREATE INDEX jobs_behind ON jobs (installation, lane, key, id) WHERE state = 'live' AND NOT head;
