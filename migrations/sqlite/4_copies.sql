-- Processes keep copies of facts that rarely change (`DocumentKind::is_copied` and `CacheKind::is_copied` in
-- `src/platform/db/kinds.rs`). A change of one raises the version of its tenant, in the same transaction and however it
-- is made, and each claim carries the version. A cache entry that was only read again is no change; one whose time goes
-- back is: the clock was set back.

CREATE TRIGGER documents_added AFTER INSERT ON documents
WHEN NEW.kind IN ('channel', 'link', 'refused_blocks', 'route', 'rules', 'unreachable', 'wishes')
BEGIN
    INSERT INTO tenant_versions (installation, version) VALUES (NEW.installation, 1)
    ON CONFLICT (installation) DO UPDATE SET version = version + 1;
END;

CREATE TRIGGER documents_changed AFTER UPDATE ON documents
WHEN NEW.kind IN ('channel', 'link', 'refused_blocks', 'route', 'rules', 'unreachable', 'wishes')
BEGIN
    INSERT INTO tenant_versions (installation, version) VALUES (NEW.installation, 1)
    ON CONFLICT (installation) DO UPDATE SET version = version + 1;
END;

CREATE TRIGGER documents_removed AFTER DELETE ON documents
WHEN OLD.kind IN ('channel', 'link', 'refused_blocks', 'route', 'rules', 'unreachable', 'wishes')
BEGIN
    INSERT INTO tenant_versions (installation, version) VALUES (OLD.installation, 1)
    ON CONFLICT (installation) DO UPDATE SET version = version + 1;
END;

-- A fact that was never read before is in no copy, unless it is found by an alias that another one has.
CREATE TRIGGER cache_entries_added AFTER INSERT ON cache_entries
WHEN NEW.alias IS NOT NULL AND NEW.kind IN
    ('called', 'direct_channel', 'group_members', 'members', 'no_profile', 'profile', 'refused_photo', 'shared', 'sought')
    AND EXISTS (
        SELECT 1 FROM cache_entries
        WHERE installation = NEW.installation AND kind = NEW.kind AND alias = NEW.alias AND id <> NEW.id
    )
BEGIN
    INSERT INTO tenant_versions (installation, version) VALUES (NEW.installation, 1)
    ON CONFLICT (installation) DO UPDATE SET version = version + 1;
END;

CREATE TRIGGER cache_entries_changed AFTER UPDATE ON cache_entries
WHEN NEW.kind IN
    ('called', 'direct_channel', 'group_members', 'members', 'no_profile', 'profile', 'refused_photo', 'shared', 'sought')
    AND (NEW.body <> OLD.body OR NEW.alias IS NOT OLD.alias OR NEW.at < OLD.at)
BEGIN
    INSERT INTO tenant_versions (installation, version) VALUES (NEW.installation, 1)
    ON CONFLICT (installation) DO UPDATE SET version = version + 1;
END;

CREATE TRIGGER cache_entries_removed AFTER DELETE ON cache_entries
WHEN OLD.kind IN
    ('called', 'direct_channel', 'group_members', 'members', 'no_profile', 'profile', 'refused_photo', 'shared', 'sought')
BEGIN
    INSERT INTO tenant_versions (installation, version) VALUES (OLD.installation, 1)
    ON CONFLICT (installation) DO UPDATE SET version = version + 1;
END;
