-- For what somebody did last, read from its newest end.
CREATE INDEX entries_of_actor ON entries (installation, actor, id);
