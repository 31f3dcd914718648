-- names: nothing that a role makes under our names, or under PostgreSQL's, is ever used by us
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA names_test;
CREATE SCHEMA evil;
GRANT ALL ON SCHEMA names_test TO regress_author;
GRANT ALL ON SCHEMA evil TO regress_reader;
GRANT USAGE ON SCHEMA names_test TO regress_reader, regress_author;
GRANT USAGE ON SCHEMA evil TO regress_author;
SELECT account_id FROM authz_account_add('names', 128);
SET authz.account = 128;
SELECT kit.person(128, 'Ann'), kit.person(128, 'Boss', 'admin');
SELECT authz_category_add('hers', category_id => 12801), authz_category_add('hidden', category_id => 12802), authz_category_user_add(12801, 'Ann', 'member');
SELECT kit.token(128, '128-ann') AS ann, kit.token(128, '128-boss') AS boss \gset
CREATE TABLE names_test.doc (id int, category_id int, owner varchar(20), account smallint);
INSERT INTO names_test.doc VALUES (1, 12801, NULL, 128), (2, 12802, NULL, 128), (3, 12802, 'Ann', 128), (4, 12802, 'Ann', 127);
CREATE TABLE names_test.late (LIKE names_test.doc);
INSERT INTO names_test.late TABLE names_test.doc;
-- rows in several categories, with people and keys: of the first category, of nothing, an editor's, a viewer's, nobody's
CREATE TABLE names_test.entry (id uuid PRIMARY KEY, categories int[], owner text, editors varchar(20)[], publishers text[], viewers text[]);
INSERT INTO names_test.entry SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid, CASE n WHEN 1 THEN '{12801,12802}'::int[] ELSE '{12802}' END, NULL, CASE n WHEN 3 THEN '{Ann}'::text[] END, NULL, CASE n WHEN 4 THEN '{Bob,Ann}'::text[] END FROM generate_series(1, 5) n;
CREATE TABLE names_test.late_entry (LIKE names_test.entry INCLUDING ALL);
INSERT INTO names_test.late_entry TABLE names_test.entry;
CREATE INDEX ON names_test.entry USING gin (categories);
CREATE INDEX ON names_test.late_entry USING gin (categories);
ALTER TABLE names_test.doc OWNER TO regress_author;
ALTER TABLE names_test.late OWNER TO regress_author;
ALTER TABLE names_test.entry OWNER TO regress_author;
ALTER TABLE names_test.late_entry OWNER TO regress_author;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA names_test TO regress_reader;
SELECT authz_protect('names_test.doc', 'category_id', 'owner', account_column => 'account');
SELECT authz_protect('names_test.entry', 'categories', 'owner', editors_column => 'editors', publishers_column => 'publishers', viewers_column => 'viewers', uncategorized => 'users');
SELECT id FROM authz_apptoken_add(id => '128-named', token => 'sesame', session_user_id => 'Ann', session_privileges => 'sview:00000000-0000-0000-0000-000000000005,edit:*');
SELECT kit.token(128, '128-named') AS named \gset

-- the reader makes whatever he may, each telling when it is used
SET ROLE regress_reader;
DO $$
DECLARE
	types text[] := '{text,varchar,name,int,bigint,smallint,oid,bool,timestamptz,bytea,jsonb,uuid,"int[]","bigint[]","smallint[]","text[]","varchar[]"}';
	l text;
	r text;
	o text;
	f regprocedure;
