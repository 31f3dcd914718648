-- Checking the setup ---------------------------------------------------------
--
-- What newcomers trip over: everything that makes a protected table slower or
-- more open than its owner thinks. Each remedy is a statement that can be run,
-- by who may, after thinking about it.

CREATE FUNCTION authz_check_setup(OUT severity text, OUT object text, OUT finding text, OUT remedy text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN QUERY
	-- Tables under our policies; link tables too.
	WITH guarded AS (
		SELECT c.oid AS relid, c.oid::regclass AS content, c.relname, c.relowner, c.relkind, c.relrowsecurity, c.relforcerowsecurity
		FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
		WHERE p.polname = 'authz_select' AND EXISTS (
			SELECT FROM pg_depend d JOIN pg_proc f ON f.oid = d.refobjid
			WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_proc'::regclass
				AND f.pronamespace = '@extschema@'::regnamespace AND f.proname LIKE 'authz\_%')
	),
	-- The columns by which rows are found, in every table that holds rows: partitions have the indexes of the table above.
	decisive AS (
		SELECT h.relid, a.attname, a.attnum, y.typcategory = 'A' AS is_array
		FROM @extschema@.authz_protected_tables p
		CROSS JOIN LATERAL unnest(ARRAY[p.category_column, p.owner_column, p.editors_column, p.publishers_column, p.viewers_column, p.key_column]) AS v (attname)
		CROSS JOIN LATERAL (
			WITH RECURSIVE holder (relid) AS (
				SELECT p.content::oid
				UNION
				SELECT i.inhrelid FROM holder JOIN pg_inherits i ON i.inhparent = holder.relid JOIN pg_class c ON c.oid = i.inhrelid AND NOT c.relispartition)
			SELECT holder.relid FROM holder) h
		JOIN pg_attribute a ON a.attrelid = h.relid AND a.attname = v.attname
		JOIN pg_type y ON y.oid = a.atttypid
	),
	-- What is below a table, as a partition or child, to any depth.
	below AS (
		WITH RECURSIVE b (above, above_kind, relid) AS (
			SELECT g.content, g.relkind, i.inhrelid FROM guarded g JOIN pg_inherits i ON i.inhparent = g.relid
			UNION
			SELECT b.above, b.above_kind, i.inhrelid FROM b JOIN pg_inherits i ON i.inhparent = b.relid)
		SELECT b.above, b.above_kind, c.oid::regclass AS content, c.relowner, c.relacl, c.relrowsecurity FROM b JOIN pg_class c ON c.oid = b.relid
	),
	-- Views of a table, and views of these.
	dependent AS (
		WITH RECURSIVE d (content, view, direct) AS (
			SELECT g.content, r.ev_class, true
			FROM guarded g
			JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = g.relid AND d.classid = 'pg_rewrite'::regclass
			JOIN pg_rewrite r ON r.oid = d.objid
			UNION
			SELECT b.content, r.ev_class, false
			FROM d b
			JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = b.view AND d.classid = 'pg_rewrite'::regclass AND d.deptype = 'n'
			JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class <> b.view)
		SELECT d.content, v.oid::regclass AS view, v.relkind, v.relacl, v.relowner, bool_or(d.direct) AS direct,
			coalesce((SELECT o.option_value::bool FROM pg_options_to_table(v.reloptions) o WHERE o.option_name = 'security_invoker'), false) AS invoker
		FROM d JOIN pg_class v ON v.oid = d.view AND v.relkind IN ('v', 'm')
		GROUP BY d.content, v.oid
	),
	-- Functions that run as their owner and whose body uses a table, or at least its name.
	definer AS (
		SELECT g.content, f.oid::regprocedure AS function, o.rolname, o.rolsuper OR o.rolbypassrls AS unbound
		FROM guarded g
		JOIN pg_proc f ON f.prosecdef
		JOIN pg_language l ON l.oid = f.prolang AND l.lanname NOT IN ('c', 'internal')
		JOIN pg_roles o ON o.oid = f.proowner
		WHERE (strpos(f.prosrc, quote_ident(g.relname)) > 0 AND (quote_ident(g.relname) <> g.relname OR f.prosrc ~ ('\m' || g.relname || '\M'))
				OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = g.relid))
			AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = f.oid AND e.deptype = 'e')
	),
	-- Functions behind the searches that an index is for, or of its expressions, that row security lets nobody's conditions use.
	leaky AS (
		SELECT DISTINCT g.content, x.indexrelid::regclass AS index, f.oid::regprocedure AS function
		FROM guarded g
		JOIN pg_index x ON x.indrelid = g.relid
		CROSS JOIN LATERAL (
			SELECT q.oprcode::oid AS oid
			FROM unnest(x.indclass) c (oid)
			JOIN pg_opclass k ON k.oid = c.oid
			JOIN pg_am m ON m.oid = k.opcmethod
			JOIN pg_amop o ON o.amopfamily = k.opcfamily AND o.amoplefttype = k.opcintype AND o.amoppurpose = 's'
				AND (o.amoprighttype = k.opcintype OR m.amname NOT IN ('btree', 'hash', 'brin'))
			JOIN pg_operator q ON q.oid = o.amopopr
			UNION
			SELECT q.oprcode
			FROM unnest(x.indclass) c (oid)
			JOIN pg_opclass k ON k.oid = c.oid AND k.opcname LIKE '%\_pattern\_ops'
			JOIN pg_operator q ON q.oprname = '~~' AND q.oprleft = k.opcintype
			UNION
			SELECT m[1]::oid FROM regexp_matches(x.indexprs::text, ':(?:op)?funcid ([0-9]+)', 'g') m) u
		JOIN pg_proc f ON f.oid = u.oid AND NOT f.proleakproof
		WHERE NOT EXISTS (SELECT FROM decisive d WHERE d.relid = x.indrelid AND x.indkey::text = d.attnum::text)
	),
	-- As far as one may know them.
	preloading AS (
		SELECT s.name, strpos(s.setting, 'authz') > 0 AS has_authz,
			(SELECT string_agg(quote_literal(btrim(l, ' "')), ', ') FROM unnest(string_to_array(nullif(s.setting, ''), ',') || ARRAY['authz']) l) AS with_authz
		FROM pg_settings s WHERE s.name IN ('shared_preload_libraries', 'session_preload_libraries')
	),
	found (severity, object, finding, remedy) AS (
		-- Protection that is not in force.
		SELECT 'error', g.content::text, 'row security is not enabled', format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', g.content)
		FROM guarded g WHERE NOT g.relrowsecurity
		UNION ALL
		SELECT 'warning', g.content::text, 'row security does not bind the table''s owner, nor views of his',
			format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', g.content)
		FROM guarded g WHERE g.relrowsecurity AND NOT g.relforcerowsecurity
		UNION ALL
		SELECT 'error', g.content::text, format('owner "%s" is not bound by row security: every view of his shows all rows', o.rolname),
			format('ALTER TABLE %s OWNER TO pg_database_owner', g.content)
		FROM guarded g JOIN pg_roles o ON o.oid = g.relowner
		WHERE o.rolsuper OR o.rolbypassrls
		UNION ALL
		SELECT 'error', g.content::text,
			CASE WHEN y.polname IN ('authz_select', 'authz_insert', 'authz_update', 'authz_delete') THEN format('policy "%s" is not authz''s', y.polname)
				ELSE format('policy "%s" shows what authz hides: permissive policies add up', y.polname) END,
			format('DROP POLICY %I ON %s', y.polname, g.content)
		FROM guarded g JOIN pg_policy y ON y.polrelid = g.relid
		WHERE y.polpermissive AND (y.polname NOT IN ('authz_select', 'authz_insert', 'authz_update', 'authz_delete') OR NOT EXISTS (
			SELECT FROM pg_depend d JOIN pg_proc f ON f.oid = d.refobjid AND f.pronamespace = '@extschema@'::regnamespace AND f.proname LIKE 'authz\_%'
			WHERE d.classid = 'pg_policy'::regclass AND d.objid = y.oid AND d.refclassid = 'pg_proc'::regclass))
		UNION ALL
		SELECT 'error', g.content::text, 'no trigger judges changes of categories, owner and people', format('DROP POLICY authz_update ON %s', g.content)
		FROM guarded g
		WHERE EXISTS (SELECT FROM pg_policy y WHERE y.polrelid = g.relid AND y.polname = 'authz_update')
			AND NOT EXISTS (SELECT FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
				WHERE t.tgrelid = g.relid AND f.pronamespace = '@extschema@'::regnamespace AND f.proname IN ('authz_content_guard', 'authz_link_guard'))
		UNION ALL
		SELECT 'error', t.tgrelid::regclass::text, format('trigger "%s" does not fire', t.tgname), format('ALTER TABLE %s ENABLE TRIGGER %I', t.tgrelid::regclass, t.tgname)
		FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
		WHERE f.pronamespace = '@extschema@'::regnamespace AND f.proname LIKE 'authz\_%' AND t.tgenabled NOT IN ('O', 'A')

		-- Ways around it.
		UNION ALL
		SELECT CASE WHEN o.rolsuper OR o.rolbypassrls THEN 'error' ELSE 'warning' END, d.view::text, format('view reads %s with its owner''s rights', d.content),
			format('ALTER VIEW %s SET (security_invoker = true)', d.view)
		FROM dependent d JOIN pg_roles o ON o.oid = d.relowner
		WHERE d.relkind = 'v' AND d.direct AND NOT d.invoker
		UNION ALL
		SELECT CASE WHEN w.who IS NULL THEN 'warning' ELSE 'error' END, d.view::text,
			format('materialised view %s rows of %s as its owner saw them', CASE WHEN w.who IS NULL THEN 'holds' ELSE 'shows' END, d.content),
			CASE WHEN w.who IS NULL THEN format('DROP MATERIALIZED VIEW %s', d.view) ELSE format('REVOKE ALL ON %s FROM %s', d.view, w.who) END
		FROM dependent d
		CROSS JOIN LATERAL (SELECT string_agg(DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, ', ') AS who
			FROM aclexplode(d.relacl) a WHERE a.grantee <> d.relowner) w
		WHERE d.relkind = 'm'
		UNION ALL
		SELECT CASE WHEN d.unbound THEN 'error' ELSE 'warning' END, d.function::text, format('function reads %s with the rights of "%s"', d.content, d.rolname), format('ALTER ROUTINE %s SECURITY INVOKER', d.function)
		FROM definer d
		UNION ALL
		SELECT 'warning', b.content::text, format('rows of %s can be reached here without its policies', b.above), format('REVOKE ALL ON %s FROM %s', b.content, w.who)
		FROM below b
		CROSS JOIN LATERAL (SELECT string_agg(DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, ', ') AS who
			FROM aclexplode(b.relacl) a WHERE a.grantee <> b.relowner) w
		WHERE NOT b.relrowsecurity AND w.who IS NOT NULL
		UNION ALL
		SELECT 'error', b.content::text, format('inherits from %s without its trigger "%s"', b.above, t.tgname),
			replace(pg_get_triggerdef(t.oid), format(' ON %s FOR EACH ', b.above), format(' ON %s FOR EACH ', b.content))
		FROM below b
		JOIN pg_trigger t ON t.tgrelid = b.above
		JOIN pg_proc f ON f.oid = t.tgfoid AND f.pronamespace = '@extschema@'::regnamespace AND f.proname LIKE 'authz\_%'
		WHERE b.above_kind = 'r' AND NOT EXISTS (SELECT FROM pg_trigger o WHERE o.tgrelid = b.content AND o.tgfoid = t.tgfoid)
			AND array_length(string_to_array(pg_get_triggerdef(t.oid), format(' ON %s FOR EACH ', b.above)), 1) = 2
		UNION ALL
		SELECT v.severity, h.content::text, format('role %s may %s', w.who, v.what), format('REVOKE %s ON %s FROM %s', a.privilege_type, h.content, w.who)
		FROM (SELECT g.content, g.relowner, c.relacl FROM guarded g JOIN pg_class c ON c.oid = g.relid UNION SELECT b.content, b.relowner, b.relacl FROM below b) h
		CROSS JOIN LATERAL aclexplode(h.relacl) a
		CROSS JOIN LATERAL (SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS who) w
		JOIN (VALUES ('TRUNCATE', 'warning', 'TRUNCATE, which row security does not judge'),
			('TRIGGER', 'error', 'put triggers in the place of authz''s')) AS v (privilege, severity, what) ON v.privilege = a.privilege_type
		WHERE a.grantee <> h.relowner
		UNION ALL
		SELECT 'info', g.content::text, format('publication "%s" sends all of its rows', p.pubname),
			CASE WHEN p.puballtables THEN format('DROP PUBLICATION %I', p.pubname)
				WHEN EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = g.relid) THEN format('ALTER PUBLICATION %I DROP TABLE %s', p.pubname, g.content)
				ELSE format('ALTER PUBLICATION %I DROP TABLES IN SCHEMA %s', p.pubname, c.relnamespace::regnamespace) END
		FROM guarded g
		JOIN pg_class c ON c.oid = g.relid
		JOIN pg_publication p ON p.puballtables OR EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = g.relid)
			OR EXISTS (SELECT FROM pg_publication_namespace n WHERE n.pnpubid = p.oid AND n.pnnspid = c.relnamespace)

		-- Roles.
		UNION ALL
		SELECT 'warning', r.rolname::text, 'role may log in and is not bound by row security', format('ALTER ROLE %I NOBYPASSRLS', r.rolname)
		FROM pg_roles r WHERE r.rolcanlogin AND r.rolbypassrls AND NOT r.rolsuper
		UNION ALL
		SELECT 'info', r.rolname::text, 'role may log in and read all rows by replication', format('ALTER ROLE %I NOREPLICATION', r.rolname)
		FROM pg_roles r WHERE r.rolcanlogin AND r.rolreplication AND NOT r.rolsuper
		UNION ALL
		SELECT 'warning', r.rolname::text, format('role may log in and, by %s, reach partitions of protected tables and authz''s own tables with their keys', a.role),
			format('REVOKE %s FROM %I', m.roleid::regrole, r.rolname)
		FROM (VALUES ('pg_read_all_data'), ('pg_write_all_data')) a (role)
		JOIN pg_roles r ON r.rolcanlogin AND NOT r.rolsuper
		JOIN pg_auth_members m ON m.member = r.oid AND pg_has_role(m.roleid, a.role, 'MEMBER')
		UNION ALL
		SELECT 'warning', g.content::text, format('owner "%s" may log in and take the protection off', r.rolname), format('ALTER TABLE %s OWNER TO pg_database_owner', g.content)
		FROM guarded g JOIN pg_roles r ON r.oid = g.relowner
		WHERE r.rolcanlogin AND NOT r.rolsuper AND NOT r.rolbypassrls
		UNION ALL
		SELECT 'warning', g.content::text, format('role "%s" may log in and, as a member of its owner, take the protection off', r.rolname),
			format('REVOKE %s FROM %I', m.roleid::regrole, r.rolname)
		FROM guarded g
		JOIN pg_roles r ON r.rolcanlogin AND NOT r.rolsuper AND r.oid <> g.relowner
		JOIN pg_auth_members m ON m.member = r.oid AND pg_has_role(m.roleid, g.relowner, 'MEMBER')
		UNION ALL
		SELECT 'error', 'authz_administer()', 'everybody may do everything without a session', 'REVOKE EXECUTE ON FUNCTION @extschema@.authz_administer() FROM PUBLIC'
		FROM pg_proc f CROSS JOIN LATERAL aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
		WHERE f.oid = '@extschema@.authz_administer()'::regprocedure AND a.grantee = 0

		-- Indexes.
		UNION ALL
		SELECT DISTINCT 'warning', d.relid::regclass::text, format('column "%s" has no index', d.attname),
			format('CREATE INDEX ON %s %s(%I)', d.relid::regclass, CASE WHEN d.is_array THEN 'USING gin ' END, d.attname)
		FROM decisive d
		WHERE NOT EXISTS (
			SELECT FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid = i.relam
			WHERE x.indrelid = d.relid AND x.indisvalid AND x.indpred IS NULL AND x.indkey[0] = d.attnum AND m.amname = CASE WHEN d.is_array THEN 'gin' ELSE 'btree' END)
		UNION ALL
		SELECT 'info', l.index::text, format('searches in %s do not use this index under row security: they are not leakproof', l.content),
			string_agg(format('ALTER FUNCTION %s LEAKPROOF', l.function), '; ' ORDER BY l.function::text)
		FROM leaky l GROUP BY l.content, l.index

		-- What of authz's own is switched off.
		UNION ALL
		SELECT 'error', t.tgrelid::regclass::text, format('trigger "%s" does not fire always: changes are not told to other connections', t.tgname),
			format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.tgrelid::regclass, t.tgname)
		FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid AND c.relnamespace = 'authz'::regnamespace
		WHERE t.tgname LIKE 'announce\_%' AND t.tgenabled <> 'A'
		UNION ALL
		SELECT 'info', 'authz.key_file', v.finding, v.remedy
		FROM @extschema@.authz_secrets_at_rest() r
		CROSS JOIN LATERAL (VALUES
			(NOT r.key_file AND r.in_clear > 0, format('it is not set: secrets in clear in dumps and base backups: %s', r.in_clear),
				'ALTER SYSTEM SET authz.key_file = ''authz.key'''),
			(r.key_file AND r.in_clear > 0, format('secrets that are not sealed: %s', r.in_clear), 'SELECT @extschema@.authz_seal()'),
			(r.key_file AND r.former_keys > 0, format('secrets that are sealed by former keys: %s', r.former_keys), 'SELECT @extschema@.authz_seal()')
			) AS v (holds, finding, remedy)
		WHERE v.holds
		UNION ALL
		SELECT 'info', p.name, 'authz is not in it: failed proofs are counted by background workers, more slowly', format('ALTER SYSTEM SET %s = %s', p.name, p.with_authz)
		FROM preloading p WHERE p.name = 'shared_preload_libraries' AND NOT p.has_authz
		UNION ALL
		SELECT 'info', p.name, 'authz is not in it: until its first use a connection shows its token in SHOW authz.session', format('ALTER DATABASE %I SET %s = %s', current_database(), p.name, p.with_authz)
		FROM preloading p WHERE p.name = 'session_preload_libraries' AND NOT EXISTS (SELECT FROM preloading o WHERE o.has_authz)
	)
	SELECT f.severity, f.object, f.finding, f.remedy FROM found f
	ORDER BY array_position(ARRAY['error', 'warning', 'info'], f.severity), f.object, f.finding;
END
$$;
COMMENT ON FUNCTION authz_check_setup() IS
	'what makes protected tables slower or more open than their owners think, and what to do about it';
