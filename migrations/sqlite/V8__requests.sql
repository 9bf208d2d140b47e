-- The request from which a job follows, named by when that was accepted; empty where it is the job's own.
ALTER TABLE jobs ADD COLUMN request INTEGER;
