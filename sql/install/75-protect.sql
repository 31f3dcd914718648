-- Content tables -------------------------------------------------------------

CREATE FUNCTION authz_protect(content regclass, category_column name, owner_column name DEFAULT NULL,
		permission_prefix text DEFAULT NULL, uncategorized text DEFAULT 'owner_only', key_column name DEFAULT NULL,
		account_column name DEFAULT NULL, account_id int DEFAULT NULL, editors_column name DEFAULT NULL,
		publishers_column name DEFAULT NULL, viewers_column name DEFAULT NULL, force bool DEFAULT true)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_protect(regclass, name, name, text, text, name, name, int, name, name, name, bool) IS
	'puts a table under row security: what a session sees and changes follows from its category, owner and people columns';

CREATE FUNCTION authz_protect_sql(content regclass, category_column name, owner_column name DEFAULT NULL,
		permission_prefix text DEFAULT NULL, uncategorized text DEFAULT 'owner_only', key_column name DEFAULT NULL,
		account_column name DEFAULT NULL, account_id int DEFAULT NULL, editors_column name DEFAULT NULL,
		publishers_column name DEFAULT NULL, viewers_column name DEFAULT NULL, force bool DEFAULT true)
	RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_protect_sql(regclass, name, name, text, text, name, name, int, name, name, name, bool) IS
	'the statements that authz_protect() would run';

CREATE FUNCTION authz_unprotect(content regclass) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_unprotect(regclass) IS
	'takes authz''s policies and trigger off a table, which is then open; false when there was nothing to take off';

-- Anybody may name and comment on a policy of his own: a comment is read only
-- where it is of the form that authz_protect() writes.
CREATE VIEW authz_protected_tables WITH (security_barrier) AS
	SELECT c.oid::regclass AS content,
		CASE WHEN d.options ->> 'account_id'::text ~ '^[0-9]{1,9}$' THEN (d.options ->> 'account_id'::text)::int END AS account_id,
		d.options ->> 'account_column'::text AS account_column,
		d.options ->> 'category_column'::text AS category_column,
		d.options ->> 'owner_column'::text AS owner_column,
		d.options ->> 'permission_prefix'::text AS permission_prefix,
		d.options ->> 'uncategorized'::text AS uncategorized,
		d.options ->> 'key_column'::text AS key_column,
		c.relforcerowsecurity AS force,
		d.options ->> 'editors_column'::text AS editors_column,
		d.options ->> 'publishers_column'::text AS publishers_column,
		d.options ->> 'viewers_column'::text AS viewers_column,
		d.options ->> 'link'::text AS link,
		d.options ->> 'link_key_column'::text AS link_key_column,
		d.options ->> 'link_category_column'::text AS link_category_column,
		d.options ->> 'link_status_column'::text AS link_status_column
	FROM pg_catalog.pg_policy p
	JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
	CROSS JOIN LATERAL (SELECT pg_catalog.obj_description(p.oid, 'pg_policy'::name) AS text) o
	CROSS JOIN LATERAL (
		SELECT CASE WHEN o.text ~ '^{"[a-z_]+": "([^"\\[:cntrl:]]|\\["\\])*"(, "[a-z_]+": "([^"\\[:cntrl:]]|\\["\\])*")*}$'::text
			THEN o.text::jsonb END AS options) d
	WHERE p.polname = 'authz_select'::name
		AND EXISTS (SELECT FROM pg_catalog.pg_trigger t
			WHERE t.tgrelid = c.oid AND t.tgfoid = 'authz_content_guard'::regproc::oid AND t.tgparentid = 0::oid);
COMMENT ON VIEW authz_protected_tables IS 'tables under authz''s policies and how they are protected';
GRANT SELECT ON authz_protected_tables TO PUBLIC;
