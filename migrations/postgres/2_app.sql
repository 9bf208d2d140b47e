-- The app's tables, beside the queue's. Times are milliseconds since 1970 UTC. JSON is kept as text: the store never
-- looks into it. Names compare by their bytes (COLLATE "C"): the same order as in the program and in SQLite, and one that no
-- upgrade of the operating system can change under an index.

-- The cards of conversations in Slack. The primary key finds one card, and all cards of a conversation in the order of
-- their channels.
CREATE TABLE cards (
    installation TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    -- NULL while it waits to be posted.
    ts TEXT,
    card_view TEXT NOT NULL,
    PRIMARY KEY (installation, conversation, channel)
);

-- For finding the conversation of a card that a person points at.
CREATE INDEX cards_by_place ON cards (installation, channel, ts) WHERE ts IS NOT NULL;

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
CREATE TABLE audit_entries (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    installation TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C",
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    verb TEXT NOT NULL,
    detail TEXT NOT NULL
);

-- For a conversation's history, a person's last deeds and a workspace's last events, each read from its newest end.
CREATE INDEX audit_entries_of_conversation ON audit_entries (installation, conversation, id);
CREATE INDEX audit_entries_of_actor ON audit_entries (installation, actor, id);
CREATE INDEX audit_entries_of_installation ON audit_entries (installation, id);

-- Facts read from Slack or dialnote, which can be read from there again.
CREATE TABLE cache_entries (
    installation TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    alias TEXT COLLATE "C",
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (installation, kind, id)
);

-- For finding a fact by its second name, the most recently read one first.
CREATE INDEX cache_entries_by_alias ON cache_entries (installation, kind, alias, at) WHERE alias IS NOT NULL;

-- For sweeping.
CREATE INDEX cache_entries_by_age ON cache_entries (at);

-- Documents stay until a person or the app changes them: settings, preferences, hand-overs that wait for an answer.
-- They cannot be read from anywhere else, so nothing sweeps them.
CREATE TABLE documents (
    installation TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    -- The time of its next step, if it has one.
    due BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (installation, kind, id)
);

-- For noticing that a due time has come: empty of everything that has none.
CREATE INDEX documents_due ON documents (due) WHERE due IS NOT NULL;

-- For finding the workspaces among all documents.
CREATE INDEX documents_installed ON documents (installation) WHERE kind = 'installation';

-- dialnote's conversations as they were last seen: lists and searches are made from here, because dialnote's own list
-- can neither be searched nor counted.
CREATE TABLE snapshots (
    installation TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (installation, conversation)
);

-- For reading what was seen since a time.
CREATE INDEX snapshots_by_time ON snapshots (installation, at, conversation);
