-- views: what the views show to whom
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('views', 371);
SELECT account_id FROM authz_account_add('views, a neighbour', 372);
CREATE FUNCTION kit.seen() RETURNS text LANGUAGE sql AS $$
	SELECT format('accounts %s users %s groups %s group_users %s permissions %s roles %s role_users %s categories %s category_users %s apptokens %s sessions %s',
		(SELECT count(*) FROM authz_accounts), (SELECT count(*) FROM authz_users), (SELECT count(*) FROM authz_groups),
		(SELECT count(*) FROM authz_group_users), (SELECT count(*) FILTER (WHERE NOT built_in) || '+' || least(count(*) FILTER (WHERE built_in), 20) FROM authz_permissions),
		(SELECT count(*) FROM authz_roles), (SELECT count(*) FROM authz_role_users), (SELECT count(*) FROM authz_categories),
		(SELECT count(*) FROM authz_category_users), (SELECT count(*) FROM authz_apptokens), (SELECT count(*) FROM authz_sessions))
$$;
-- the same in two accounts, so that what crosses would show
DO $$
DECLARE
	a int;
	viewer bigint;
BEGIN
	FOREACH a IN ARRAY '{371,372}'::int[] LOOP
		PERFORM set_config('authz.account', a::text, true);
		PERFORM kit.person(a, 'Ann'), kit.person(a, 'Bob'), kit.person(a, 'Cat'), kit.person(a, 'Lister'), kit.person(a, 'Boss', 'admin'),
			kit.person(a, 'Away', privileges => 'privacycontext:site');
		PERFORM authz_group_add('inner'), authz_group_add('outer'), authz_group_user_add('outer', 'inner'), authz_group_user_add('inner', 'ann'),
			authz_group_user_add('outer', 'bob', 'manager');
		PERFORM authz_permission_add('p.one'), authz_permission_add('p.two');
		viewer := authz_role_add('viewer', '{p.one}');
		PERFORM authz_role_user_add(viewer, 'outer'), authz_role_user_add(authz_role_add('other', '{p.two}'), 'cat'),
			authz_role_user_add(authz_role_add('lister', '{category.list,user.list}'), 'lister');
		PERFORM authz_category_add('A', category_id => a * 100 + 1, owner => 'bob'), authz_category_add('B', a * 100 + 1, inheritance => 'inherit', category_id => a * 100 + 2),
			authz_category_add('C', a * 100 + 2, 'all', 'site', appear_in_list => 'everyone', category_id => a * 100 + 3),
			authz_category_add('D', privacy => 'all', category_id => a * 100 + 4);
		PERFORM authz_category_user_add(a * 100 + 1, 'inner'), authz_category_user_add(a * 100 + 3, 'cat', 'none'), authz_category_user_add(a * 100 + 4, 'away');
	END LOOP;
END
$$;
SET ROLE regress_reader;
SELECT kit.seen() AS "nobody";
SELECT kit.become(371, '371-ann');
SELECT kit.seen() AS "a member through a group";
SELECT account_id, name, settings FROM authz_accounts;
SELECT user_id, kind, status FROM authz_users;
SELECT group_id FROM authz_groups ORDER BY 1;
SELECT group_id, user_id, level FROM authz_group_users ORDER BY group_id, user_id COLLATE "C";
SELECT role, user_id, source FROM authz_role_users;
SELECT name, built_in FROM authz_permissions;
SELECT category_id, full_name, depth, contexts, owner FROM authz_categories ORDER BY 1;
SELECT category_id, user_id, permission_level FROM authz_category_users;
SELECT user_id, session_type, apptoken_id FROM authz_sessions;
SELECT kit.become(371, '371-bob');
SELECT kit.seen() AS "an owner and manager of a group";
SELECT group_id, user_id, level FROM authz_group_users ORDER BY group_id, user_id COLLATE "C";
SELECT category_id, user_id, permission_level FROM authz_category_users;
SELECT kit.become(371, '371-cat');
SELECT kit.seen() AS "a subscriber";
SELECT category_id FROM authz_categories ORDER BY 1;	-- C, which appears to everyone: its member he is not, and D is seen but not listed
SELECT authz_can_view(37104), authz_category_is_listed(37104), authz_category_is_listed(37103), authz_category_is_listed(37203), authz_category_is_listed(37199);
SELECT kit.become(371, '371-away');
SELECT kit.seen() AS "confined to a context";
SELECT category_id FROM authz_categories ORDER BY 1;	-- C; D, of which he is a member, is out of reach
SELECT kit.become(371, '371-lister');
SELECT kit.seen() AS "with category.list and user.list";
SELECT DISTINCT account_id FROM authz_users UNION SELECT account_id FROM authz_categories;
SELECT kit.become(371, '371-boss');
SELECT kit.seen() AS "an administrator's session";
SELECT DISTINCT v.account_id FROM (SELECT account_id FROM authz_accounts UNION ALL SELECT account_id FROM authz_users UNION ALL SELECT account_id FROM authz_groups
	UNION ALL SELECT account_id FROM authz_group_users UNION ALL SELECT account_id FROM authz_permissions UNION ALL SELECT account_id FROM authz_roles
	UNION ALL SELECT account_id FROM authz_role_users UNION ALL SELECT account_id FROM authz_categories UNION ALL SELECT account_id FROM authz_category_users
	UNION ALL SELECT account_id FROM authz_apptokens UNION ALL SELECT account_id FROM authz_sessions) v;	-- 371
