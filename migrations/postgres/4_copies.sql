-- Processes keep copies of facts that rarely change (`DocumentKind::is_copied` and `CacheKind::is_copied` in
-- `src/platform/db/kinds.rs`). A change of one raises the version of its tenant, in the same transaction and however it
-- is made, and each claim carries the version. A cache entry that was only read again is no change; one whose time goes
-- back is: the clock was set back.

CREATE FUNCTION raise_tenant_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tenant_versions AS known (installation, version)
    VALUES (CASE TG_OP WHEN 'DELETE' THEN OLD.installation ELSE NEW.installation END, 1)
    ON CONFLICT (installation) DO UPDATE SET version = known.version + 1;
    RETURN NULL;
END
$$;

CREATE TRIGGER documents_added AFTER INSERT ON documents FOR EACH ROW
WHEN (NEW.kind IN ('channel', 'link', 'refused_blocks', 'route', 'rules', 'unreachable', 'wishes'))
EXECUTE FUNCTION raise_tenant_version();

CREATE TRIGGER documents_changed AFTER UPDATE ON documents FOR EACH ROW
WHEN (NEW.kind IN ('channel', 'link', 'refused_blocks', 'route', 'rules', 'unreachable', 'wishes'))
EXECUTE FUNCTION raise_tenant_version();

CREATE TRIGGER documents_removed AFTER DELETE ON documents FOR EACH ROW
WHEN (OLD.kind IN ('channel', 'link', 'refused_blocks', 'route', 'rules', 'unreachable', 'wishes'))
EXECUTE FUNCTION raise_tenant_version();

-- A fact that was never read before is in no copy, unless it is found by an alias that another one has.
CREATE FUNCTION raise_tenant_version_for_alias() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM cache_entries
        WHERE installation = NEW.installation AND kind = NEW.kind AND alias = NEW.alias AND id <> NEW.id
    ) THEN
        INSERT INTO tenant_versions AS known (installation, version) VALUES (NEW.installation, 1)
        ON CONFLICT (installation) DO UPDATE SET version = known.version + 1;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER cache_entries_added AFTER INSERT ON cache_entries FOR EACH ROW
WHEN (NEW.alias IS NOT NULL AND NEW.kind IN
    ('called', 'direct_channel', 'group_members', 'members', 'no_profile', 'profile', 'refused_photo', 'shared', 'sought'))
EXECUTE FUNCTION raise_tenant_version_for_alias();

CREATE TRIGGER cache_entries_changed AFTER UPDATE ON cache_entries FOR EACH ROW
WHEN (NEW.kind IN
    ('called', 'direct_channel', 'group_members', 'members', 'no_profile', 'profile', 'refused_photo', 'shared', 'sought')
    AND (NEW.body <> OLD.body OR NEW.alias IS DISTINCT FROM OLD.alias OR NEW.at < OLD.at))
EXECUTE FUNCTION raise_tenant_version();

CREATE TRIGGER cache_entries_removed AFTER DELETE ON cache_entries FOR EACH ROW
WHEN (OLD.kind IN
    ('called', 'direct_channel', 'group_members', 'members', 'no_profile', 'profile', 'refused_photo', 'shared', 'sought'))
EXECUTE FUNCTION raise_tenant_version();