BEGIN
	FOREACH l IN ARRAY types LOOP
		FOREACH r IN ARRAY types LOOP
			EXECUTE format('CREATE FUNCTION evil.used(%s, %s) RETURNS bool LANGUAGE plpgsql AS $f$BEGIN RAISE ''evil: %s %s''; END$f$', l, r, l, r);
			FOREACH o IN ARRAY '{=,<>,<,>,<=,>=,~,!~,~~,||,->>,&&,@>}'::text[] LOOP
				EXECUTE format('CREATE OPERATOR evil.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = evil.used)', o, l, r);
			END LOOP;
		END LOOP;
	END LOOP;
	-- all of PostgreSQL's functions of the names that we use, and all of ours, at their own argument types
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.prokind = 'f' AND NOT EXISTS (SELECT FROM unnest(p.proargtypes) t (id) JOIN pg_type y ON y.oid = t.id WHERE y.typtype = 'p')
		AND p.prorettype NOT IN ('internal'::regtype, 'trigger'::regtype)
		AND (p.pronamespace = 'pg_catalog'::regnamespace AND p.proname IN ('lower', 'upper', 'now', 'statement_timestamp', 'clock_timestamp', 'nextval', 'setval', 'btrim', 'strpos', 'length', 'octet_length',
			'encode', 'convert_to', 'convert_from', 'string_to_array', 'regexp_split_to_table', 'make_interval', 'pg_get_serial_sequence', 'jsonb_strip_nulls', 'sha256', 'inet_client_addr')
		OR p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'authz\_%' OR p.pronamespace = 'public'::regnamespace AND p.proname IN ('crypt', 'gen_salt')) LOOP
		EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS %s LANGUAGE plpgsql AS $f$BEGIN RAISE ''evil: %s''; END$f$',
			(SELECT proname FROM pg_proc WHERE oid = f), (SELECT oidvectortypes(proargtypes) FROM pg_proc WHERE oid = f),
			(SELECT CASE WHEN proretset THEN 'SETOF ' ELSE '' END || prorettype::regtype FROM pg_proc WHERE oid = f), f);
	END LOOP;
END
$$;
CREATE TEMP TABLE account (account_id int);
CREATE TEMP TABLE session (session_id text);
CREATE TEMP TABLE signing_key (kid text);
CREATE TEMP TABLE pg_proc (oid oid, proname name);
CREATE DOMAIN evil.text AS pg_catalog.text CHECK (false);
CREATE DOMAIN evil.authz_level AS pg_catalog.text CHECK (false);
CREATE FUNCTION pg_temp.lower(text) RETURNS text LANGUAGE sql AS 'SELECT 1 / 0';
SELECT count(*) > 1000 AS traps FROM pg_operator WHERE oprnamespace = 'evil'::regnamespace;
RESET ROLE;