SELECT session_token AS widget FROM authz_start_widget_session('_371') \gset
SET authz.session = :'widget';
SELECT kit.seen() AS "a widget";
SELECT category_id FROM authz_categories;
SET authz.session = 'nonsense';
SELECT kit.seen() AS "a bad session";

-- the database plane: the account that is named; a session that is set decides instead
RESET ROLE;
SELECT kit.seen() AS "a bad session of an administrator";
SET authz.session = '';
SET authz.account = 371;
SELECT replace(kit.seen(), (SELECT 'accounts ' || count(*) FROM authz.account), 'accounts all') AS "an administrator of the database";
SELECT DISTINCT account_id FROM authz_users UNION SELECT account_id FROM authz_categories UNION SELECT account_id FROM authz_sessions;
SET authz.account = 379;
SELECT (SELECT count(*) FROM authz_users) AS "of an account that is not there";
RESET authz.account;
SELECT (SELECT count(*) FROM authz_users) AS "of none named";

-- a mind of one's own does not help: conditions see only what is shown
SET ROLE regress_reader;
SELECT kit.become(371, '371-ann');
CREATE FUNCTION pg_temp.peek(text) RETURNS bool LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE WARNING 'saw %', $1; RETURN true; END $$;
\set VERBOSITY terse
SELECT user_id FROM authz_users WHERE pg_temp.peek(user_id);
SELECT count(*) FROM authz_categories WHERE pg_temp.peek(name);
\set VERBOSITY sqlstate
PREPARE mine AS SELECT user_id FROM authz_users;
EXECUTE mine;
SELECT kit.become(371, '371-bob');
EXECUTE mine;
SET authz.session = '';
EXECUTE mine;
DEALLOCATE mine;

-- no secret in any of them
RESET ROLE;
SELECT attrelid::regclass AS view, attname FROM pg_attribute WHERE attnum > 0 AND attrelid IN (SELECT c.oid FROM pg_class c
	WHERE c.relkind = 'v' AND c.relname ~ '^authz_(accounts|(group_|role_|category_)?users|groups|permissions|roles|categories|apptokens|sessions)$') AND attname ~ 'secret|token|verifier|password|hash' ORDER BY 1, 2;
SELECT c.relname FROM pg_class c WHERE c.relkind = 'v' AND c.relname ~ '^authz_(accounts|(group_|role_|category_)?users|groups|permissions|roles|categories|apptokens|sessions)$'
	AND (NOT 'security_barrier=true' = ANY (coalesce(c.reloptions, '{}')) OR NOT has_table_privilege('regress_reader', c.oid, 'SELECT'));
-- what stands behind is for nobody
SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'authz'::regnamespace AND has_function_privilege('regress_reader', p.oid, 'EXECUTE');
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'authz'::regnamespace AND c.relkind IN ('r', 'v', 'S')
	AND has_table_privilege('regress_reader', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE');
SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'authz'::regnamespace AND p.prosecdef;
-- everything is described
SELECT pg_describe_object(d.classid, d.objid, d.objsubid) FROM pg_depend d WHERE d.refclassid = 'pg_extension'::regclass
	AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'authz') AND d.deptype = 'e' AND d.classid IN ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_type'::regclass)
	AND obj_description(d.objid, d.classid::regclass::name) IS NULL
	AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = d.objid AND c.relkind = 'S')
	AND NOT EXISTS (SELECT FROM pg_type t WHERE t.oid = d.objid AND d.classid = 'pg_type'::regclass AND (t.typrelid <> 0 OR t.typelem <> 0)) ORDER BY 1;
DROP FUNCTION kit.seen();
