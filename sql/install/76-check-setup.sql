-- Checking the setup ---------------------------------------------------------
--
-- What newcomers trip over: everything that makes a protected table slower or
-- more open than its owner thinks.

CREATE FUNCTION authz_check_setup(OUT severity text, OUT object text, OUT finding text, OUT remedy text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN QUERY
	WITH protected AS (
		SELECT p.content, p.content::oid AS relid, c.relowner, c.relrowsecurity, c.relforcerowsecurity, c.relkind,
			p.category_column, p.owner_column
		FROM @extschema@.authz_protected_tables p
		JOIN pg_class c ON c.oid = p.content::oid
	),
	wanted_index AS (
		SELECT p.content, p.relid, v.attname
		FROM protected p, LATERAL (VALUES (p.category_column), (p.owner_column)) AS v (attname)
		WHERE v.attname IS NOT NULL
	),
	dependent AS (
		SELECT DISTINCT p.content, v.oid AS view, v.relkind, v.relowner,
			coalesce('security_invoker=true' = ANY (v.reloptions) OR 'security_invoker=on' = ANY (v.reloptions), false) AS invoker
		FROM protected p
		JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = p.relid AND d.classid = 'pg_rewrite'::regclass
		JOIN pg_rewrite r ON r.oid = d.objid
		JOIN pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
	),
	below AS (
		SELECT p.content, p.relkind AS above_kind, i.inhrelid
		FROM protected p
		JOIN pg_inherits i ON i.inhparent = p.relid
	)
	SELECT 'warning', w.content::text, format('column "%s" has no index', w.attname),
		format('CREATE INDEX ON %s (%I)', w.content, w.attname)
	FROM wanted_index w
	WHERE NOT EXISTS (
		SELECT FROM pg_index x JOIN pg_attribute a ON a.attrelid = w.relid AND a.attnum = x.indkey[0]
		WHERE x.indrelid = w.relid AND x.indisvalid AND a.attname = w.attname)
	UNION ALL
	SELECT 'error', p.content::text, 'row security is not enabled',
		format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p.content)
	FROM protected p WHERE NOT p.relrowsecurity
	UNION ALL
	SELECT 'warning', p.content::text, 'row security does not bind the table''s owner, nor views of his',
		format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', p.content)
	FROM protected p WHERE p.relrowsecurity AND NOT p.relforcerowsecurity
	UNION ALL
	SELECT 'error', p.content::text, format('owner "%s" is not bound by row security: every view of his shows all rows', o.rolname),
		format('ALTER TABLE %s OWNER TO an ordinary role', p.content)
	FROM protected p JOIN pg_roles o ON o.oid = p.relowner
	WHERE o.rolsuper OR o.rolbypassrls
	UNION ALL
	SELECT 'error', p.content::text, format('policy "%s" shows what authz hides: permissive policies add up', y.polname),
		format('Make it restrictive, or DROP POLICY %I ON %s', y.polname, p.content)
	FROM protected p JOIN pg_policy y ON y.polrelid = p.relid
	WHERE y.polpermissive AND y.polname NOT IN ('authz_select', 'authz_insert', 'authz_update', 'authz_delete')
	UNION ALL
	SELECT CASE WHEN d.relkind = 'm' OR o.rolsuper OR o.rolbypassrls THEN 'error' ELSE 'warning' END, d.view::regclass::text,
		CASE WHEN d.relkind = 'm' THEN format('materialised view holds rows of %s as its owner saw them', d.content)
			ELSE format('view reads %s with its owner''s rights', d.content) END,
		CASE WHEN d.relkind = 'm' THEN 'Grant it to nobody who may not see all of these rows'
			ELSE format('ALTER VIEW %s SET (security_invoker = true)', d.view::regclass) END
	FROM dependent d JOIN pg_roles o ON o.oid = d.relowner
	WHERE NOT d.invoker
	UNION ALL
	SELECT 'warning', p.content::text, format('role "%s" may TRUNCATE, which row security does not judge', coalesce(g.rolname, 'PUBLIC')),
		format('REVOKE TRUNCATE ON %s FROM %s', p.content, coalesce(quote_ident(g.rolname), 'PUBLIC'))
	FROM protected p
	JOIN pg_class c ON c.oid = p.relid
	CROSS JOIN LATERAL aclexplode(c.relacl) a
	LEFT JOIN pg_roles g ON g.oid = a.grantee
	WHERE a.privilege_type = 'TRUNCATE' AND a.grantee <> p.relowner
	UNION ALL
	SELECT 'warning', b.inhrelid::regclass::text, format('rows of %s can be reached here without its policies', b.content),
		format('REVOKE ALL ON %s FROM all but its owner, or protect it as well', b.inhrelid::regclass)
	FROM below b JOIN pg_class c ON c.oid = b.inhrelid
	WHERE NOT c.relrowsecurity
		AND EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee <> c.relowner)
	UNION ALL
	SELECT 'error', b.inhrelid::regclass::text, format('inherits from %s without its triggers: changes of category and owner are not judged', b.content),
		format('Protect %s anew: authz_unprotect(), then authz_protect()', b.content)
	FROM below b
	WHERE b.above_kind = 'r' AND NOT EXISTS (
		SELECT FROM pg_trigger t
		WHERE t.tgrelid = b.inhrelid AND t.tgfoid = '@extschema@.authz_content_guard'::regproc)
	UNION ALL
	SELECT 'info', x.indexrelid::regclass::text, format('conditions on %s that use this index are tried after row security: their operators are not leakproof', p.content),
		'Search in a table of ids that is not protected and join it, or let a superuser mark the operator''s function LEAKPROOF'
	FROM protected p
	JOIN pg_index x ON x.indrelid = p.relid
	JOIN pg_opclass k ON k.oid = ANY (x.indclass)
	WHERE k.opcname LIKE '%\_pattern\_ops' OR EXISTS (
		SELECT FROM pg_amop o JOIN pg_operator q ON q.oid = o.amopopr JOIN pg_proc f ON f.oid = q.oprcode
		WHERE o.amopfamily = k.opcfamily AND o.amoplefttype = k.opcintype AND NOT f.proleakproof)
	UNION ALL
	SELECT 'warning', r.rolname::text, 'role may log in and is not bound by row security',
		format('ALTER ROLE %I NOBYPASSRLS', r.rolname)
	FROM pg_roles r
	WHERE r.rolcanlogin AND r.rolbypassrls AND NOT r.rolsuper
	UNION ALL
	SELECT 'error', t.tgrelid::regclass::text, format('trigger "%s" does not fire always: changes are not told to other connections', t.tgname),
		format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.tgrelid::regclass, t.tgname)
	FROM pg_trigger t
	WHERE t.tgname LIKE 'announce\_%' AND t.tgrelid::regclass::text LIKE 'authz.%' AND t.tgenabled <> 'A'
	UNION ALL
	SELECT 'info', 'shared_preload_libraries', 'authz is not in it: failed proofs are counted by background workers, more slowly',
		'shared_preload_libraries = ''authz'', and a restart'
	WHERE strpos(current_setting('shared_preload_libraries'), 'authz') = 0
	UNION ALL
	SELECT 'info', 'session_preload_libraries', 'authz is not in it: until its first use a connection shows its token in SHOW authz.session',
		'session_preload_libraries = ''authz'''
	WHERE strpos(current_setting('shared_preload_libraries'), 'authz') = 0
		AND strpos(current_setting('session_preload_libraries'), 'authz') = 0
	ORDER BY 1, 2, 3;
END
$$;
COMMENT ON FUNCTION authz_check_setup() IS
	'what makes protected tables slower or more open than their owners think';
