-- A number for each tenant, which the app raises when it changes facts that processes keep copies of. A claim carries
-- it, so that a worker knows whether its copies still hold. A row is never removed: a number that began again would
-- make old copies look new.
CREATE TABLE tenant_versions (
    installation TEXT COLLATE "C" PRIMARY KEY,
    version BIGINT NOT NULL
);
