-- Triggers -----------------------------------------------------------------
--
-- Every change of what decides about rights is told to the backends that keep
-- what they loaded: by row and always, because statement triggers never fire
-- for rows that logical replication applies.

CREATE FUNCTION authz.announce_change() RETURNS trigger
	LANGUAGE C AS 'MODULE_PATHNAME', 'authz_announce_change';
COMMENT ON FUNCTION authz.announce_change() IS 'tells other connections of a change: pairs of topic and column';
REVOKE EXECUTE ON FUNCTION authz.announce_change() FROM PUBLIC;

-- What is purged after its expiry had ended by itself.
CREATE TRIGGER announce_change AFTER UPDATE OR DELETE ON authz.session
	FOR EACH ROW WHEN (OLD.expires_at > now())
	EXECUTE FUNCTION authz.announce_change('session', 'session_id');

CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON authz.account
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('policy', 'account_id', 'tree', 'account_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON authz.signing_key
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('policy', 'account_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON authz.permission
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('policy', 'account_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON authz.role
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('policy', 'account_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON authz.revocation
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('policy', 'account_id');

CREATE TRIGGER announce_change AFTER UPDATE OR DELETE ON authz.principal
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('subject', 'principal_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON authz.group_user
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('subject', 'principal_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON authz.role_user
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('subject', 'principal_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON authz.category_user
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('subject', 'principal_id');
CREATE TRIGGER announce_change AFTER UPDATE OR DELETE ON authz.apptoken
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('subject', 'apptoken_id');

-- A new category concerns its owner; all others only if it opens to more than
-- its members, or carries down those of its parent.
CREATE TRIGGER announce_change AFTER UPDATE OR DELETE ON authz.category
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('tree', 'account_id', 'subject', 'owner_id');
CREATE TRIGGER announce_new AFTER INSERT ON authz.category
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('categories', 'account_id', 'subject', 'owner_id');
CREATE TRIGGER announce_open AFTER INSERT ON authz.category
	FOR EACH ROW WHEN (NEW.privacy > 'members_only' OR NEW.contribution_policy = 'all' OR NEW.privacy_contexts OPERATOR(pg_catalog.<>) '{}')
	EXECUTE FUNCTION authz.announce_change('tree', 'account_id');
CREATE TRIGGER announce_change AFTER UPDATE OR DELETE ON authz.category_place
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('tree', 'account_id');
CREATE TRIGGER announce_inherit AFTER INSERT ON authz.category_place
	FOR EACH ROW WHEN (NEW.inheritance = 'inherit')
	EXECUTE FUNCTION authz.announce_change('tree', 'account_id');

DO $$
DECLARE
	t record;
BEGIN
	FOR t IN
		SELECT DISTINCT r.tgrelid::regclass::text AS name
		FROM pg_trigger r WHERE r.tgfoid = 'authz.announce_change'::regproc::oid
	LOOP
		EXECUTE format('CREATE TRIGGER announce_truncate AFTER TRUNCATE ON %s '
			'FOR EACH STATEMENT EXECUTE FUNCTION authz.announce_change()', t.name);
	END LOOP;
	FOR t IN
		SELECT r.tgrelid::regclass::text AS name, quote_ident(r.tgname) AS trigger
		FROM pg_trigger r WHERE r.tgfoid = 'authz.announce_change'::regproc::oid
	LOOP
		EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %s', t.name, t.trigger);
	END LOOP;
END
$$;
