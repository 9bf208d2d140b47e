-- Slack counts its triggers up, for all workspaces together. With the key first, new deliveries come
-- to lie together at the end of the index, whoever sent them, and old ones leave together from the
-- other: pages that are written anyway, where there was one to be written for each workspace.
ALTER TABLE deliveries DROP CONSTRAINT deliveries_pkey, ADD PRIMARY KEY (key, installation);
