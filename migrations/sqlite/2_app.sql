-- The app's tables, beside the queue's. Times are milliseconds since 1970 UTC. JSON is kept as text: the store never
-- looks into it. STRICT, so that a wrong type is an error on the day it is written and not on the day it is read.

-- The cards of conversations in Slack. The primary key finds one card, and all cards of a conversation in the order of
-- their channels.
CREATE TABLE cards (
    installation TEXT NOT NULL,
    conversation TEXT NOT NULL,
    channel TEXT NOT NULL,
    -- NULL while it waits to be posted.
    ts TEXT,
    card_view TEXT NOT NULL,
    PRIMARY KEY (installation, conversation, channel)
) STRICT;

-- For finding the conversation of a card that a person points at.
CREATE INDEX cards_by_place ON cards (installation, channel, ts) WHERE ts IS NOT NULL;

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
CREATE TABLE audit_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    installation TEXT NOT NULL,
    conversation TEXT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    verb TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;

-- For a conversation's history, a person's last deeds and a workspace's last events, each read from its newest end.
CREATE INDEX audit_entries_of_conversation ON audit_entries (installation, conversation, id);
CREATE INDEX audit_entries_of_actor ON audit_entries (installation, actor, id);
CREATE INDEX audit_entries_of_installation ON audit_entries (installation, id);

-- Facts read from Slack or dialnote, which can be read from there again.
CREATE TABLE cache_entries (
    installation TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    alias TEXT,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (installation, kind, id)
) STRICT;

-- For finding a fact by its second name, the most recently read one first.
CREATE INDEX cache_entries_by_alias ON cache_entries (installation, kind, alias, at) WHERE alias IS NOT NULL;

-- For sweeping.
CREATE INDEX cache_entries_by_age ON cache_entries (at);

-- Documents stay until a person or the app changes them: settings, preferences, hand-overs that wait for an answer.
-- They cannot be read from anywhere else, so nothing sweeps them.
CREATE TABLE documents (
    installation TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- The time of its next step, if it has one.
    due INTEGER,
    body TEXT NOT NULL,
    PRIMARY KEY (installation, kind, id)
) STRICT;

-- For noticing that a due time has come: empty of everything that has none.
CREATE INDEX documents_due ON documents (due) WHERE due IS NOT NULL;

-- For finding the workspaces among all documents.
CREATE INDEX documents_installed ON documents (installation) WHERE kind = 'installation';

-- dialnote's conversations as they were last seen: lists and searches are made from here, because dialnote's own list
-- can neither be searched nor counted.
CREATE TABLE snapshots (
    installation TEXT NOT NULL,
    conversation TEXT NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (installation, conversation)
) STRICT;

-- For reading what was seen since a time.
CREATE INDEX snapshots_by_time ON snapshots (installation, at, conversation);
