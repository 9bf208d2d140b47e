-- Slack counts its triggers up, for all workspaces together. With the key first, new deliveries come
-- to lie together at the end, whoever sent them, and old ones leave together from the other: pages
-- that are written anyway, where there was a page to be fetched and written for each workspace.
CREATE TABLE deliveries_by_time (
    installation TEXT NOT NULL,
    key TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (key, installation)
) STRICT, WITHOUT ROWID;

INSERT INTO deliveries_by_time SELECT installation, key, at FROM deliveries ORDER BY key, installation;
DROP TABLE deliveries;
ALTER TABLE deliveries_by_time RENAME TO deliveries;

-- For sweeping: the oldest are found from this end without reading the young.
CREATE INDEX deliveries_by_age ON deliveries (at);