-- with them first in the search path everything is as ever
CREATE FUNCTION pg_temp.everything(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_catalog.set_config('authz.session', token, true);
	PERFORM pg_catalog.set_config('search_path', 'evil, pg_temp, pg_catalog, public', true);
	PERFORM public.authz_start_widget_session('_128');
	PERFORM public.authz_use_session(token, true);
	PERFORM public.authz_user_add('New', first_name => 'a', email => 'b'), public.authz_user_update('New', status => 'blocked', clear => '{email}'), public.authz_user_delete('new');
	PERFORM public.authz_group_add('g', 'Group'), public.authz_group_user_add('g', 'Ann'), public.authz_group_update('g', 'G'), public.authz_group_user_delete('g', 'Ann');
	PERFORM public.authz_permission_add('p'), public.authz_permission_add('q', depends_on => '{p}'), public.authz_permission_delete('q');
	PERFORM public.authz_role_add('r', '{p}', '{q.*}');
	PERFORM public.authz_role_user_add(role_id, 'Ann'), public.authz_role_update(role_id, permissions => '{p}'), public.authz_role_user_delete(role_id, 'Ann'), public.authz_role_delete(role_id)
		FROM public.authz_roles WHERE name OPERATOR(pg_catalog.=) 'r';
	PERFORM public.authz_category_add('c', 12801, privacy => 'all', privacy_context => 'site,shop', inheritance => 'inherit', reference_id => 'ref');
	PERFORM public.authz_category_update(public.authz_category_id(reference_id => 'ref'), name => 'd', inheritance => 'manual');
	PERFORM public.authz_category_user_add(public.authz_category_id('hers>d'), 'Ann', 'manager'), public.authz_category_user_update(public.authz_category_id('hers>d'), 'Ann', 'member'),
		public.authz_category_user_deactivate(public.authz_category_id('hers>d'), 'Ann'), public.authz_category_move(ARRAY[public.authz_category_id('hers>d')], NULL);
	PERFORM public.authz_category_delete(public.authz_category_id('d'), true);
	PERFORM public.authz_apptoken_add(session_user_id => 'Ann', session_privileges => 'setrole:r');
	PERFORM public.authz_apptoken_update(id, description => 'x'), public.authz_apptoken_delete(id) FROM public.authz_apptokens WHERE status OPERATOR(pg_catalog.=) 'blocked';
	PERFORM public.authz_account_update(128, settings => '{"max_session_duration": 600}'), public.authz_signing_key_rotate(), public.authz_sessions_revoke(user_id => 'nobody');
	PERFORM pg_catalog.count(*) FROM public.authz_users;
	PERFORM pg_catalog.count(*) FROM public.authz_categories;
	PERFORM pg_catalog.count(*) FROM public.authz_category_users;
	PERFORM pg_catalog.count(*) FROM public.authz_sessions;
	PERFORM pg_catalog.count(*) FROM public.authz_protected_tables;
	RETURN pg_catalog.concat_ws(' ', public.authz_current_user_id(), public.authz_can_view(12801), public.authz_can_view(12802), public.authz_has_permission('user.add'),
		(SELECT pg_catalog.string_agg(id::pg_catalog.text, ',' ORDER BY id) FROM names_test.doc));
END
$$;
SET ROLE regress_reader;
SELECT pg_temp.everything(:'boss');		-- Boss, all of account 128
SET search_path = evil, pg_temp, pg_catalog, public;
SET authz.session = :'ann';
SELECT public.authz_current_user_id(), public.authz_can_view(12801), public.authz_can_view(12802), public.authz_visible_categories();
SELECT id FROM names_test.doc ORDER BY id;	-- 1, 3
SELECT public.authz_can_view_any('{12802,12801}'), public.authz_is_among('{Bob,Ann}');
SELECT right(id::pg_catalog.text, 1) FROM names_test.entry ORDER BY id;		-- 1, 3, 4
SET enable_seqscan = off;
SELECT right(id::pg_catalog.text, 1) FROM names_test.entry ORDER BY id;		-- 1, 3, 4
SET authz.session = :'named';
SELECT right(id::pg_catalog.text, 1) FROM names_test.entry ORDER BY id;		-- 5 as well
RESET enable_seqscan;
SELECT kit.dry('UPDATE names_test.entry SET publishers = publishers') AS change, kit.dry('UPDATE names_test.entry SET categories = categories OPERATOR(pg_catalog.||) 12801') AS put, kit.dry('UPDATE names_test.entry SET editors = ''{Ann}''') AS people, kit.dry('DELETE FROM names_test.entry') AS delete;
SET authz.session = :'ann';
SELECT kit.dry('INSERT INTO names_test.doc VALUES (9, 12802, NULL, 128)') AS insert, kit.dry('UPDATE names_test.doc SET category_id = 12801') AS update, kit.dry('DELETE FROM names_test.doc') AS delete;
SELECT authz_current_user_id();			-- P0001: his own, which tells nobody else anything
RESET ROLE;
SET search_path = public;

-- an owner who protects with a hostile search path binds PostgreSQL's operators and our functions all the same
RESET authz.session;
GRANT EXECUTE ON FUNCTION authz_administer() TO regress_author;
SET ROLE regress_author;
SET search_path = evil, pg_catalog, names_test, public;
SELECT kit.try($$SELECT public.authz_protect('names_test.late', 'category_id', 'owner', uncategorized => 'users', account_column => 'account')$$),
	kit.try($$SELECT public.authz_protect('names_test.late_entry', 'categories', 'owner', editors_column => 'editors', publishers_column => 'publishers', viewers_column => 'viewers', uncategorized => 'users')$$);
RESET ROLE;
REVOKE EXECUTE ON FUNCTION authz_administer() FROM regress_author;
SET search_path = public;
SELECT count(*) FROM pg_depend d JOIN pg_catalog.pg_proc p ON p.oid = d.refobjid WHERE p.pronamespace = 'evil'::regnamespace AND d.classid IN ('pg_policy'::regclass, 'pg_trigger'::regclass);	-- 0
SELECT count(*) FROM pg_depend d JOIN pg_operator o ON o.oid = d.refobjid WHERE o.oprnamespace = 'evil'::regnamespace AND d.classid IN ('pg_policy'::regclass, 'pg_trigger'::regclass);	-- 0
SET ROLE regress_reader;
SET authz.session = :'ann';
SELECT id FROM names_test.late ORDER BY id;	-- 1, 3
SELECT right(id::text, 1) FROM names_test.late_entry ORDER BY id;	-- 1, 3, 4
RESET ROLE;
RESET authz.session;
RESET search_path;
DROP TABLE pg_temp.account, pg_temp.session, pg_temp.signing_key, pg_temp.pg_proc;
DROP FUNCTION pg_temp.lower(text);
DROP SCHEMA names_test, evil CASCADE;
