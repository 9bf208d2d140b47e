-- What is kept until somebody changes it: settings, people's wishes, hand-overs that wait for an
-- answer. Unlike memos it cannot be read anew from anywhere, so nothing sweeps it.
CREATE TABLE documents (
    installation TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- When something is to be done about it, if ever.
    due INTEGER,
    body TEXT NOT NULL,
    PRIMARY KEY (installation, kind, id)
) STRICT;

-- For noticing that a due time has come: empty of everything that has none.
CREATE INDEX documents_due ON documents (due) WHERE due IS NOT NULL;

-- dialnote's conversations as they were last seen: lists and searches are made from here, because
-- dialnote's own list can neither be searched nor counted.
CREATE TABLE mirror (
    installation TEXT NOT NULL,
    conversation TEXT NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (installation, conversation)
) STRICT;

-- For reading what was seen since.
CREATE INDEX mirror_by_time ON mirror (installation, at, conversation);

-- For finding the conversation of a card that somebody points at.
CREATE INDEX cards_by_place ON cards (installation, channel, ts) WHERE ts IS NOT NULL;

-- For what was done last in an installation, read from its newest end.
CREATE INDEX entries_of_installation ON entries (installation, id);
