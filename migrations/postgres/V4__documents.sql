-- What is kept until somebody changes it: settings, people's wishes, hand-overs that wait for an
-- answer. Unlike memos it cannot be read anew from anywhere, so nothing sweeps it.
CREATE TABLE documents (
    installation TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    -- When something is to be done about it, if ever.
    due BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (installation, kind, id)
);

-- For noticing that a due time has come: empty of everything that has none.
CREATE INDEX documents_due ON documents (due) WHERE due IS NOT NULL;

-- dialnote's conversations as they were last seen: lists and searches are made from here, because
-- dialnote's own list can neither be searched nor counted.
CREATE TABLE mirror (
    installation TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (installation, conversation)
);

-- For reading what was seen since.
CREATE INDEX mirror_by_time ON mirror (installation, at, conversation);

-- For finding the conversation of a card that somebody points at.
CREATE INDEX cards_by_place ON cards (installation, channel, ts) WHERE ts IS NOT NULL;

-- For what was done last in an installation, read from its newest end.
CREATE INDEX entries_of_installation ON entries (installation, id);
