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
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('policy', 'account_id');
CREATE TRIGGER announce_status AFTER UPDATE ON authz.account
	FOR EACH ROW WHEN (OLD.status <> NEW.status)
	EXECUTE FUNCTION authz.announce_change('tree', 'account_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON authz.signing_key
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('policy', 'account_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON authz.account_secret
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('policy', 'account_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON authz.permission
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('policy', 'account_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON authz.role
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('policy', 'account_id');
-- Whether a token means an account depends on what others have registered under its issuer's name.
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON authz.issuer
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('policy', 'account_id', 'policy', 'issuer');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON authz.issuer_role
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('policy', 'account_id');
CREATE TRIGGER announce_new AFTER INSERT ON authz.revocation
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('policy', 'account_id');
CREATE TRIGGER announce_change AFTER UPDATE OR DELETE ON authz.revocation
	FOR EACH ROW WHEN (OLD.expires_at > now())
	EXECUTE FUNCTION authz.announce_change('policy', 'account_id');

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

CREATE TRIGGER announce_change AFTER UPDATE OR DELETE ON authz.application
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('subject', 'application_id');
CREATE TRIGGER announce_change AFTER UPDATE OR DELETE ON authz.sign_in_setting
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('subject', 'application_id');
CREATE TRIGGER announce_change AFTER UPDATE OR DELETE ON authz.application_grant
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('session', 'grant_id');

-- A category that comes or goes concerns its owner and who has all of them or
-- those that are listed; who reads what is open only if it is. Of its changes
-- only these concern anybody: a name or a rule of joining is not kept.
CREATE TRIGGER announce_category AFTER INSERT OR DELETE ON authz.category
	FOR EACH ROW EXECUTE FUNCTION authz.announce_change('categories', 'account_id', 'subject', 'owner_id');
CREATE TRIGGER announce_new_open AFTER INSERT ON authz.category
	FOR EACH ROW WHEN (NEW.privacy > 'members_only' OR NEW.contribution_policy = 'all' OR NEW.privacy_contexts OPERATOR(pg_catalog.<>) '{}')
	EXECUTE FUNCTION authz.announce_change('open', 'account_id');
CREATE TRIGGER announce_old_open AFTER DELETE ON authz.category
	FOR EACH ROW WHEN (OLD.privacy > 'members_only' OR OLD.contribution_policy = 'all' OR OLD.privacy_contexts OPERATOR(pg_catalog.<>) '{}')
	EXECUTE FUNCTION authz.announce_change('open', 'account_id');
CREATE TRIGGER announce_open AFTER UPDATE ON authz.category
	FOR EACH ROW WHEN (OLD.privacy <> NEW.privacy OR OLD.contribution_policy <> NEW.contribution_policy
		OR OLD.privacy_contexts OPERATOR(pg_catalog.<>) NEW.privacy_contexts)
	EXECUTE FUNCTION authz.announce_change('open', 'account_id');
CREATE TRIGGER announce_owner AFTER UPDATE ON authz.category
	FOR EACH ROW WHEN (OLD.owner_id IS DISTINCT FROM NEW.owner_id)
	EXECUTE FUNCTION authz.announce_change('subject', 'owner_id');
CREATE TRIGGER announce_listed AFTER UPDATE ON authz.category
	FOR EACH ROW WHEN (OLD.appear_in_list <> NEW.appear_in_list OR OLD.moderation <> NEW.moderation)
	EXECUTE FUNCTION authz.announce_change('categories', 'account_id');
CREATE TRIGGER announce_identity AFTER UPDATE ON authz.category
	FOR EACH ROW WHEN (OLD.category_id <> NEW.category_id OR OLD.account_id <> NEW.account_id)
	EXECUTE FUNCTION authz.announce_change('tree', 'account_id', 'categories', 'account_id');

-- Where a category stands concerns those who have what is above it: a level, if
-- it inherits; the reach of a context in any case.
CREATE TRIGGER announce_new_inherit AFTER INSERT ON authz.category_place
	FOR EACH ROW WHEN (NEW.inheritance = 'inherit')
	EXECUTE FUNCTION authz.announce_change('inherit', 'parent_id');
CREATE TRIGGER announce_new_below AFTER INSERT ON authz.category_place
	FOR EACH ROW WHEN (NEW.inheritance = 'manual' AND NEW.parent_id IS NOT NULL)
	EXECUTE FUNCTION authz.announce_change('below', 'parent_id');
CREATE TRIGGER announce_old_inherit AFTER DELETE ON authz.category_place
	FOR EACH ROW WHEN (OLD.inheritance = 'inherit')
	EXECUTE FUNCTION authz.announce_change('inherit', 'parent_id');
CREATE TRIGGER announce_old_below AFTER DELETE ON authz.category_place
	FOR EACH ROW WHEN (OLD.inheritance = 'manual' AND OLD.parent_id IS NOT NULL)
	EXECUTE FUNCTION authz.announce_change('below', 'parent_id');
CREATE TRIGGER announce_inherit AFTER UPDATE ON authz.category_place
	FOR EACH ROW WHEN ((OLD.inheritance = 'inherit' OR NEW.inheritance = 'inherit')
		AND (OLD.inheritance <> NEW.inheritance OR OLD.parent_id IS DISTINCT FROM NEW.parent_id))
	EXECUTE FUNCTION authz.announce_change('inherit', 'parent_id');
CREATE TRIGGER announce_below AFTER UPDATE ON authz.category_place
	FOR EACH ROW WHEN (OLD.inheritance = 'manual' AND NEW.inheritance = 'manual'
		AND OLD.parent_id IS DISTINCT FROM NEW.parent_id)
	EXECUTE FUNCTION authz.announce_change('below', 'parent_id');
CREATE TRIGGER announce_identity AFTER UPDATE ON authz.category_place
	FOR EACH ROW WHEN (OLD.category_id <> NEW.category_id OR OLD.account_id <> NEW.account_id)
	EXECUTE FUNCTION authz.announce_change('tree', 'account_id');

-- What is inherited from is written down: the category above, unless it inherits
-- itself, and one that ceases to inherit, whatever may have come below it meanwhile.
CREATE FUNCTION authz.note_home() RETURNS trigger
	LANGUAGE C AS 'MODULE_PATHNAME', 'authz_note_home';
COMMENT ON FUNCTION authz.note_home() IS 'writes into category_home what the column names';
REVOKE EXECUTE ON FUNCTION authz.note_home() FROM PUBLIC;

CREATE TRIGGER note_home_of_new AFTER INSERT ON authz.category_place
	FOR EACH ROW WHEN (NEW.inheritance = 'inherit')
	EXECUTE FUNCTION authz.note_home('parent_id');
CREATE TRIGGER note_home_of_moved AFTER UPDATE ON authz.category_place
	FOR EACH ROW WHEN (NEW.inheritance = 'inherit' AND (OLD.inheritance <> NEW.inheritance
		OR OLD.parent_id IS DISTINCT FROM NEW.parent_id OR OLD.account_id <> NEW.account_id))
	EXECUTE FUNCTION authz.note_home('parent_id');
CREATE TRIGGER note_home AFTER UPDATE ON authz.category_place
	FOR EACH ROW WHEN (OLD.inheritance = 'inherit' AND NEW.inheritance = 'manual')
	EXECUTE FUNCTION authz.note_home('category_id');

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
		FROM pg_trigger r
		WHERE r.tgfoid IN ('authz.announce_change'::regproc::oid, 'authz.note_home'::regproc::oid)
	LOOP
		EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %s', t.name, t.trigger);
	END LOOP;
END
$$;
